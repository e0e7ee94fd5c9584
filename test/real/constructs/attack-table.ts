import { pod, podSpec, type Json } from './pods';
import { allow, change, create, deny, put, type RequestRow } from './request';

/**
 * What somebody tries who holds RBAC rights and no leave to break out: `rogue` is bound to
 * cluster-admin and is none of the break-glass groups, `tenant` may do much by name.
 */
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';
const enforce = 'pod-security.kubernetes.io/enforce';
const madeByBreakGlass = 'this role is made by break-glass only';
const boundByBreakGlass = 'this role is bound by break-glass only';

type Rule = Readonly<Record<string, readonly string[]>>;

const asRole = (kind: 'ClusterRole' | 'Role', body: object): RequestRow['send'] =>
  create(kind === 'Role' ? `${rbac}/namespaces/shop/roles` : `${rbac}/clusterroles`, {
    apiVersion: `${apiGroup}/v1`,
    kind,
    metadata: { name: 'tried' },
    ...body,
  });

const everyVerb = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['escalate', 'bind', 'impersonate', 'approve', 'sign', 'use'],
];
const admission = ['admissionregistration.k8s.io'];

/** Rules that lead to more than they say, in one spelling after another. */
const powerful: Readonly<Record<string, Rule>> = {
  'everything by stars': { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  'all verbs by name on everything': { apiGroups: ['*'], resources: ['*'], verbs: everyVerb },
  'reading everything': { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
  'every verb on the core group': { apiGroups: [''], resources: ['*'], verbs: ['*'] },
  'proxies by a star': { apiGroups: ['*'], resources: ['*/proxy'], verbs: ['get'] },
  'proxies of the core group by a star': { apiGroups: [''], resources: ['*/proxy'], verbs: ['*'] },
  'kubelets by their proxy, creating': {
    apiGroups: [''],
    resources: ['nodes/proxy'],
    verbs: ['create'],
  },
  'one kubelet by its proxy': {
    apiGroups: [''],
    resources: ['nodes/proxy'],
    resourceNames: ['node-1'],
    verbs: ['get'],
  },
  'tokens by a star': { apiGroups: ['*'], resources: ['*/token'], verbs: ['create'] },
  'tokens of the core group by a star': { apiGroups: [''], resources: ['*/token'], verbs: ['*'] },
  'tokens with every verb': { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['*'] },
  'signers of Kubernetes, approving': {
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    resourceNames: ['kubernetes.io/kube-apiserver-client'],
    verbs: ['approve'],
  },
  'signers of Kubernetes, signing, by a star': {
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    resourceNames: ['kubernetes.io/*'],
    verbs: ['sign'],
  },
  'every signer': {
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    verbs: ['approve'],
  },
  'every signer, attesting': {
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    verbs: ['attest'],
  },
  'every signer among much': { apiGroups: ['*'], resources: ['pods', 'signers'], verbs: ['sign'] },
  'impersonation of users': { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
  'impersonation of one group': {
    apiGroups: [''],
    resources: ['groups'],
    resourceNames: ['hardened-cluster:break-glass'],
    verbs: ['impersonate'],
  },
  'impersonation of service accounts': {
    apiGroups: [''],
    resources: ['serviceaccounts'],
    verbs: ['impersonate'],
  },
  'impersonation of anything': { apiGroups: ['*'], resources: ['*'], verbs: ['impersonate'] },
  'impersonation of uids': {
    apiGroups: ['authentication.k8s.io'],
    resources: ['uids'],
    verbs: ['impersonate'],
  },
  'every verb on uids': { apiGroups: ['authentication.k8s.io'], resources: ['uids'], verbs: ['*'] },
  'every verb on user extras': {
    apiGroups: ['authentication.k8s.io'],
    resources: ['userextras/scopes'],
    verbs: ['*'],
  },
  'user extras': {
    apiGroups: ['authentication.k8s.io'],
    resources: ['userextras'],
    verbs: ['impersonate'],
  },
  'constrained impersonation of user information': {
    apiGroups: ['authentication.k8s.io'],
    resources: ['users'],
    verbs: ['impersonate:user-info'],
  },
  'constrained impersonation of service accounts': {
    apiGroups: ['authentication.k8s.io'],
    resources: ['serviceaccounts'],
    verbs: ['impersonate:serviceaccount'],
  },
  'constrained impersonation of nodes': {
    apiGroups: ['authentication.k8s.io'],
    resources: ['nodes'],
    verbs: ['impersonate:arbitrary-node'],
  },
  'constrained impersonation on pods': {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['impersonate-on:user-info:list'],
  },
  'escalation of roles': { apiGroups: [apiGroup], resources: ['roles'], verbs: ['escalate'] },
  'binding of one role': {
    apiGroups: [apiGroup],
    resources: ['clusterroles'],
    resourceNames: ['view'],
    verbs: ['bind'],
  },
  'escalation in every group': {
    apiGroups: ['*'],
    resources: ['clusterroles'],
    verbs: ['escalate'],
  },
  'binding of everything': { apiGroups: [apiGroup], resources: ['*'], verbs: ['bind'] },
  'every verb on roles': { apiGroups: [apiGroup], resources: ['roles'], verbs: ['*'] },
  'policies, updating': {
    apiGroups: admission,
    resources: ['validatingadmissionpolicies'],
    verbs: ['update'],
  },
  'bindings of policies, deleting': {
    apiGroups: admission,
    resources: ['validatingadmissionpolicybindings'],
    verbs: ['delete'],
  },
  'one binding of a policy, deleting': {
    apiGroups: admission,
    resources: ['validatingadmissionpolicybindings'],
    resourceNames: ['hardened-cluster-pods'],
    verbs: ['delete'],
  },
  'bindings of policies, all at once': {
    apiGroups: admission,
    resources: ['validatingadmissionpolicybindings'],
    verbs: ['deletecollection'],
  },
  'mutating policies': {
    apiGroups: admission,
    resources: ['mutatingadmissionpolicies'],
    verbs: ['create'],
  },
  'mutating webhooks': {
    apiGroups: admission,
    resources: ['mutatingwebhookconfigurations'],
    verbs: ['patch'],
  },
  'validating webhooks by a star': { apiGroups: admission, resources: ['*'], verbs: ['create'] },
  'API services': {
    apiGroups: ['apiregistration.k8s.io'],
    resources: ['apiservices'],
    verbs: ['create'],
  },
  'exceptions from the pod policy': {
    apiGroups: ['policy.hardened-cluster'],
    resources: ['podrules'],
    verbs: ['use'],
  },
  'one exception from the pod policy': {
    apiGroups: ['policy.hardened-cluster'],
    resources: ['podrules'],
    resourceNames: ['privileged'],
    verbs: ['use'],
  },
  'exceptions from every policy': {
    apiGroups: ['policy.hardened-cluster'],
    resources: ['*'],
    verbs: ['use'],
  },
  'the use of everything': { apiGroups: ['*'], resources: ['*'], verbs: ['use'] },
  'exceptions from the image policy': {
    apiGroups: ['policy.hardened-cluster'],
    resources: ['imagerules'],
    verbs: ['*'],
  },
  'persistent volumes': { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['create'] },
};

/** What counts in a ClusterRole only. */
const powerfulInClusterRoles: Readonly<Record<string, object>> = {
  'Secrets of the whole cluster': {
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
  },
  'Secrets of the whole cluster, watching': {
    rules: [{ apiGroups: ['*'], resources: ['secrets', 'configmaps'], verbs: ['watch'] }],
  },
  'every URL': { rules: [{ nonResourceURLs: ['*'], verbs: ['get'] }] },
  'every URL by a slash': { rules: [{ nonResourceURLs: ['/*'], verbs: ['*'] }] },
  'an aggregation of everything': { aggregationRule: { clusterRoleSelectors: [{}] }, rules: [] },
  'an aggregation by the label of the bootstrap roles': {
    aggregationRule: {
      clusterRoleSelectors: [{ matchLabels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } }],
    },
    rules: [],
  },
  'an aggregation by what has no label': {
    aggregationRule: {
      clusterRoleSelectors: [
        { matchExpressions: [{ key: 'example.com/x', operator: 'DoesNotExist' }] },
      ],
    },
    rules: [],
  },
};

const harmless: Readonly<Record<string, Rule>> = {
  'a signer of its own': {
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    resourceNames: ['clusterissuers.cert-manager.io/*'],
    verbs: ['approve'],
  },
  'one Secret': { apiGroups: [''], resources: ['secrets'], resourceNames: ['tls'], verbs: ['get'] },
  'Secrets, creating': { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  'reading policies': {
    apiGroups: admission,
    resources: ['validatingadmissionpolicies'],
    verbs: ['get', 'list', 'watch'],
  },
  'metrics of kubelets': { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
  'the use of a thing of its own': {
    apiGroups: ['example.com'],
    resources: ['classes'],
    verbs: ['use'],
  },
  'every verb and subresource of its own group': {
    apiGroups: ['example.com'],
    resources: ['*', '*/status'],
    verbs: ['*'],
  },
  'roles, reading': { apiGroups: [apiGroup], resources: ['clusterroles'], verbs: ['get', 'list'] },
};

const roles: readonly RequestRow[] = [
  ...Object.entries(powerful).flatMap(([title, rule]) => [
    deny(
      `a ClusterRole: ${title}`,
      'rogue',
      asRole('ClusterRole', { rules: [rule] }),
      madeByBreakGlass,
    ),
    allow(
      `of break-glass, a ClusterRole: ${title}`,
      'breakGlass',
      asRole('ClusterRole', { rules: [rule] }),
    ),
  ]),
  ...Object.entries(powerful)
    .filter(([, rule]) => rule.resources?.[0] !== '*' || rule.verbs?.[0] === '*')
    .map(([title, rule]) =>
      deny(`a Role: ${title}`, 'rogue', asRole('Role', { rules: [rule] }), madeByBreakGlass),
    ),
  ...Object.entries(powerfulInClusterRoles).map(([title, body]) =>
    deny(`a ClusterRole: ${title}`, 'rogue', asRole('ClusterRole', body), madeByBreakGlass),
  ),
  ...Object.entries(harmless).map(([title, rule]) =>
    allow(`a ClusterRole: ${title}`, 'rogue', asRole('ClusterRole', { rules: [rule] })),
  ),
  allow(
    'a Role: Secrets of its namespace',
    'rogue',
    asRole('Role', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }] }),
  ),
  ...(['rogue', 'masters', 'breakGlass'] as const).map((who) =>
    allow(
      'an aggregated ClusterRole without rules',
      who,
      asRole('ClusterRole', {
        aggregationRule: {
          clusterRoleSelectors: [{ matchLabels: { 'rbac.kyverno.io/aggregate-to-admin': 'true' } }],
        },
      }),
    ),
  ),
  ...(['rogue', 'masters'] as const).map((who) =>
    allow('a ClusterRole without rules', who, asRole('ClusterRole', {})),
  ),
  deny(
    'a rule put into the role view',
    'rogue',
    change(`${rbac}/clusterroles/view`, {
      rules: [{ apiGroups: ['*'], resources: ['*/proxy'], verbs: ['get'] }],
    }),
    madeByBreakGlass,
  ),
  deny(
    'an aggregation put into the role of viewers',
    'rogue',
    change(`${rbac}/clusterroles/hardened-cluster:viewer`, {
      aggregationRule: { clusterRoleSelectors: [{}] },
    }),
    madeByBreakGlass,
  ),
  deny(
    'cluster-admin labelled so that edit takes it up',
    'rogue',
    change(`${rbac}/clusterroles/cluster-admin`, {
      metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' } },
    }),
    madeByBreakGlass,
  ),
  deny(
    'exceptions from the pod policy aggregated into edit',
    'rogue',
    create(`${rbac}/clusterroles`, {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: {
        name: 'tried',
        labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' },
      },
      rules: [{ apiGroups: ['policy.hardened-cluster'], resources: ['podrules'], verbs: ['use'] }],
    }),
    madeByBreakGlass,
  ),
];

const group = (name: string) => ({ apiGroup, kind: 'Group', name });
const user = (name: string) => ({ apiGroup, kind: 'User', name });
const bind = (role: string, subjects: readonly object[] = [group('somebody')]) =>
  create(`${rbac}/clusterrolebindings`, {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'tried' },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects,
  });
const bindIn = (
  namespace: string,
  role: string,
  kind = 'ClusterRole',
  subjects: readonly object[] = [group('somebody')],
) =>
  create(`${rbac}/namespaces/${namespace}/rolebindings`, {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'tried' },
    roleRef: { apiGroup, kind, name: role },
    subjects,
  });

const leadingRoles = [
  'admin',
  'calico-node',
  'cluster-admin',
  'edit',
  'hardened-cluster:node-operator',
  'hardened-cluster:operator',
  'system:aggregate-to-admin',
  'system:controller:clusterrole-aggregation-controller',
  'system:controller:generic-garbage-collector',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:kubelet-api-admin',
  'system:node',
  'system:node-proxier',
  'one-that-a-controller-fills',
] as const;

const bindings: readonly RequestRow[] = [
  ...leadingRoles.flatMap((role) => [
    deny(`${role} bound in the whole cluster`, 'rogue', bind(role), boundByBreakGlass),
    allow(`${role} bound in the whole cluster by break-glass`, 'breakGlass', bind(role)),
  ]),
  ...leadingRoles
    .filter((role) => !['admin', 'edit', 'hardened-cluster:operator'].includes(role))
    .map((role) =>
      deny(
        `${role}, which leads to more, bound in shop`,
        'rogue',
        bindIn('shop', role),
        boundByBreakGlass,
      ),
    ),
  ...['admin', 'edit', 'view', 'hardened-cluster:operator'].flatMap((role) => [
    allow(`${role} bound in a namespace`, 'rogue', bindIn('shop', role)),
    ...['kube-system', 'kube-public', 'default', 'hardened-kube-bench'].map((namespace) =>
      deny(`${role} bound in ${namespace}`, 'rogue', bindIn(namespace, role), boundByBreakGlass),
    ),
  ]),
  allow('a Role bound in a namespace', 'rogue', bindIn('shop', 'some', 'Role')),
  deny(
    'a Role bound in kube-system',
    'rogue',
    bindIn('kube-system', 'some', 'Role'),
    boundByBreakGlass,
  ),
  ...['view', 'hardened-cluster:viewer', 'hardened-cluster:auditor'].map((role) =>
    allow(`${role} bound in the whole cluster`, 'rogue', bind(role)),
  ),
  ...['system:unauthenticated', 'system:authenticated', 'system:serviceaccounts'].flatMap(
    (name) => [
      deny(`view bound to ${name}`, 'rogue', bind('view', [group(name)]), boundByBreakGlass),
      deny(
        `view bound to ${name} in a namespace`,
        'rogue',
        bindIn('shop', 'view', 'ClusterRole', [group('somebody'), group(name)]),
        boundByBreakGlass,
      ),
    ],
  ),
  deny(
    'view bound to the anonymous user',
    'rogue',
    bind('view', [user('system:anonymous')]),
    boundByBreakGlass,
  ),
  allow(
    'a label of the binding of cluster-admin',
    'rogue',
    change(`${rbac}/clusterrolebindings/cluster-admin`, { metadata: { labels: { seen: 'true' } } }),
  ),
];

const namespaceObject = (name: string, labels: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
  spec: { finalizers: ['kubernetes'] },
});
const lowered = 'is not lowered';

/** Every way by which labels of a namespace are written. */
const namespaces: readonly RequestRow[] = [
  ...(['tenant', 'rogue'] as const).flatMap((who): readonly RequestRow[] => [
    ...['', '/status'].map((subresource) =>
      deny(
        `baseline lowered by a patch of namespaces${subresource}`,
        who,
        change(`/api/v1/namespaces/shop${subresource}`, {
          metadata: { labels: { [enforce]: 'privileged' } },
        }),
        who === 'tenant' && subresource !== '' ? 'cannot patch resource' : lowered,
      ),
    ),
  ]),
  deny(
    'baseline lowered by finalize',
    'rogue',
    put('/api/v1/namespaces/shop/finalize', namespaceObject('shop', { [enforce]: 'privileged' })),
    lowered,
  ),
  deny(
    'the level taken away by finalize',
    'rogue',
    put('/api/v1/namespaces/vault/finalize', namespaceObject('vault', {})),
    lowered,
  ),
  deny(
    'the version taken away by a patch of the status',
    'rogue',
    change('/api/v1/namespaces/vault/status', {
      metadata: { labels: { [`${enforce}-version`]: 'v1.20' } },
    }),
    'enforce-version is changed by break-glass only',
  ),
  ...(['kube-system', 'hardened-kube-bench', 'plain'] as const).flatMap((name) => [
    deny(
      `${name} raised to baseline, which would unguard its privileged pods`,
      'rogue',
      change(`/api/v1/namespaces/${name}`, { metadata: { labels: { [enforce]: 'baseline' } } }),
      'is raised by break-glass only',
    ),
    deny(
      `${name} raised by its status`,
      'rogue',
      change(`/api/v1/namespaces/${name}/status`, {
        metadata: { labels: { [enforce]: 'restricted' } },
      }),
      'is raised by break-glass only',
    ),
    deny(
      `the level of ${name} taken away`,
      'rogue',
      change(`/api/v1/namespaces/${name}`, { metadata: { labels: { [enforce]: null } } }),
      'is raised by break-glass only',
    ),
  ]),
  allow(
    'kube-system raised by break-glass',
    'breakGlass',
    change('/api/v1/namespaces/kube-system', { metadata: { labels: { [enforce]: 'baseline' } } }),
  ),
  allow(
    "a namespace at the cluster's version of the level",
    'tenant',
    create('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'tried',
        labels: { [enforce]: 'baseline', [`${enforce}-version`]: 'v1.36' },
      },
    }),
  ),
];

const restricted = 'node-restriction.kubernetes.io/pool';
const byItself = 'are changed by the node itself';
const nodeLabels = [
  restricted,
  'node-role.kubernetes.io/control-plane',
  'topology.kubernetes.io/zone',
  'kubernetes.io/hostname',
] as const;

const nodes: readonly RequestRow[] = [
  ...(['rogue', 'calicoNode'] as const).flatMap((who) =>
    nodeLabels.map((label) =>
      deny(
        `the label ${label} by a patch of nodes/status`,
        who,
        change('/api/v1/nodes/node-1/status', { metadata: { labels: { [label]: 'x' } } }),
        byItself,
      ),
    ),
  ),
  deny(
    'the taints by a patch of nodes/status',
    'rogue',
    change('/api/v1/nodes/node-1/status', {
      spec: { taints: null },
      metadata: { labels: { [restricted]: 'x' } },
    }),
    byItself,
  ),
  deny(
    'an annotation of another node by the pod network',
    'calicoNode',
    change('/api/v1/nodes/node-1/status', {
      metadata: { annotations: { 'projectcalico.org/IPv4VXLANTunnelAddr': '10.244.9.9' } },
    }),
    'the node that it runs on, and no other',
  ),
  ...(['operator', 'rogue'] as const).flatMap((who) => [
    deny(
      'an annotation of the pod network',
      who,
      change('/api/v1/nodes/node-1', {
        metadata: { annotations: { 'projectcalico.org/IPv4VXLANTunnelAddr': '10.244.9.9' } },
      }),
      'of nodes are changed by the node itself',
    ),
    deny(
      'an owner of a node, whose end would be its own',
      who,
      change('/api/v1/nodes/node-1', {
        metadata: {
          ownerReferences: [{ apiVersion: 'v1', kind: 'Namespace', name: 'x', uid: 'y' }],
        },
      }),
      'of nodes are changed by the node itself',
    ),
    deny(
      'the machine of a node',
      who,
      change('/api/v1/nodes/node-1', { spec: { providerID: 'aws:///eu-central-1a/i-other' } }),
      'of nodes are changed by the node itself',
    ),
    deny(
      'a finalizer of a node',
      who,
      change('/api/v1/nodes/node-1', { metadata: { finalizers: ['example.com/never'] } }),
      'of nodes are changed by the node itself',
    ),
    allow('a cordon', who, change('/api/v1/nodes/node-1', { spec: { unschedulable: true } })),
  ]),
];

const tokenVolume = (name: string, source: Json = { serviceAccountToken: { path: 'token' } }) => ({
  volumes: [{ name, projected: { sources: [{ downwardAPI: { items: [] } }, source] } }],
});
const podAs = (account: string, changes: Json) =>
  create(
    '/api/v1/namespaces/plain/pods',
    pod(podSpec({ serviceAccountName: account, automountServiceAccountToken: false, ...changes })),
  );
const notMounted = 'the token of the service account default is not mounted';

const tokens: readonly RequestRow[] = [
  ...['vault-token', 'x', 'kube-api-access-x'].map((name) =>
    deny(
      `a token of default in a volume ${name}`,
      'tenant',
      podAs('default', tokenVolume(name)),
      notMounted,
    ),
  ),
  deny(
    'a token of default for another audience',
    'tenant',
    podAs('default', tokenVolume('x', { serviceAccountToken: { path: 't', audience: 'vault' } })),
    notMounted,
  ),
  allow('a token of an account of its own', 'tenant', podAs('granted', tokenVolume('x'))),
];

/** Attacks and the ordinary work beside them. */
export const attackTable: readonly RequestRow[] = [
  ...roles,
  ...bindings,
  ...namespaces,
  ...nodes,
  ...tokens,
];
