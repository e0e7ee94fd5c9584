import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { planAddresses } from '../../../lib/network/address-plan';
import { planPki } from '../../../lib/pki/pki-plan';
import { makeBlueprint } from '../cluster/blueprint-inputs';
import { freePorts, runCommand, startProgram, waitFor, type CommandResult } from './kube-process';
import { materializePki, type MaterializedPki } from '../pki';
import { findTool } from '../tools';

/** What an API server needs of an etcd. */
export interface EtcdForApiServer {
  readonly blueprint: Blueprint;
  readonly pki: MaterializedPki;
  /** Planned client address -> where it is in the test, where these differ. */
  readonly moved?: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A running etcd without users. */
export interface PlainEtcd extends EtcdForApiServer {
  readonly dataDir: string;
  /** etcdctl as the API server. */
  etcdctl(args: readonly string[]): Promise<CommandResult>;
}

/**
 * One etcd with TLS and client certificates but without users: what other installers run. It is here
 * to measure against; the tests of the product use the tier with access control.
 */
export async function startPlainEtcd(
  changes: Partial<BlueprintInput> = {},
  /** How long the CAs of the cluster live. @default a day */
  caHours?: number,
): Promise<PlainEtcd> {
  const blueprint = makeBlueprint({
    ...changes,
    profile: 'development',
    etcd: { ...changes.etcd, members: 1 },
  });
  const pki = await materializePki(planPki(blueprint, planAddresses(blueprint)), caHours);
  const folder = await mkdtemp(path.join(tmpdir(), 'plain-etcd-'));
  const [client = 0, peer = 0] = await freePorts(2);
  const file = async (name: string, parameter: string) => {
    const target = path.join(folder, name);
    await writeFile(target, pki.parameters.get(parameter) ?? '', { mode: 0o600 });
    return target;
  };
  const server = await file('server.pem', 'etcd/members/etcd-0/server');
  const ca = await file('ca.pem', 'etcd/members/etcd-0/ca');
  const user = await file('client.pem', 'control-plane/etcd-client');
  const url = `https://127.0.0.1:${client}`;
  const etcd = findTool('etcd', { version: '3.6' });
  const etcdctl = findTool('etcdctl', { version: '3.6' });
  if (etcd === undefined || etcdctl === undefined) throw new Error('etcd 3.6: not found');
  const program = startProgram({
    name: 'etcd',
    path: etcd,
    logFile: path.join(folder, 'etcd.log'),
    args: [
      '--name=etcd-0',
      `--data-dir=${path.join(folder, 'data')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=etcd-0=http://127.0.0.1:${peer}`,
      '--client-cert-auth=true',
      `--cert-file=${server}`,
      `--key-file=${server}`,
      `--trusted-ca-file=${ca}`,
    ],
  });
  const identity = [`--endpoints=${url}`, `--cacert=${ca}`, `--cert=${user}`, `--key=${user}`];
  const ask = (args: readonly string[]) => runCommand(etcdctl, [...identity, ...args]);
  await waitFor(
    'plain etcd',
    async () => {
      const { code } = await ask(['endpoint', 'health']);
      return code === 0 || undefined;
    },
    { programs: [program] },
  );
  const address = planAddresses(blueprint).etcdMembers['etcd-0'] ?? '';
  return {
    blueprint,
    pki,
    moved: { [`https://${address}:2379`]: url },
    dataDir: path.join(folder, 'data'),
    etcdctl: ask,
    stop: async () => {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
