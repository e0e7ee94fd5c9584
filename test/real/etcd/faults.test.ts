import { planAddresses } from '../../../lib/network/address-plan';
import { stepClock } from '../../support/clock-step';
import { EtcdLoad, type EtcdLoadOptions } from '../../support/etcd-load';
import type { EtcdMachine } from '../../support/etcd-machine';
import { pause, waitUntil } from '../../support/etcd-run';
import { startEtcdTier, waitHealthy, type EtcdTier } from '../../support/etcd-tier';
import { describeWithTools } from '../../support/tools';
import { report } from './figures';

/** Name of the member that leads, by the status of a member that is up. */
async function leaderOf(tier: EtcdTier, ask = tier.endpoints): Promise<string> {
  for (const endpoint of ask) {
    const { stdout } = await tier.etcdctl(
      ['endpoint', 'status', '--write-out=json', '--command-timeout=2s'],
      { endpoints: [endpoint], identity: tier.identity('etcd-0-health') },
    );
    const { stdout: members } = await tier.etcdctl(['member', 'list', '--write-out=json'], {
      endpoints: [endpoint],
    });
    const leader = /"leader":(\d+)/.exec(stdout)?.[1];
    const name = new RegExp(`"ID":${leader ?? 'none'},"name":"([^"]*)"`).exec(members)?.[1];
    if (name !== undefined) return name;
  }
  throw new Error('no leader');
}

/** What time etcd takes it to be, by a line that it logs at once: a refused connection. */
async function loggedClock(machine: EtcdMachine): Promise<number> {
  await machine.exec(['curl', '-sk', 'https://127.0.0.1:2379/']);
  await pause(0.5);
  const lines = (await machine.journal('etcd.service')).trim().split('\n');
  const last = lines.reverse().find((line) => line.includes('rejected connection')) ?? '';
  return Date.parse(/"ts":"([^"]*)"/.exec(last)?.[1] ?? '') / 1000;
}

/** Takes the leader's disk away and follows what the machines themselves say to do. */
async function replaceLostDisk(tier: EtcdTier): Promise<void> {
  const lost = tier.machine(await leaderOf(tier));
  await lost.powerOff();
  lost.loseDisk();
  await lost.powerOn();
  await lost.systemctl('start', '--no-block', 'etcd.service');
  await waitUntil('the member to wait', 30, async () =>
    (await lost.journal('etcd.service')).includes(`run on the leader`),
  );
  const others = tier.machines.filter(({ name }) => name !== lost.name);
  const leader = await leaderOf(tier, tier.endpoints);
  const follower = others.find(({ name }) => name !== leader)?.name ?? '';
  const done = await replaceFrom(tier, follower, lost.name);
  expect(done.told).toContain(follower);
  expect(done.stderr).toContain(`${lost.name} is a voting member again`);
  expect(done.status).toBe(0);
  await waitHealthy(lost);
  expect((await replaceFrom(tier, done.on, lost.name)).stderr).toContain(
    `error: ${lost.name}: got a member that is up and connected, expected one that is lost`,
  );
}

/** Runs the command on a member and, as its message says, on the one that leads: that may change. */
async function replaceFrom(tier: EtcdTier, first: string, lost: string) {
  const told: string[] = [];
  for (let on = first; told.length < 5;) {
    const done = await tier
      .machine(on)
      .exec(['/usr/local/lib/hardened-cluster/etcd-replace-member', lost]);
    const refusal =
      /^etcd-replace-member: error: this member: got a follower, expected the leader: run "etcd-replace-member (etcd-\d)" on (etcd-\d)\n$/.exec(
        done.stderr,
      );
    if (refusal === null) return { ...done, on, told };
    expect(refusal[1]).toBe(lost);
    expect(refusal[2]).not.toBe(on);
    told.push(on);
    on = refusal[2] ?? '';
  }
  throw new Error(`etcd-replace-member ${lost}: sent on from ${told.join(' to ')}`);
}

/** Runs a fault under load and expects that nothing acknowledged is lost and writes go on. */
async function underLoad(
  tier: EtcdTier,
  what: string,
  fault: () => Promise<void>,
  options: EtcdLoadOptions = {},
): Promise<void> {
  const load = new EtcdLoad(tier, options);
  let gap = Infinity;
  let lost: readonly string[];
  try {
    await waitUntil('load', 10, () => load.count > 50);
    const before = Date.now();
    await fault();
    gap = load.longestGapSince(before);
    const after = load.count;
    await waitUntil('writes after the fault', 10, () => load.count > after + 20);
  } finally {
    lost = await load.stop();
  }
  report(`${what}: longest time without an acknowledged write`, gap, 's');
  report(`${what}: acknowledged writes, none lost`, load.count, '');
  expect(lost).toEqual([]);
  expect(gap).toBeLessThan(5);
}

describeWithTools('faults under a load of writes', ['etcd@3.6', 'etcd@3.5'], () => {
  describe('three members', () => {
    let tier: EtcdTier;
    beforeAll(async () => {
      tier = await startEtcdTier({ volumeMegabytes: 400 });
    }, 60_000);
    afterAll(() => tier.stop());

    test('survives kill -9 of each member in turn, the leader too', async () => {
      await underLoad(tier, 'kill -9 of each of three members', async () => {
        for (const machine of tier.machines) {
          await machine.systemctl('kill', '--signal=KILL', 'etcd.service');
          await pause(1);
          await waitHealthy(machine);
        }
      });
    }, 90_000);

    test('survives a leader that stands still for 10 s', async () => {
      const leader = tier.machine(await leaderOf(tier));
      await underLoad(tier, 'leader stopped for 10 s', async () => {
        await leader.systemctl('kill', '--signal=STOP', 'etcd.service');
        await pause(10);
        await leader.systemctl('kill', '--signal=CONT', 'etcd.service');
        await waitHealthy(leader);
      });
    }, 90_000);

    test('survives a leader that no longer reaches the other members', async () => {
      const name = await leaderOf(tier);
      const leader = tier.machine(name);
      const others = Object.entries(planAddresses(tier.blueprint).etcdMembers)
        .filter(([member]) => member !== name)
        .map(([, address]) => address);
      await underLoad(tier, 'leader cut off from the members for 8 s', async () => {
        for (const address of others)
          await leader.exec(['ip', 'route', 'add', 'blackhole', address]);
        await pause(8);
        for (const address of others)
          await leader.exec(['ip', 'route', 'del', 'blackhole', address]);
        await waitHealthy(leader);
      });
    }, 90_000);

    test('survives a step of the leader\u2019s clock by an hour and back', async () => {
      const leader = tier.machine(await leaderOf(tier));
      const [pid = 0] = leader.processes('etcd.service');
      await underLoad(tier, 'leader\u2019s clock an hour ahead and back', async () => {
        stepClock(pid, 3600);
        await pause(3);
        expect(await loggedClock(leader)).toBeGreaterThan(Date.now() / 1000 + 3500);
        stepClock(pid, 0);
        await pause(3);
        expect(await loggedClock(leader)).toBeLessThan(Date.now() / 1000 + 1);
      });
      await waitHealthy(leader);
    }, 90_000);

    test('survives a full disk, and the member comes back once there is room', async () => {
      const machine = tier.machine(await leaderOf(tier));
      const filler = '/var/lib/etcd/filler';
      await underLoad(
        tier,
        'disk of the leader full',
        async () => {
          await machine.exec(['dd', 'if=/dev/zero', `of=${filler}`, 'bs=1M']);
          await waitUntil('etcd to give up', 60, async () => {
            return (await machine.show('etcd.service', 'ActiveState')) === 'failed';
          });
        },
        { valueBytes: 20_000 },
      );
      expect(await machine.journal('etcd.service')).toMatch(
        /etcd-start: error: \/var\/lib\/etcd: got \d+ KiB free, expected at least \d+ KiB/,
      );
      await machine.exec(['rm', filler]);
      await machine.systemctl('start', 'etcd.service');
      await waitHealthy(machine);
    }, 120_000);

    test('takes a member with a lost disk back by one command', async () => {
      await underLoad(tier, 'lost disk and replacement', () => replaceLostDisk(tier));
    }, 120_000);
  });

  describe('five members of 3.5', () => {
    let tier: EtcdTier;
    beforeAll(async () => {
      tier = await startEtcdTier({ members: 5, version: '3.5' });
    }, 60_000);
    afterAll(() => tier.stop());

    test('survives kill -9 of two, the leader among them', async () => {
      const leader = await leaderOf(tier);
      const other = tier.machines.find(({ name }) => name !== leader)?.name ?? '';
      await underLoad(tier, 'two of five killed', async () => {
        const killed = [tier.machine(leader), tier.machine(other)];
        await Promise.all(killed.map((machine) => machine.powerOff()));
        await pause(4);
        await Promise.all(killed.map((machine) => machine.powerOn()));
        await tier.start(killed);
      });
    }, 90_000);

    test('takes a member with a lost disk back by one command', async () => {
      await underLoad(tier, 'lost disk and replacement on 3.5', () => replaceLostDisk(tier));
    }, 120_000);
  });
});
