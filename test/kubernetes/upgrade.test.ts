import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { planUpgrade } from '../../lib/kubernetes/upgrade';
import { makeBlueprint } from '../support/blueprint-inputs';

const plan = (from: Partial<BlueprintInput>, to: Partial<BlueprintInput>) =>
  planUpgrade(makeBlueprint(from), makeBlueprint(to));

test('plans nothing where nothing changes', () => {
  const same = { kubernetes: { version: '1.36.4' }, etcd: { version: '3.6.14' } };
  expect(plan(same, same)).toEqual({
    kubernetes: { from: '1.36.4', to: '1.36.4' },
    etcd: { from: '3.6.14', to: '3.6.14' },
    settings: [],
    notes: [],
    steps: [],
    refusals: [],
  });
});

test('plans a new minor: control plane one by one, then the pools, etcd not touched', () => {
  const { steps, notes, refusals } = plan(
    { kubernetes: { version: '1.35' } },
    { kubernetes: { version: '1.36' } },
  );
  expect(refusals).toEqual([]);
  expect(steps.map(({ machine }) => machine)).toEqual([
    'etcd',
    'control-plane 1 of 3',
    'control-plane 2 of 3',
    'control-plane 3 of 3',
    'worker-general',
  ]);
  expect(notes).toEqual([
    expect.stringContaining('MutatingAdmissionPolicy'),
    'crictl 1.35.0 -> 1.36.0',
  ]);
});

test('plans a new etcd patch: the members one by one and nothing else', () => {
  const { steps } = plan({ etcd: { version: '3.6.13' } }, { etcd: { version: '3.6.14' } });
  expect(steps.map(({ machine }) => machine)).toEqual([
    'etcd',
    'etcd-0',
    'etcd-1',
    'etcd-2',
    'etcd-3',
    'etcd-4',
  ]);
});

test('shows each changed setting and touches only the tiers it is on', () => {
  const flags = { kubelet: { maxPods: '60' } };
  const { settings, steps } = plan({}, { kubernetes: { flags } });
  expect(settings).toEqual([
    { program: 'kubelet of the control plane', setting: 'maxPods', from: '110', to: '60' },
    { program: 'kubelet of workers', setting: 'maxPods', from: '110', to: '60' },
  ]);
  expect(steps.length).toBe(5);
  const apiOnly = plan({}, { kubernetes: { requests: { maxInFlight: 800 } } });
  expect(apiOnly.steps.map(({ machine }) => machine)).toEqual([
    'etcd',
    'control-plane 1 of 3',
    'control-plane 2 of 3',
    'control-plane 3 of 3',
  ]);
});

test('a rotation of the encryption key touches the control plane only', () => {
  const keys = (...names: string[]) => ({
    kubernetes: { encryption: { provider: 'secretbox' as const, keys: names } },
  });
  const { steps, refusals } = plan(keys('key-1'), keys('key-1', 'key-2'));
  expect(refusals).toEqual([]);
  expect(steps.map(({ machine }) => machine.split(' ')[0])).toEqual([
    'etcd',
    'control-plane',
    'control-plane',
    'control-plane',
  ]);
});

test.each<readonly [string, Partial<BlueprintInput>, Partial<BlueprintInput>, string]>([
  [
    'a minor is skipped',
    { kubernetes: { version: '1.35' } },
    { kubernetes: { version: '1.37.2' } },
    'kubernetes.version: got "1.37.2", expected at most 1.36: minors are not skipped',
  ],
  [
    'it goes back',
    { kubernetes: { version: '1.36.4' } },
    { kubernetes: { version: '1.35.8' } },
    'kubernetes.version: got "1.35.8", expected 1.36 or later: what a newer minor has stored an older one can\'t always read',
  ],
  [
    'etcd goes back',
    { etcd: { version: '3.6.14' } },
    { etcd: { version: '3.5.32' } },
    'etcd.version: got "3.5.32", expected "3.6.14" to the next minor: etcd goes one minor at a time and never back',
  ],
  [
    'both change their minor at once',
    { etcd: { version: '3.5.32' }, kubernetes: { version: '1.35.8' } },
    { etcd: { version: '3.6.14' }, kubernetes: { version: '1.36.4' } },
    'etcd.version: got "3.6.14" together with Kubernetes "1.36.4", expected one of the two at a time',
  ],
  [
    'members come or go on the way',
    {},
    { etcd: { members: 3 } },
    'etcd.members: got 3, expected 5: members are added and removed by themselves',
  ],
  [
    'the key that encrypts would be gone',
    {},
    { kubernetes: { encryption: { provider: 'secretbox', keys: ['key-2'] } } },
    'kubernetes.encryption.keys: got ["key-2"], expected "key-1" among them: Secrets are still encrypted with it',
  ],
])('fails when %s', (_, from, to, expected) => {
  const { refusals, steps } = plan(from, to);
  expect(refusals).toEqual([expected]);
  expect(steps).toEqual([]);
});
