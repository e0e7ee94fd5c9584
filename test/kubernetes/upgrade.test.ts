import { synthesizeManifests } from '../../constructs/manifests';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { planUpgrade } from '../../lib/cluster/upgrade/plan-upgrade';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

const plan = (from: Partial<BlueprintInput>, to: Partial<BlueprintInput>) => {
  const [before, after] = [makeBlueprint(from), makeBlueprint(to)];
  return planUpgrade(before, after, { from: [], to: [] });
};
const planWithManifests = (from: Partial<BlueprintInput>, to: Partial<BlueprintInput>) => {
  const [before, after] = [makeBlueprint(from), makeBlueprint(to)];
  const manifests = { from: synthesizeManifests(before), to: synthesizeManifests(after) };
  return planUpgrade(before, after, manifests);
};
const controlPlane = ['control-plane 1 of 3', 'control-plane 2 of 3', 'control-plane 3 of 3'];

test('plans nothing where nothing changes', () => {
  const same = { kubernetes: { version: '1.36.4' }, etcd: { version: '3.6.14' } };
  expect(plan(same, same)).toEqual({
    kubernetes: { from: '1.36.4', to: '1.36.4' },
    etcd: { from: '3.6.14', to: '3.6.14' },
    configuration: [],
    settings: [],
    machines: [],
    manifests: [],
    notes: [],
    steps: [],
    refusals: [],
  });
});

test('plans a new minor version: control plane one by one, then the pools, etcd not touched', () => {
  const { steps, notes, refusals } = planWithManifests(
    { kubernetes: { version: '1.35' } },
    { kubernetes: { version: '1.36' } },
  );
  expect(refusals).toEqual([]);
  expect(steps.map(({ machine }) => machine)).toEqual([
    'etcd',
    'control-plane 1 of 3',
    'manifests',
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
  expect(apiOnly.steps.map(({ machine }) => machine)).toEqual(['etcd', ...controlPlane]);
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

interface Told {
  readonly settings: readonly string[];
  readonly files: readonly string[];
  readonly objects: readonly string[];
  readonly steps: readonly string[];
}
const kms = {
  provider: 'kms' as const,
  keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
};
const policies = '/etc/kubernetes/policies';
const viewer = 'arn:aws:iam::123456789012:role/readers';
test.each<readonly [string, Partial<BlueprintInput>, Told]>([
  [
    'admission',
    { kubernetes: { podSecurity: { enforce: 'restricted' }, requests: { eventsPerSecond: 100 } } },
    {
      settings: [
        `${policies}/pod-security.yaml: defaults.enforce: "baseline" -> "restricted"`,
        `${policies}/event-rate-limit.yaml: limits[0].burst: 20000 -> 400`,
        `${policies}/event-rate-limit.yaml: limits[0].qps: 5000 -> 100`,
      ],
      files: [`${policies}/event-rate-limit.yaml`, `${policies}/pod-security.yaml`],
      objects: ['Namespace default'],
      steps: ['etcd', 'manifests', ...controlPlane],
    },
  ],
  [
    'audit',
    { kubernetes: { audit: { maxBackups: 20 } } },
    {
      settings: ['kube-apiserver: audit-log-maxbackup: 10 -> 20'],
      files: ['/etc/kubernetes/kubeadm.yaml'],
      objects: [],
      steps: ['etcd', ...controlPlane],
    },
  ],
  [
    'OIDC',
    { kubernetes: { oidc: { issuerUrl: 'https://login.example.com', clientId: 'kubernetes' } } },
    {
      settings: [
        'kube-apiserver: authentication-config: undefined -> /etc/kubernetes/policies/authentication.yaml',
        `${policies}/authentication.yaml: jwt[0].issuer.url: undefined -> "https://login.example.com"`,
      ],
      files: ['/etc/kubernetes/kubeadm.yaml', `${policies}/authentication.yaml`],
      objects: [],
      steps: ['etcd', ...controlPlane],
    },
  ],
  [
    'principals',
    { principals: { viewerRoleArns: [viewer] } },
    {
      settings: [
        `/etc/aws-iam-authenticator/config.yaml: server.mapRoles[1].rolearn: undefined -> "${viewer}"`,
      ],
      files: ['/etc/aws-iam-authenticator/config.yaml'],
      objects: [],
      steps: ['etcd', ...controlPlane],
    },
  ],
  [
    'manifests',
    { namespaces: [{ name: 'shop' }] },
    {
      settings: [],
      files: [],
      objects: ['Namespace shop'],
      steps: ['manifests'],
    },
  ],
  [
    'a host firewall',
    { access: { apiCidrs: ['203.0.113.0/24', '192.0.2.0/24'], sshCidrs: ['198.51.100.0/24'] } },
    {
      settings: [],
      files: ['/etc/hardened-cluster/firewall.nft'],
      objects: [],
      steps: ['etcd', ...controlPlane],
    },
  ],
  [
    'the size of a pool',
    { workers: [{ name: 'general', maximum: 9 }] },
    { settings: [], files: [], objects: [], steps: ['cloud resources'] },
  ],
  [
    'pools that come, change and go',
    { workers: [{ name: 'large', labels: { size: 'large' } }] },
    {
      settings: [],
      files: [],
      objects: [],
      steps: ['manifests', 'worker-large', 'worker-general'],
    },
  ],
  [
    'the kind of machine of a tier',
    { etcd: { instanceType: 'm7g.xlarge' } },
    {
      settings: [],
      files: ['instance'],
      objects: [],
      steps: ['etcd', 'etcd-0', 'etcd-1', 'etcd-2', 'etcd-3', 'etcd-4'],
    },
  ],
])('reports a change of %s', (_, changes, told) => {
  const { configuration, settings, machines, manifests, steps, refusals } = planWithManifests(
    {},
    changes,
  );
  expect(refusals).toEqual([]);
  expect(configuration.length).toBeGreaterThan(0);
  expect(
    settings.map((s) => `${s.program}: ${s.setting}: ${String(s.from)} -> ${String(s.to)}`),
  ).toEqual(expect.arrayContaining([...told.settings]));
  expect(machines.flatMap(({ parts }) => parts.map(({ part }) => part))).toEqual(
    expect.arrayContaining([...told.files]),
  );
  expect(manifests.map(({ part }) => part)).toEqual(expect.arrayContaining([...told.objects]));
  expect(steps.map(({ machine }) => machine)).toEqual(told.steps);
});

test('applies manifests before the control plane where the older API servers know them', () => {
  const { steps } = planWithManifests(
    { kubernetes: { version: '1.36' } },
    { kubernetes: { version: '1.37' }, namespaces: [{ name: 'shop' }] },
  );
  expect(steps.map(({ machine }) => machine)).toEqual([
    'etcd',
    'manifests',
    ...controlPlane,
    'worker-general',
  ]);
});

test('reports who keeps access until the last machine is replaced', () => {
  const { notes } = plan({ principals: { viewerRoleArns: [viewer] } }, {});
  expect(notes).toEqual([
    `principals.viewerRoleArns ${viewer}: keeps access until the last control-plane machine is replaced`,
  ]);
});

test.each<readonly [string, Partial<BlueprintInput>, Partial<BlueprintInput>, string]>([
  [
    'a minor version is skipped',
    { kubernetes: { version: '1.35' } },
    { kubernetes: { version: '1.37.2' } },
    'kubernetes.version: got "1.37.2", expected at most 1.36: minor versions are not skipped',
  ],
  [
    'it goes back',
    { kubernetes: { version: '1.36.4' } },
    { kubernetes: { version: '1.35.8' } },
    'kubernetes.version: got "1.35.8", expected 1.36 or later: what a newer minor version has stored an older one can\'t always read',
  ],
  [
    'etcd goes back',
    { etcd: { version: '3.6.14' } },
    { etcd: { version: '3.5.32' } },
    'etcd.version: got "3.5.32", expected "3.6.14" to the next minor version: etcd goes one minor version at a time and never back',
  ],
  [
    'both change their minor version at once',
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
    'a key encrypts before all machines know it',
    {},
    { kubernetes: { encryption: { provider: 'secretbox', keys: ['key-2', 'key-1'] } } },
    'kubernetes.encryption.keys: got ["key-2","key-1"], expected "key-2" behind the others first: API servers that are not replaced yet could not read what is encrypted with it',
  ],
  [
    'addresses of pods change',
    {},
    { network: { podCidr: '10.245.0.0/16' } },
    'network.podCidr: got "10.245.0.0/16", expected "10.244.0.0/16": addresses of machines, pods and Services stay for the life of a cluster',
  ],
  [
    'the KMS key is given up',
    { kubernetes: { encryption: kms } },
    {},
    'kubernetes.encryption.provider: got "secretbox", expected "kms": Secrets are still encrypted with it',
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
