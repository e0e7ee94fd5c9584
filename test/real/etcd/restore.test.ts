import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planAddresses } from '../../../lib/network/address-plan';
import { runAside, waitUntil, type Finished } from '../../support/etcd/etcd-run';
import { startEtcdTier, waitHealthy, type EtcdTier } from '../../support/etcd/etcd-tier';
import { describeWithTools } from '../../support/tools';
import { report } from './figures';

const command = join(__dirname, '../../../lib/machine/programs/operator/etcd-restore-cluster.sh');

/** Runs the operator's command; in the place of ssh stands a program that enters a machine. */
async function restoreCluster(tier: EtcdTier, ...args: string[]): Promise<Finished> {
  const remote = join(tier.scratch, 'remote');
  const addresses = planAddresses(tier.blueprint).etcdMembers;
  const cases = tier.machines.map(
    (machine) =>
      `${addresses[machine.name] ?? ''}) exec nsenter ${machine.enter().join(' ')} "$@" ;;`,
  );
  // shift sudo away: a program in a machine is root's already.
  writeFileSync(remote, `#!/bin/sh\nto=$1\nshift 2\ncase $to in\n${cases.join('\n')}\nesac\n`);
  chmodSync(remote, 0o755);
  const members = Object.entries(addresses).map((pair) => pair.join('='));
  return runAside('env', [`HC_REMOTE=${remote}`, 'sh', command, ...args, ...members], 280);
}

async function backUp(tier: EtcdTier, name: string): Promise<string> {
  const machine = tier.machine(name);
  await machine.systemctl('start', 'etcd-backup.service');
  return machine.journal('etcd-backup.service');
}

async function dataOf(tier: EtcdTier): Promise<Record<string, string>> {
  const client = tier.client(0);
  try {
    return Object.fromEntries(await client.list('/registry/'));
  } finally {
    client.close();
  }
}

/** Identity of the cluster that a client sees. */
async function clusterId(tier: EtcdTier): Promise<string> {
  const { stdout } = await tier.etcdctl(['endpoint', 'status', '--write-out=json'], {
    identity: tier.identity('etcd-0-root'),
    endpoints: tier.endpoints.slice(0, 1),
  });
  const [, id = ''] = /"cluster_id":(\d+)/.exec(stdout) ?? [];
  return id;
}

/** What etcdctl says of a watch that begins at a revision which is gone. */
async function watchFrom(tier: EtcdTier, revision: number): Promise<string> {
  const args = ['watch', '--prefix', '/registry/', `--rev=${revision}`];
  const { stdout, stderr } = await tier.etcdctl(args, { endpoints: tier.endpoints.slice(0, 1) });
  return stdout + stderr;
}

describeWithTools('backup and restore', ['etcd@3.6', 'etcd@3.5'], () => {
  describe.each(['3.6', '3.5'] as const)('etcd %s', (version) => {
    let tier: EtcdTier;
    beforeAll(async () => {
      tier = await startEtcdTier({ version, volumeMegabytes: 600 });
      const client = tier.client(0);
      for (let count = 0; count < 200; count++) await client.put(`/registry/${count}`, `${count}`);
      client.close();
    });
    afterAll(() => tier.stop());
    /** What does not depend on the version is tried on the default one. */
    const testOnce = (title: string, body: () => Promise<void>): void => {
      if (version === '3.6') test(title, body);
    };

    test('takes one verified snapshot by one follower, the first that looks', async () => {
      // Twice: the lead may go to the member whose turn it is.
      for (const { name } of [...tier.machines, ...tier.machines]) await backUp(tier, name);
      const said = await Promise.all(
        tier.machines.map(({ name }) => tier.machine(name).journal('etcd-backup.service')),
      );
      const uploads = said.filter((text) => text.includes('snapshot uploaded to'));
      expect(uploads).toHaveLength(1);
      const snapshots = [...tier.cloud.objects.keys()].filter((key) => key.endsWith('.db'));
      expect(snapshots).toHaveLength(1);
      expect(snapshots[0]).toMatch(/^etcd\/snapshots\/monthly\/\d{8}T\d{6}Z-etcd-\d\.db$/);
      // Nothing of it stays on the volume.
      for (const machine of tier.machines) expect(readdirSync(machine.volume)).toEqual(['data']);
    });

    test('rebuilds all members after the loss of every disk, access control on', async () => {
      const before = await dataOf(tier);
      await Promise.all(tier.machines.map((machine) => machine.powerOff()));
      for (const machine of tier.machines) machine.loseDisk();
      await Promise.all(tier.machines.map((machine) => machine.powerOn()));

      // A tier that has been there never starts empty.
      const [first] = tier.machines;
      await first?.systemctl('start', '--no-block', 'etcd.service');
      await waitUntil('the first member to wait', 120, async () =>
        ((await first?.journal('etcd.service')) ?? '').includes(
          'got no data, and no other member answers, expected the old data, another member that runs, or "etcd-restore"',
        ),
      );
      const began = Date.now();
      const done = await restoreCluster(tier);
      report(`${version}: restore of three members`, (Date.now() - began) / 1000, 's');
      expect(done.stdout + done.stderr).toContain(
        '3 members serve, authentication on, users and roles as planned',
      );
      expect(done.status).toBe(0);
      expect(await dataOf(tier)).toEqual(before);
      const unknown = await tier.makeIdentity('unknown', 'somebody');
      const refused = await tier.etcdctl(['get', '/registry/1'], { identity: unknown });
      expect(refused.stderr).toContain('permission denied');
      const outside = await tier.etcdctl(['put', 'elsewhere', 'v']);
      expect(outside.stderr).toContain('permission denied');
      // Microseconds since 1970: no cluster writes a million times a second.
      const revision = await tier.client(0).put('/registry/after', 'v');
      expect(revision).toBeGreaterThan(began * 1000 - 1_000_000);
    });

    test('changes nothing when the snapshot is not what its description says', async () => {
      const before = await dataOf(tier);
      const [key = ''] = [...tier.cloud.objects.keys()].filter((name) => name.endsWith('.db'));
      const whole = tier.cloud.objects.get(key) ?? Buffer.alloc(0);
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(whole.length / 2) ^ 1, whole.length / 2);
      for (const [what, content] of [
        ['corrupt', damaged],
        ['truncated', whole.subarray(0, whole.length / 2)],
      ] as const) {
        tier.cloud.objects.set(key, content);
        const done = await restoreCluster(tier, '--snapshot', key);
        expect({ what, status: done.status }).toEqual({ what, status: 1 });
        expect(done.stdout).toMatch(
          new RegExp(
            `etcd-restore: error: ${key}: got SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}`,
          ),
        );
        expect(done.stderr).toContain('verdict: not restored: nothing was changed');
      }
      tier.cloud.objects.set(key, whole);
      expect(await dataOf(tier)).toEqual(before);
      for (const machine of tier.machines) {
        await waitHealthy(machine);
        expect(readFileSync(join(machine.volume, 'data/member/snap/db')).length).toBeGreaterThan(0);
      }
    });

    testOnce('changes nothing when the checksum is right but it is no snapshot', async () => {
      const before = await dataOf(tier);
      const processes = await Promise.all(
        tier.machines.map((machine) => machine.show('etcd.service', 'MainPID')),
      );
      const [good = ''] = [...tier.cloud.objects.keys()].filter((name) => name.endsWith('.db'));
      const whole = tier.cloud.objects.get(good) ?? Buffer.alloc(0);
      const description = tier.cloud.objects.get(`${good}.txt`)?.toString() ?? '';
      const [, revision = ''] = /^revision=(\d+)$/m.exec(description) ?? [];
      for (const [what, content, says] of [
        ['text', Buffer.from('no database\n'.repeat(5000)), 'a snapshot that etcdutl cannot read'],
        ['half', whole.subarray(0, whole.length / 2), 'a snapshot that etcdutl cannot read'],
        // It can be read, but lacks the checksum that etcd itself puts at its end.
        ['unsealed', whole.subarray(0, whole.length - 32), 'a snapshot that cannot be restored'],
      ] as const) {
        const key = `etcd/snapshots/hourly/${what}.db`;
        const sha256 = createHash('sha256').update(content).digest('hex');
        tier.cloud.objects.set(key, content);
        tier.cloud.objects.set(
          `${key}.txt`,
          Buffer.from(
            `key=${key}\nsha256=${sha256}\nbytes=${content.length}\nrevision=${revision}\n`,
          ),
        );
        const done = await restoreCluster(tier, '--snapshot', key);
        expect({ what, status: done.status }).toEqual({ what, status: 1 });
        expect(done.stdout).toContain(
          `etcd-0: etcd-restore: error: ${key}: got ${says}, expected a whole snapshot`,
        );
        expect(done.stderr).toContain('verdict: not restored: nothing was changed');
        tier.cloud.objects.delete(key);
      }
      expect(await dataOf(tier)).toEqual(before);
      expect(
        await Promise.all(tier.machines.map((machine) => machine.show('etcd.service', 'MainPID'))),
      ).toEqual(processes);
      for (const machine of tier.machines) expect(readdirSync(machine.volume)).toEqual(['data']);
    });

    testOnce(
      'gives each restore of one snapshot revisions and an identity of its own',
      async () => {
        const [key = ''] = [...tier.cloud.objects.keys()].filter((name) => name.endsWith('.db'));
        const identities = new Set<string>();
        let highest = 0;
        for (const round of [1, 2, 3]) {
          const client = tier.client(0);
          for (let count = 0; count < 200; count++) {
            highest = Math.max(highest, await client.put(`/registry/${round}`, `${count}`));
          }
          client.close();
          const done = await restoreCluster(tier, '--snapshot', key);
          expect(done.stdout + done.stderr).toContain('3 members serve, authentication on');
          const next = tier.client(0);
          // A watch from the time between is told that its revisions are gone.
          expect(await watchFrom(tier, highest)).toContain('required revision has been compacted');
          const revision = await next.put('/registry/after-a-restore', 'v');
          expect(revision).toBeGreaterThan(highest);
          highest = revision;
          next.close();
          identities.add(await clusterId(tier));
        }
        expect(identities.size).toBe(3);
      },
    );

    testOnce('goes on counting when the clock of the machines went back', async () => {
      const [key = ''] = [...tier.cloud.objects.keys()].filter((name) => name.endsWith('.db'));
      const before = await tier.client(0).put('/registry/clock', 'v');
      // As if the last restore had been in a year.
      const last = (Date.now() + 365 * 24 * 3600_000) * 1000;
      tier.cloud.objects.set('etcd/restored', Buffer.from(`revision=${last}\n`));
      const done = await restoreCluster(tier, '--dry-run', '--snapshot', key);
      expect(done.stdout).toContain('verdict: dry run: 3 members have verified');
      const [, begin = ''] = /revision to begin with: (\d+)/.exec(done.stdout) ?? [];
      expect(Number(begin)).toBe(last + 1e12);
      expect(await tier.client(0).put('/registry/clock', 'v')).toBe(before + 1);
      tier.cloud.objects.delete('etcd/restored');
    });

    testOnce('keeps a member with the data of an earlier restore out', async () => {
      const machine = tier.machine('etcd-2');
      const identity = await clusterId(tier);
      await machine.systemctl('stop', 'etcd.service');
      const [stale = ''] = readdirSync(machine.volume)
        .filter((name) => name.startsWith('data.before-'))
        .sort()
        .reverse();
      renameSync(join(machine.volume, 'data'), join(machine.volume, 'data.now'));
      renameSync(join(machine.volume, stale), join(machine.volume, 'data'));
      await machine.systemctl('start', '--no-block', 'etcd.service');
      await waitUntil('the others to refuse it', 60, async () =>
        (await tier.machine('etcd-0').journal('etcd.service')).includes('cluster ID mismatch'),
      );
      expect(await clusterId(tier)).toBe(identity);
      expect(await tier.client(0).put('/registry/while-it-tries', 'v')).toBeGreaterThan(0);
      await machine.systemctl('stop', 'etcd.service');
      renameSync(join(machine.volume, 'data'), join(machine.volume, stale));
      renameSync(join(machine.volume, 'data.now'), join(machine.volume, 'data'));
      await machine.systemctl('start', 'etcd.service');
      await waitHealthy(machine);
    });

    testOnce('sets data that is there aside and brings the snapshot back', async () => {
      await tier.client(0).put('/registry/after-the-snapshot', 'v');
      const done = await restoreCluster(tier);
      expect(done.status).toBe(0);
      const keys = Object.keys(await dataOf(tier));
      expect(keys).toContain('/registry/1');
      expect(keys).not.toContain('/registry/after-the-snapshot');
      for (const machine of tier.machines) {
        const left = readdirSync(machine.volume).filter((name) => name.startsWith('data.before-'));
        expect(left.length).toBeGreaterThan(0);
      }
    });
  });
});
