import {
  addManifest,
  both,
  editManifest,
  mutation,
  removeManifests,
  replaceInManifest,
  setSpec,
  type Change,
  type Mutation,
} from './mutation';

const rbac = 'rbac.authorization.k8s.io/v1';

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A Deployment that keeps to every level, with other fields. */
function workload(spec: object, container: object = {}, namespace = 'shop'): Change {
  return addManifest(
    'apps/v1',
    'Deployment',
    'added',
    { spec: { template: podOf(spec, container) } },
    namespace,
  );
}

function podOf(spec: object, container: object = {}) {
  return {
    spec: {
      containers: [
        {
          name: 'main',
          image: 'registry.example/app:1',
          resources: { limits: { memory: '64Mi' } },
          securityContext: hardened,
          ...container,
        },
      ],
      ...spec,
    },
  };
}

const context = (fields: object) => ({ securityContext: { ...hardened, ...fields } });
const helper = (fields: object) => ({ name: 'helper', image: 'i', ...fields });

const baseline: readonly (readonly [kind: Mutation['kind'], title: string, change: Change])[] = [
  [6, 'privileged', workload({}, context({ privileged: true }))],
  [
    6,
    'a privileged agent in kube-system',
    workload({}, context({ privileged: true }), 'kube-system'),
  ],
  [
    2,
    'an init container',
    workload({ initContainers: [helper({ securityContext: { privileged: true } })] }),
  ],
  [
    2,
    'an ephemeral container',
    workload({ ephemeralContainers: [helper({ securityContext: { privileged: true } })] }),
  ],
  [5, 'a host path', workload({ volumes: [{ name: 'a', hostPath: { path: '/' } }] })],
  [5, 'host PIDs', workload({ hostPID: true })],
  [5, 'host IPC as text', workload({ hostIPC: 'true' })],
  [5, 'a host port', workload({}, { ports: [{ containerPort: 1, hostPort: 1 }] })],
  [
    6,
    'a capability',
    workload({}, context({ capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] } })),
  ],
  [6, 'every capability', workload({}, context({ capabilities: { drop: ['ALL'], add: ['ALL'] } }))],
  [
    6,
    'seccomp off for the pod',
    workload({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
  ],
  [6, 'AppArmor off', workload({}, context({ appArmorProfile: { type: 'Unconfined' } }))],
  [
    6,
    'an unsafe sysctl',
    workload({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
  ],
  [6, 'procMount', workload({}, context({ procMount: 'Unmasked' }))],
  [
    6,
    'SELinux of another type',
    workload({ securityContext: { seLinuxOptions: { type: 'spc_t' } } }),
  ],
  [
    6,
    'a Windows host process',
    workload({ securityContext: { windowsOptions: { hostProcess: true } } }),
  ],
  [
    5,
    'a probe of the host',
    workload({}, { livenessProbe: { httpGet: { host: '127.0.0.1', port: 1 } } }),
  ],
  [
    5,
    'a custom resource',
    addManifest(
      'argoproj.io/v1alpha1',
      'Rollout',
      'a',
      { spec: { template: podOf({ hostNetwork: true }) } },
      'shop',
    ),
  ],
  [
    5,
    'a CronJob',
    addManifest(
      'batch/v1',
      'CronJob',
      'a',
      { spec: { jobTemplate: { spec: { template: podOf({ hostPID: true }) } } } },
      'shop',
    ),
  ],
  [
    5,
    'a pod template',
    addManifest('v1', 'PodTemplate', 'a', { template: podOf({ hostPID: true }) }, 'shop'),
  ],
  [
    3,
    'an exception for another account',
    both(
      workload({ hostNetwork: true, serviceAccountName: 'agent' }),
      addManifest(
        rbac,
        'Role',
        'agent',
        {
          rules: [
            { apiGroups: ['policy.hardened-cluster'], resources: ['podrules'], verbs: ['use'] },
          ],
        },
        'shop',
      ),
      addManifest(
        rbac,
        'RoleBinding',
        'agent',
        {
          roleRef: { kind: 'Role', name: 'agent' },
          subjects: [{ kind: 'ServiceAccount', name: 'agent', namespace: 'other' }],
        },
        'shop',
      ),
    ),
  ],
];

const defaultPolicy: typeof baseline = [
  [6, 'escalation', workload({}, context({ allowPrivilegeEscalation: true }))],
  [6, 'escalation by silence', workload({}, context({ allowPrivilegeEscalation: undefined }))],
  [6, 'no seccomp profile', workload({}, context({ seccompProfile: undefined }))],
  [5, 'an NFS volume', workload({ volumes: [{ name: 'a', nfs: { server: 's', path: '/' } }] })],
  [2, 'an init container', workload({ initContainers: [helper({})] })],
];

const restricted: typeof baseline = [
  [6, 'root by silence', workload({}, context({ runAsNonRoot: undefined }))],
  [6, 'user 0 of the pod', workload({ securityContext: { runAsUser: 0 } })],
  [6, 'user 0 of the container', workload({}, context({ runAsUser: 0 }))],
  [6, 'some capabilities kept', workload({}, context({ capabilities: { drop: ['NET_RAW'] } }))],
  [
    2,
    'an init container that may be root',
    workload({
      securityContext: { runAsNonRoot: true },
      initContainers: [helper({ securityContext: { ...hardened, runAsNonRoot: false } })],
    }),
  ],
];

const limits: typeof baseline = [
  [6, 'no resources', workload({}, { resources: undefined }, 'other')],
  [6, 'requests alone', workload({}, { resources: { requests: { memory: '1Gi' } } }, 'other')],
  [6, 'a CPU limit alone', workload({}, { resources: { limits: { cpu: '1' } } }, 'other')],
  [
    2,
    'an init container',
    workload({ initContainers: [helper({ securityContext: hardened })] }, {}, 'other'),
  ],
  [5, 'a Job in kube-system', workload({}, { resources: {} }, 'kube-system')],
];

function grant(rule: object, subject: object, role: object = {}): Change {
  return both(
    addManifest(rbac, 'ClusterRole', 'added', { rules: [rule], ...role }),
    addManifest(rbac, 'ClusterRoleBinding', 'added', {
      roleRef: { kind: 'ClusterRole', name: 'added' },
      subjects: [subject],
    }),
  );
}

const account = { kind: 'ServiceAccount', name: 'app', namespace: 'shop' };

const powers: typeof baseline = [
  [4, 'every Secret', grant({ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }, account)],
  [
    4,
    'every verb on everything of the core group',
    grant({ apiGroups: [''], resources: ['*'], verbs: ['*'] }, account),
  ],
  [
    4,
    'binding of roles',
    grant(
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'] },
      account,
    ),
  ],
  [
    5,
    'an account by its user name',
    grant(
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
      { kind: 'User', name: 'system:serviceaccount:shop:app' },
    ),
  ],
  [
    5,
    'all accounts of a namespace',
    grant(
      { apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] },
      { kind: 'Group', name: 'system:serviceaccounts:shop' },
    ),
  ],
  [
    5,
    'everybody',
    grant(
      { apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: ['patch'] },
      { kind: 'Group', name: 'system:authenticated' },
    ),
  ],
  [
    1,
    'the built-in role edit',
    addManifest(rbac, 'ClusterRoleBinding', 'added', {
      roleRef: { kind: 'ClusterRole', name: 'edit' },
      subjects: [account],
    }),
  ],
  [
    1,
    'an aggregated role',
    both(
      grant({}, account, {
        rules: null,
        aggregationRule: {
          clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }],
        },
      }),
      addManifest(rbac, 'ClusterRole', 'part', {
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      }),
      editManifest('ClusterRole', /^part$/, (role) => ({
        ...role,
        metadata: { ...role.metadata, labels: { a: 'b' } },
      })),
    ),
  ],
];

/** The policy that refuses the requests is taken away as well: the roles alone decide. */
const proxy = (rule: object): Change =>
  both(
    removeManifests('ValidatingAdmissionPolicyBinding', /-exec-by-nodes$/),
    addManifest(rbac, 'ClusterRole', 'added', { rules: [rule] }),
  );

const nodesProxy: typeof baseline = [
  [4, 'by name', proxy({ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] })],
  [4, 'by the subresource', proxy({ apiGroups: [''], resources: ['*/proxy'], verbs: ['create'] })],
  [4, 'by everything', proxy({ apiGroups: ['*'], resources: ['*'], verbs: ['get'] })],
  [
    4,
    'with a name',
    proxy({ apiGroups: [''], resources: ['nodes/proxy'], resourceNames: ['a'], verbs: ['*'] }),
  ],
];

const dashboard: typeof baseline = [
  [
    5,
    'a load balancer',
    addManifest(
      'v1',
      'Service',
      'kubernetes-dashboard',
      { spec: { type: 'LoadBalancer' } },
      'kubernetes-dashboard',
    ),
  ],
  [
    5,
    'a node port by its selector',
    addManifest(
      'v1',
      'Service',
      'ui',
      { spec: { type: 'NodePort', selector: { 'k8s-app': 'kubernetes-dashboard' } } },
      'shop',
    ),
  ],
  [
    5,
    'an Ingress',
    addManifest(
      'networking.k8s.io/v1',
      'Ingress',
      'ui',
      { spec: { defaultBackend: { service: { name: 'kubernetes-dashboard' } } } },
      'shop',
    ),
  ],
  [
    5,
    'a route of a gateway',
    addManifest(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'ui',
      { spec: { rules: [{ backendRefs: [{ name: 'kubernetes-dashboard' }] }] } },
      'shop',
    ),
  ],
  [
    5,
    'a TCP route',
    addManifest(
      'gateway.networking.k8s.io/v1alpha2',
      'TCPRoute',
      'ui',
      { spec: { rules: [{ backendRefs: [{ name: 'kubernetes-dashboard' }] }] } },
      'shop',
    ),
  ],
  [
    5,
    'an external address',
    addManifest(
      'v1',
      'Service',
      'kubernetes-dashboard',
      { spec: { externalIPs: ['203.0.113.9'] } },
      'kubernetes-dashboard',
    ),
  ],
  [
    5,
    'a virtual service of a mesh',
    addManifest(
      'networking.istio.io/v1',
      'VirtualService',
      'ui',
      { spec: { http: [{ route: [{ destination: { host: 'kubernetes-dashboard' } }] }] } },
      'shop',
    ),
  ],
];

const privileged = { 'pod-security.kubernetes.io/enforce': 'privileged' };
const namespace = (labels: object, name = 'added'): Change =>
  both(
    addManifest('v1', 'Namespace', name, {}),
    editManifest('Namespace', new RegExp(`^${name}$`), (found) => ({
      ...found,
      metadata: { ...found.metadata, labels: { ...labels } },
    })),
    // Without the policy that stands in for the level.
    removeManifests('ValidatingAdmissionPolicyBinding', /-pods$/),
  );

const levels: typeof baseline = [
  [6, 'privileged', namespace(privileged)],
  [6, 'privileged under a name like that of the system', namespace(privileged, 'kube-system-2')],
  [
    6,
    'a level that does not exist',
    namespace({ 'pod-security.kubernetes.io/enforce': 'Restricted' }),
  ],
  [6, 'an empty level', namespace({ 'pod-security.kubernetes.io/enforce': '' })],
];

const accounts: typeof baseline = [
  [3, 'no account', removeManifests('ServiceAccount', /^default$/)],
  [
    6,
    'on',
    editManifest('ServiceAccount', /^default$/, (found) => ({
      ...found,
      automountServiceAccountToken: true,
    })),
  ],
  [
    6,
    'as nothing is said',
    editManifest('ServiceAccount', /^default$/, (found) => ({
      ...found,
      automountServiceAccountToken: undefined,
    })),
  ],
  [5, 'another namespace', addManifest('v1', 'Namespace', 'added', {})],
];

const bench: typeof baseline = [
  [3, 'suspended', setSpec('CronJob', /kube-bench/, { suspend: true })],
  [3, 'gone', removeManifests('CronJob', /kube-bench/)],
  [
    5,
    'a Job that ran once',
    both(
      removeManifests('CronJob', /kube-bench/),
      addManifest('batch/v1', 'Job', 'kube-bench', {
        spec: { template: { spec: { containers: [{ image: 'aquasec/kube-bench' }] } } },
      }),
    ),
  ],
  [
    3,
    'a schedule of a day that does not exist',
    setSpec('CronJob', /kube-bench/, { schedule: '0 0 31 2 *' }),
  ],
  [
    3,
    'an image that only sounds like it',
    both(
      removeManifests('CronJob', /kube-bench/),
      addManifest('batch/v1', 'CronJob', 'x', {
        spec: {
          schedule: '0 0 * * *',
          jobTemplate: {
            spec: {
              template: {
                spec: { containers: [{ image: 'registry.example/not-kube-bench-at-all:1' }] },
              },
            },
          },
        },
      }),
    ),
  ],
  [
    3,
    'another command',
    replaceInManifest('CronJob', /kube-bench/, /"command":\["kube-bench"\]/g, '"command":["true"]'),
  ],
];

const deny: typeof baseline = [
  [
    3,
    'gone',
    both(
      removeManifests('NetworkPolicy', /dashboard/),
      removeManifests('GlobalNetworkPolicy', /dashboard/),
    ),
  ],
  [
    4,
    'with a rule that allows all',
    both(
      removeManifests('GlobalNetworkPolicy', /dashboard/),
      setSpec('NetworkPolicy', /dashboard/, { ingress: [{}] }),
    ),
  ],
  [
    4,
    'outbound alone',
    both(
      removeManifests('GlobalNetworkPolicy', /dashboard/),
      setSpec('NetworkPolicy', /dashboard/, { policyTypes: ['Egress'] }),
    ),
  ],
  [
    4,
    'of another application',
    both(
      removeManifests('GlobalNetworkPolicy', /dashboard/),
      setSpec('NetworkPolicy', /dashboard/, { podSelector: { matchLabels: { app: 'x' } } }),
    ),
  ],
  [
    4,
    'all but the dashboard',
    both(
      removeManifests('GlobalNetworkPolicy', /dashboard/),
      setSpec('NetworkPolicy', /dashboard/, {
        podSelector: {
          matchExpressions: [
            { key: 'k8s-app', operator: 'NotIn', values: ['kubernetes-dashboard'] },
          ],
        },
      }),
    ),
  ],
];

const versions = (id: string, changes: typeof baseline): readonly Mutation[] =>
  changes.map(([kind, title, change]) => mutation(`versions/${id}`, kind, title, change));
const version =
  (kubernetesVersion: string): Change =>
  (facts) => ({ ...facts, kubernetesVersion });
const on =
  (today: string): Change =>
  (facts) => ({ ...facts, today });
const unknownVersion: Change = ({ source, manifests = [] }) => ({ source, manifests });
const oldVersions: typeof baseline = [
  [6, 'a version before the first supported one', version('1.20.0')],
  [6, 'a version with a prefix', version('v1.29.3')],
  [7, 'a version that is not known', version('1.99.0')],
  [7, 'no version', unknownVersion],
];
const later: typeof baseline = [
  [7, 'three years on', on('2029-11-26')],
  [7, 'ten years on', on('2036-11-26')],
  [7, 'of a running cluster', (facts) => ({ ...facts, source: 'cluster' })],
  [7, 'of manifests', (facts) => ({ ...facts, source: 'manifests' })],
];
const oldPatches: typeof baseline = [...oldVersions, [6, 'the first patch', version('1.36.0')]];

/** Violations among pods, rights and versions. */
export const workloadMutations: readonly Mutation[] = [
  ...(
    [
      ['workloads/pods-baseline', baseline],
      ['workloads/pods-default-policy', defaultPolicy],
      ['workloads/pods-restricted', restricted],
      ['workloads/limits', limits],
      ['rbac/no-dangerous-powers', powers],
      ['rbac/no-nodes-proxy', nodesProxy],
      ['workloads/dashboard-not-exposed', dashboard],
      ['workloads/kube-bench-scheduled', bench],
      ['network-policies/dashboard-denied', deny],
      ['service-accounts/default-automount-off', accounts],
    ] as const
  ).flatMap(([check, rows]) =>
    rows.map(([kind, title, change]) => mutation(check, kind, title, change)),
  ),
  ...levels.map(([kind, title, change]) =>
    mutation(
      ['pod-security/namespaces-labelled', 'pod-security/privileged-only-system'],
      kind,
      title,
      change,
    ),
  ),
  ...versions('minor-version-supported', [...oldVersions, [7, 'three years on', on('2029-11-26')]]),
  ...versions('patch-current', oldPatches),
  ...versions('critical-patch-in-two-weeks', oldPatches),
  ...versions('critical-patch-in-two-days', oldPatches),
  ...versions('tested', oldVersions),
  ...versions('newest-minor-version-offered', later),
  ...versions('every-minor-version-offered', later),
];
