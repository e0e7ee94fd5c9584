import { planAddresses } from '../../../lib/network/address-plan';
import { stepClock } from '../../support/machine/clock-step';
import { EtcdLoad, type EtcdLoadOptions } from '../../support/etcd/etcd-load';
import type { EtcdMachine } from '../../support/etcd/etcd-machine';
import { pause, waitUntil } from '../../support/etcd/etcd-run';
import { startEtcdTier, waitHealthy, type EtcdTier } from '../../support/etcd/etcd-tier';
import { describeWithTools } from '../../support/tools';
import { report } from './figures';

/** Name of the member that leads just now, by the status of a member that is up. */
async function leaderOf(tier: EtcdTier): Promise<string> {
  let found: string | undefined;
  await waitUntil('a leader', 60, async () => {
    for (const endpoint of tier.endpoints) {
      const { stdout } = await tier.etcdctl(
        ['endpoint', 'status', '--write-out=json', '--command-timeout=2s'],
        { endpoints: [endpoint], identity: tier.identity('etcd-0-health') },
      );
      const { stdout: members } = await tier.etcdctl(['member', 'list', '--write-out=json'], {
        endpoints: [endpoint],
      });
      const leader = /"leader":(\d+)/.exec(stdout)?.[1];
      found = new RegExp(`"ID":${leader ?? 'none'},"name":"([^"]*)"`).exec(members)?.[1];
      if (found !== undefined) return true;
    }
    return false;
  });
  return found ?? '';
}

/** A member that leads just now, or one that does not. */
async function memberWho(tier: EtcdTier, does: 'leads' | 'follows'): Promise<EtcdMachine> {
  const leader = await leaderOf(tier);
  return does === 'leads' ? tier.machine(leader) : followerOf(tier, leader);
}

function followerOf(tier: EtcdTier, leader: string): EtcdMachine {
  const follower = tier.machines.find(({ name }) => name !== leader);
  if (!follower) throw new Error('a tier of one');
  return follower;
}

/** What time etcd takes it to be, by a line that it logs at once: a refused connection. */
async function loggedClock(machine: EtcdMachine): Promise<number> {
  const refusals = async () =>
    (await machine.journal('etcd.service'))
      .split('\n')
      .filter((line) => line.includes('rejected connection'));
  const { length: before } = await refusals();
  await machine.exec(['curl', '-sk', 'https://127.0.0.1:2379/']);
  let lines: readonly string[] = [];
  await waitUntil('a logged refusal', 30, async () => {
    lines = await refusals();
    return lines.length > before;
  });
  return Date.parse(/"ts":"([^"]*)"/.exec(lines.at(-1) ?? '')?.[1] ?? '') / 1000;
}

/** Takes the leader's disk away and follows what the machines themselves say to do. */
async function replaceLostDisk(tier: EtcdTier): Promise<void> {
  const lost = await memberWho(tier, 'leads');
  await lost.powerOff();
  lost.loseDisk();
  await lost.powerOn();
  await lost.systemctl('start', '--no-block', 'etcd.service');
  await waitUntil('the member to wait', 120, async () =>
    (await lost.journal('etcd.service')).includes(`run on the leader`),
  );
  const others = tier.machines.filter(({ name }) => name !== lost.name);
  const leader = await leaderOf(tier);
  const first = others.find(({ name }) => name !== leader)?.name ?? '';
  const done = await replaceFrom(tier, first, lost.name);
  expect(done.stderr).toContain(`${lost.name} is a voting member again`);
  expect(done.status).toBe(0);
  await waitHealthy(lost);
  // The one that leads leaves a member alone that is up; all others send on to the one that leads.
  let said: readonly { readonly name: string; readonly stderr: string }[] = [];
  await waitUntil('one leader in the eyes of all', 60, async () => {
    said = await Promise.all(
      others.map(async ({ name }) => ({
        name,
        stderr: (await replace(tier, name, lost.name)).stderr,
      })),
    );
    return said.filter(({ stderr }) => sentOn(stderr) === undefined).length === 1;
  });
  const leads = said.find(({ stderr }) => sentOn(stderr) === undefined);
  expect(leads?.stderr).toContain(
    `error: ${lost.name}: got a member that is up and connected, expected one that is lost`,
  );
  const follow = said.filter(({ name }) => name !== leads?.name);
  expect(follow.map(({ stderr }) => sentOn(stderr))).toEqual(
    follow.map(() => ({ member: lost.name, leader: leads?.name })),
  );
}

function replace(tier: EtcdTier, on: string, lost: string) {
  const command = ['/usr/local/lib/hardened-cluster/etcd-replace-member', lost];
  return tier.machine(on).exec(command, 300);
}

/** Where a follower sends a request to replace a member. */
function sentOn(stderr: string) {
  const refusal =
    /^etcd-replace-member: error: this member: got a follower, expected the leader: run "etcd-replace-member (etcd-\d)" on (etcd-\d)\n$/m.exec(
      stderr,
    );
  return refusal === null ? undefined : { member: refusal[1], leader: refusal[2] };
}

/** Runs the command on a member and, as its message says, on the one that leads: that may change. */
async function replaceFrom(tier: EtcdTier, first: string, lost: string) {
  const asked: string[] = [];
  for (let on = first; asked.length < 10;) {
    const done = await replace(tier, on, lost);
    const other = sentOn(done.stderr);
    if (other === undefined) return done;
    expect(other.member).toBe(lost);
    expect(other.leader).not.toBe(on);
    asked.push(on);
    on = other.leader ?? '';
  }
  throw new Error(`etcd-replace-member ${lost}: sent on from ${asked.join(' to ')}`);
}

/**
 * Runs a fault under load, its cure included, and expects that nothing acknowledged is lost and that
 * writes go on. A busy machine can only add to the time without one: the least of three faults counts.
 */
async function underLoad(
  tier: EtcdTier,
  what: string,
  fault: () => Promise<void>,
  options: EtcdLoadOptions = {},
): Promise<void> {
  let least = Infinity;
  for (let attempt = 1; attempt <= 3 && least >= 5; attempt++) {
    const load = new EtcdLoad(tier, { ...options, name: `${what} ${attempt}` });
    let gap = Infinity;
    let lost: readonly string[];
    try {
      await waitUntil('load', 60, () => load.count > 50);
      const before = Date.now();
      await fault();
      gap = load.longestGapSince(before);
      const after = load.count;
      await waitUntil('writes after the fault', 60, () => load.count > after + 20);
    } finally {
      lost = await load.stop();
    }
    report(`${what}: longest time without an acknowledged write`, gap, 's');
    report(`${what}: acknowledged writes, none lost`, load.count, '');
    expect(lost).toEqual([]);
    least = Math.min(least, gap);
  }
  expect(least).toBeLessThan(5);
}

describeWithTools('faults under a load of writes', ['etcd@3.6', 'etcd@3.5'], () => {
  describe('three members', () => {
    let tier: EtcdTier;
    beforeAll(async () => {
      tier = await startEtcdTier({ volumeMegabytes: 400 });
    });
    afterAll(() => tier.stop());

    test('survives kill -9 of each member in turn, the leader too', async () => {
      await underLoad(tier, 'kill -9 of each of three members', async () => {
        for (const machine of tier.machines) {
          const process = await machine.show('etcd.service', 'MainPID');
          await machine.systemctl('kill', '--signal=KILL', 'etcd.service');
          await waitUntil('another process', 60, async () => {
            const now = await machine.show('etcd.service', 'MainPID');
            return now !== process && now !== '0';
          });
          await waitHealthy(machine);
        }
      });
    });

    test.each([
      { who: 'leads', seconds: 10 },
      { who: 'follows', seconds: 10 },
    ] as const)('survives a member that $who and stands still for $seconds s', async (row) => {
      await underLoad(tier, `a member that ${row.who} stopped for ${row.seconds} s`, async () => {
        const machine = await memberWho(tier, row.who);
        await machine.systemctl('kill', '--signal=STOP', 'etcd.service');
        await pause(row.seconds);
        await machine.systemctl('kill', '--signal=CONT', 'etcd.service');
        await waitHealthy(machine);
      });
    });

    test.each([
      { who: 'leads', seconds: 8 },
      { who: 'follows', seconds: 5 },
    ] as const)('survives a member that $who and no longer reaches the others', async (row) => {
      await underLoad(tier, `a member that ${row.who} cut off for ${row.seconds} s`, async () => {
        const machine = await memberWho(tier, row.who);
        const others = Object.entries(planAddresses(tier.blueprint).etcdMembers)
          .filter(([member]) => member !== machine.name)
          .map(([, address]) => address);
        const cut = async (change: 'add' | 'del'): Promise<void> => {
          for (const address of others) {
            const done = await machine.exec(['ip', 'route', change, 'blackhole', address]);
            expect(done).toEqual({ status: 0, stdout: '', stderr: '' });
          }
        };
        await cut('add');
        await pause(row.seconds);
        await cut('del');
        await waitHealthy(machine);
      });
    });

    test('survives a step of the leader\u2019s clock by an hour and back', async () => {
      await underLoad(tier, 'leader\u2019s clock an hour ahead and back', async () => {
        const leader = await memberWho(tier, 'leads');
        const [pid = 0] = leader.processes('etcd.service');
        stepClock(pid, 3600);
        await pause(3);
        expect(await loggedClock(leader)).toBeGreaterThan(Date.now() / 1000 + 3000);
        stepClock(pid, 0);
        await pause(3);
        expect(await loggedClock(leader)).toBeLessThan(Date.now() / 1000 + 1);
        await waitHealthy(leader);
      });
    });

    test.each(['leads', 'follows'] as const)(
      'survives a full disk of a member that %s, which comes back once there is room',
      async (who) => {
        const filler = '/var/lib/etcd/filler';
        await underLoad(
          tier,
          `disk of a member that ${who} full`,
          async () => {
            const machine = await memberWho(tier, who);
            const before = (await machine.journal('etcd.service')).length;
            await machine.exec(['dd', 'if=/dev/zero', `of=${filler}`, 'bs=1M']);
            await waitUntil('etcd to give up', 120, async () => {
              return (await machine.show('etcd.service', 'ActiveState')) === 'failed';
            });
            expect((await machine.journal('etcd.service')).slice(before)).toMatch(
              /etcd-start: error: \/var\/lib\/etcd: got \d+ KiB free, expected at least \d+ KiB/,
            );
            await machine.exec(['rm', filler]);
            await machine.systemctl('start', 'etcd.service');
            await waitHealthy(machine);
          },
          { valueBytes: 20_000 },
        );
      },
    );

    test('takes a member with a lost disk back by one command', async () => {
      await underLoad(tier, 'lost disk and replacement', () => replaceLostDisk(tier));
    });
  });

  describe('five members of 3.5', () => {
    let tier: EtcdTier;
    beforeAll(async () => {
      tier = await startEtcdTier({ members: 5, version: '3.5' });
    });
    afterAll(() => tier.stop());

    test('survives kill -9 of two, the leader among them', async () => {
      await underLoad(tier, 'two of five killed', async () => {
        const leader = await leaderOf(tier);
        const killed = [tier.machine(leader), followerOf(tier, leader)];
        await Promise.all(killed.map((machine) => machine.powerOff()));
        await pause(4);
        await Promise.all(killed.map((machine) => machine.powerOn()));
        await tier.start(killed);
        for (const machine of killed) await waitHealthy(machine);
      });
    });

    test('takes a member with a lost disk back by one command', async () => {
      await underLoad(tier, 'lost disk and replacement on 3.5', () => replaceLostDisk(tier));
    });
  });
});
