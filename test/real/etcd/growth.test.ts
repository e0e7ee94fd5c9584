import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EtcdLoad } from '../../support/etcd/etcd-load';
import type { EtcdMachine } from '../../support/etcd/etcd-machine';
import { waitUntil } from '../../support/etcd/etcd-run';
import { prepareEtcdTier, waitHealthy, type EtcdTier } from '../../support/etcd/etcd-tier';
import { describeWithTools } from '../../support/tools';
import { report } from './figures';

const addMembers = 'etcd-add-members.service';

/** Waits until the member has said what it waits for. */
async function waitForWord(machine: EtcdMachine, text: string): Promise<void> {
  await waitUntil(`${machine.name} to say "${text}"`, 120, async () =>
    (await machine.journal('etcd.service')).includes(text),
  );
}

interface Member {
  readonly name?: string;
  readonly isLearner?: boolean;
}

/** Members as etcd has them; one that has not started yet has no name. */
async function membersOf(tier: EtcdTier): Promise<readonly Member[]> {
  const { stdout } = await tier.etcdctl(['member', 'list', '--write-out=json']);
  return (JSON.parse(stdout) as { readonly members: readonly Member[] }).members;
}

/** Names of the members that vote. */
async function votersOf(tier: EtcdTier): Promise<readonly string[]> {
  return (await membersOf(tier))
    .filter(({ isLearner }) => isLearner !== true)
    .map(({ name }) => name ?? '')
    .sort();
}

describeWithTools('a tier that grows', ['etcd@3.6'], () => {
  let tier: EtcdTier;
  let initialMembers: readonly EtcdMachine[];
  let further: readonly EtcdMachine[];
  beforeAll(async () => {
    tier = await prepareEtcdTier({ members: 5, initialMembers: 3 });
    [initialMembers, further] = [tier.machines.slice(0, 3), tier.machines.slice(3)];
    await Promise.all(tier.machines.map((machine) => machine.powerOn()));
  });
  afterAll(() => tier.stop());

  test('starts no cluster on a member that was added later, even where no member answers', async () => {
    tier.addMembers();
    for (const machine of further) {
      await machine.systemctl('start', '--no-block', 'etcd.service');
    }
    for (const machine of further) {
      await waitForWord(machine, 'got no data, and no cluster that this member could join');
      expect(existsSync(join(machine.volume, 'data', 'member'))).toBe(false);
    }
    // The initial members are those of the first day, whatever members there are by now.
    await tier.start(initialMembers);
    expect(await votersOf(tier)).toEqual(['etcd-0', 'etcd-1', 'etcd-2']);
    for (const machine of further) {
      await waitForWord(machine, `a running cluster of 3 that has no ${machine.name} yet`);
    }
  });

  test('adds new members by its leader while writes go on, and restarts none', async () => {
    const processes = await Promise.all(
      initialMembers.map((m) => m.show('etcd.service', 'MainPID')),
    );
    const began = Date.now();
    const load = new EtcdLoad(tier);
    await waitUntil('load', 60, () => load.count > 50);
    // As their timers do; the leader acts.
    const run = () =>
      Promise.all(initialMembers.map((m) => m.systemctl('start', '--no-block', addMembers)));
    await waitUntil('a fourth member', 120, async () => {
      await run();
      return (await membersOf(tier)).length > 3;
    });
    // Cut off on the way: the next run goes on where this one ended.
    for (const machine of initialMembers) {
      await machine.exec(['systemctl', 'kill', '--signal=KILL', addMembers]);
    }
    await waitUntil('five voting members', 240, async () => {
      await run();
      return (await votersOf(tier)).length === 5;
    });
    for (const machine of further) await waitHealthy(machine);
    const written = load.count;
    await waitUntil('writes with five members', 60, () => load.count > written + 20);
    const gap = load.longestGapSince(began);
    expect(await load.stop()).toEqual([]);
    report('growth from three members to five: longest time without a write', gap, 's');
    expect(await votersOf(tier)).toEqual(tier.machines.map(({ name }) => name));
    expect(await Promise.all(initialMembers.map((m) => m.show('etcd.service', 'MainPID')))).toEqual(
      processes,
    );
    const said = await Promise.all(initialMembers.map((machine) => machine.journal(addMembers)));
    expect(said.join('')).toMatch(/etcd-4 is a voting member; etcd has 5 now/);
  });

  test('has access control on new members, who tell that they are ready', async () => {
    for (const machine of further) {
      await machine.systemctl('start', 'etcd-access-control.service');
      const endpoints = [tier.endpoints[tier.machines.indexOf(machine)] ?? ''];
      const outside = await tier.etcdctl(['get', 'elsewhere'], { endpoints });
      expect(outside.stderr).toContain('permission denied');
      const ready = [...tier.cloud.objects.keys()].filter((key) =>
        key.startsWith(`state/etcd/${machine.name}/ready-`),
      );
      expect(ready).toHaveLength(1);
    }
  });

  test('starts a member with data without asking the parameter store', async () => {
    const [machine] = further;
    if (!machine) throw new Error('no further member');
    tier.cloud.broken.ssm = 500;
    await machine.systemctl('restart', 'etcd.service');
    await waitHealthy(machine);
    delete tier.cloud.broken.ssm;
  });
});
