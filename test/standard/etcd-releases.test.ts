import { expect, test } from '@jest/globals';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import { compareVersions } from '../../lib/blueprint/version';
import { checks } from '../../lib/conformance/checks/checks';
import { etcdReleases, oldestSafeEtcd } from '../../lib/standard/etcd-releases';
import { minimalInput } from '../support/cluster/blueprint-inputs';

test.each([
  ['3.5.32', '3.5.32'],
  ['3.6.1', '3.6.13'],
  ['3.4.99', '3.6.13'],
  ['3.7.0', '3.6.13'],
])('the oldest safe etcd for %s is %s', (version, safe) => {
  expect(oldestSafeEtcd(version)).toBe(safe);
});

test('planner and check have the same oldest safe etcd', () => {
  const check = checks.find(({ id }) => id === 'etcd/version-without-bypass');
  for (const { fixes } of etcdReleases) {
    const safe = oldestSafeEtcd(fixes[0].version);
    expect(fixes.every(({ version }) => compareVersions(version, safe) <= 0)).toBe(true);
    const planned = (version: string) =>
      resolveBlueprint({ ...minimalInput, etcd: { version } }, { today: '2026-11-26' });
    expect(() => planned(safe)).not.toThrow();
    const before = safe.replace(/\d+$/, (patch) => String(Number(patch) - 1));
    expect(() => planned(before)).toThrow(`expected at least "${safe}"`);
    expect(check?.remedy).toContain(`${safe} or later`);
  }
});
