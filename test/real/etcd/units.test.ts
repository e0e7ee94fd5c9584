import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { planEtcdMember } from '../../../lib/etcd/plan-etcd-member';
import { resolveLock } from '../../../lib/machine/artifact-lock';
import { runAside } from '../../support/etcd/etcd-run';
import { prepareEtcdTier, type EtcdTier } from '../../support/etcd/etcd-tier';
import { describeWithTools } from '../../support/tools';
import { report } from './figures';
import { planAddresses } from '../../../lib/network/address-plan';

const folder = join(__dirname, '../../../lib/machine/programs');

describeWithTools('scripts', ['shellcheck'], ({ shellcheck }) => {
  const scripts = ['etcd', 'operator'].flatMap((path) =>
    readdirSync(join(folder, path)).map((name) => join(path, name)),
  );

  test.each(scripts)('%s is accepted by shellcheck', async (path) => {
    const sources = ['etcd', 'boot'].map((each) => join(folder, each)).join(':');
    const args = ['--external-sources', `--source-path=${sources}`, join(folder, path)];
    expect(await runAside(shellcheck, args)).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describeWithTools('units', ['etcd@3.6', 'systemd-analyze'], () => {
  let tier: EtcdTier;
  let units: readonly string[];
  beforeAll(async () => {
    tier = await prepareEtcdTier({ members: 1 });
    await tier.machine('etcd-0').powerOn();
    const [member] = tier.blueprint.etcd.members;
    if (!member) throw new Error('no member');
    const part = planEtcdMember(
      tier.blueprint,
      member,
      resolveLock(tier.blueprint),
      planAddresses(tier.blueprint),
    );
    units = (part.units ?? []).map(({ name }) => name);
  });
  afterAll(() => tier.stop());

  test('are accepted by systemd without a complaint', async () => {
    const paths = units.map((name) => `/etc/systemd/system/${name}`);
    const verified = await tier
      .machine('etcd-0')
      .exec(['systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', ...paths]);
    expect(verified).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('have an exposure below 3 by systemd-analyze security', async () => {
    for (const name of units.filter((unit) => unit.endsWith('.service'))) {
      const { stdout } = await tier
        .machine('etcd-0')
        .exec(['systemd-analyze', 'security', '--offline=yes', `/etc/systemd/system/${name}`]);
      const [, score] = /Overall exposure level for \S+: (\d+\.\d+)/.exec(stdout) ?? [];
      report(`exposure of ${name}`, Number(score), 'of 10');
      expect({ name, belowThree: Number(score) < 3 }).toEqual({ name, belowThree: true });
    }
  });

  test('plan the timers of the members one after the other', async () => {
    await tier.machine('etcd-0').systemctl('start', ...units.filter((u) => u.endsWith('.timer')));
    const listed = await tier.machine('etcd-0').systemctl('list-timers', '--no-pager', '--plain');
    for (const name of ['etcd-backup', 'etcd-defragment', 'etcd-renew-certificates']) {
      expect(listed).toContain(`${name}.service`);
    }
  });
});
