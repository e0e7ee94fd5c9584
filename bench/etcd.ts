import { resolveBlueprint } from '../lib/blueprint/resolve';
import { EtcdClient } from './etcd/client';
import { startLoopbackCluster, type LoopbackCluster } from './etcd/loopback-cluster';
import { median, printFigures } from './figure';

// What TLS and access control cost: three members with the planned flags beside three without both,
// on this machine at the same time, driven in turns by the same client as the API server drives etcd.

const rounds = 5;
const secondsEach = 2;
const callers = 16;

interface Measurement {
  /** Calls a second. */
  readonly throughput: number;
  /** 99th percentile of the time of a call, in milliseconds. */
  readonly p99: number;
}

type Call = (client: EtcdClient, count: number) => Promise<unknown>;

const value = 'v'.repeat(1024);
const calls: Readonly<Record<'write' | 'read', Call>> = {
  write: (client, count) => client.put(`/registry/bench/${count % 1000}`, value, 10_000),
  read: (client, count) => client.get(`/registry/bench/${count % 1000}`, 10_000),
};

async function measure(cluster: LoopbackCluster, call: Call): Promise<Measurement> {
  const clients = cluster.endpoints.map((endpoint) => new EtcdClient(endpoint, cluster.identity));
  const times: number[] = [];
  const end = performance.now() + secondsEach * 1000;
  const callOften = async (caller: number): Promise<void> => {
    const client = clients[caller % clients.length];
    for (let count = caller; client && performance.now() < end; count += callers) {
      const start = performance.now();
      await call(client, count);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => callOften(caller)));
  for (const client of clients) client.close();
  times.sort((a, b) => a - b);
  return {
    throughput: times.length / secondsEach,
    p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
  };
}

async function main(): Promise<void> {
  const blueprint = resolveBlueprint(
    {
      name: 'bench',
      region: 'eu-central-1',
      access: { apiCidrs: [] },
      bastion: { access: 'none' },
      etcd: { members: 3 },
    },
    { today: new Date().toISOString().slice(0, 10) },
  );
  const clusters = {
    hardened: await startLoopbackCluster(blueprint, 'hardened'),
    plain: await startLoopbackCluster(blueprint, 'plain'),
  };
  try {
    for (const [name, call] of Object.entries(calls)) {
      const taken = { hardened: [] as Measurement[], plain: [] as Measurement[] };
      for (let round = 0; round < rounds; round++) {
        for (const security of ['hardened', 'plain'] as const) {
          taken[security].push(await measure(clusters[security], call));
        }
      }
      const figure = (what: keyof Measurement, unit: string) => {
        const result = median(taken.hardened.map((each) => each[what]));
        const peer = median(taken.plain.map((each) => each[what]));
        return { name: `etcd ${name} ${what}`, unit, value: result, peer, ratio: result / peer };
      };
      printFigures(
        [figure('throughput', 'calls/s'), figure('p99', 'ms')],
        process.argv.includes('--json'),
      );
    }
  } finally {
    clusters.hardened.stop();
    clusters.plain.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
