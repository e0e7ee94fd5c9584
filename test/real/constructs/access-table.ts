import type { Identity } from './identities';
import { pod, podSpec, type Json } from './pods';
import { allow, change, connect, create, deny, read, type RequestRow } from './request';

const toPod = (namespace: string, verb: string) =>
  `/api/v1/namespaces/${namespace}/pods/running/${verb}?command=id&container=app&stdout=true&ports=80`;
const breakGlassOnly = 'left to break-glass';
const enterVerbs = ['exec', 'attach', 'portforward', 'proxy'] as const;

/** Entering pods. The namespaces: shop is at baseline, plain at privileged, bare has no label. */
const entering: readonly RequestRow[] = [
  ...enterVerbs.flatMap((verb) => [
    allow(`${verb} in a namespace at baseline`, 'tenant', connect(toPod('shop', verb))),
    allow(`${verb} in a namespace that is restricted`, 'tenant', connect(toPod('vault', verb))),
    deny(
      `${verb} in a namespace at privileged`,
      'tenant',
      connect(toPod('plain', verb)),
      breakGlassOnly,
    ),
    deny(
      `${verb} in a namespace without label`,
      'tenant',
      connect(toPod('bare', verb)),
      breakGlassOnly,
    ),
    deny(`${verb} in kube-system`, 'tenant', connect(toPod('kube-system', verb)), breakGlassOnly),
    allow(
      `${verb} of break-glass in kube-system`,
      'breakGlass',
      connect(toPod('kube-system', verb)),
    ),
    deny(
      `${verb} in kube-system by who is cluster-admin on the quiet`,
      'rogue',
      connect(toPod('kube-system', verb)),
      breakGlassOnly,
    ),
  ]),
  allow('exec of an operator in their namespace', 'operator', connect(toPod('shop', 'exec'))),
  deny(
    'exec over WebSockets in kube-system',
    'tenant',
    connect(toPod('kube-system', 'exec'), 'get'),
    breakGlassOnly,
  ),
  deny(
    'exec of an operator in kube-system',
    'operator',
    connect(toPod('kube-system', 'exec')),
    'cannot create resource "pods/exec"',
  ),
  deny(
    'exec of a viewer',
    'viewer',
    connect(toPod('shop', 'exec')),
    'cannot create resource "pods/exec"',
  ),
  deny(
    'exec of an auditor',
    'auditor',
    connect(toPod('shop', 'exec')),
    'cannot create resource "pods/exec"',
  ),
  allow(
    'exec of an administrator of the machines',
    'kubeadm',
    connect(toPod('kube-system', 'exec')),
  ),
  deny(
    'a Service of kube-system by proxy',
    'tenant',
    connect('/api/v1/namespaces/kube-system/services/kube-dns:53/proxy/', 'get'),
    breakGlassOnly,
  ),
  deny(
    'a kubelet by proxy',
    'tenant',
    connect('/api/v1/nodes/node-1/proxy/run/kube-system/pod/c?cmd=id'),
    'nodes/proxy is left to break-glass',
  ),
  deny(
    'a kubelet by proxy, reading',
    'tenant',
    connect('/api/v1/nodes/node-1/proxy/pods', 'get'),
    'nodes/proxy is left to break-glass',
  ),
  deny(
    'a kubelet by proxy by who is cluster-admin on the quiet',
    'rogue',
    connect('/api/v1/nodes/node-1/proxy/pods', 'get'),
    'nodes/proxy is left to break-glass',
  ),
  deny(
    'a kubelet by proxy of an operator',
    'operator',
    connect('/api/v1/nodes/node-1/proxy/pods', 'get'),
    'cannot get resource "nodes/proxy"',
  ),
  allow(
    'a kubelet by proxy of break-glass',
    'breakGlass',
    connect('/api/v1/nodes/node-1/proxy/pods', 'get'),
  ),
];

const enforce = 'pod-security.kubernetes.io/enforce';
const namespace = (labels: Record<string, string>) =>
  create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'tried', labels },
  });
const relabel = (name: string, labels: Record<string, string | null>) =>
  change(`/api/v1/namespaces/${name}`, { metadata: { labels } });
const notLowered = 'is not lowered';

/** Pod Security levels of namespaces. */
const namespaces: readonly RequestRow[] = [
  allow('a namespace without label', 'tenant', namespace({})),
  allow('a namespace at baseline', 'tenant', namespace({ [enforce]: 'baseline' })),
  allow('a restricted namespace', 'tenant', namespace({ [enforce]: 'restricted' })),
  deny('a privileged namespace', 'tenant', namespace({ [enforce]: 'privileged' }), notLowered),
  deny('a level in upper case', 'tenant', namespace({ [enforce]: 'Privileged' }), 'Privileged'),
  deny('an empty level', 'tenant', namespace({ [enforce]: '' }), enforce),
  deny(
    'an old version of the level',
    'tenant',
    namespace({ [enforce]: 'baseline', [`${enforce}-version`]: 'v1.20' }),
    'enforce-version is changed by break-glass only',
  ),
  allow(
    'a privileged namespace of break-glass',
    'breakGlass',
    namespace({ [enforce]: 'privileged' }),
  ),
  deny(
    'a privileged namespace by who is cluster-admin on the quiet',
    'rogue',
    namespace({ [enforce]: 'privileged' }),
    notLowered,
  ),
  deny(
    'a namespace of an operator',
    'operator',
    namespace({}),
    'cannot create resource "namespaces"',
  ),
  deny(
    'baseline lowered to privileged',
    'tenant',
    relabel('shop', { [enforce]: 'privileged' }),
    notLowered,
  ),
  deny(
    'restricted lowered to baseline',
    'tenant',
    relabel('vault', { [enforce]: 'baseline' }),
    notLowered,
  ),
  deny('restricted taken away', 'tenant', relabel('vault', { [enforce]: null }), notLowered),
  deny(
    'an older version of restricted',
    'tenant',
    relabel('vault', { [`${enforce}-version`]: 'v1.20' }),
    'enforce-version is changed by break-glass only',
  ),
  deny(
    'the version taken away',
    'tenant',
    relabel('vault', { [`${enforce}-version`]: null }),
    'enforce-version is changed by break-glass only',
  ),
  allow('baseline raised to restricted', 'tenant', relabel('shop', { [enforce]: 'restricted' })),
  allow('a label of no meaning', 'tenant', relabel('shop', { team: 'a' })),
  allow(
    'a label of a namespace that is privileged already',
    'tenant',
    relabel('kube-system', { team: 'a' }),
  ),
  allow(
    'baseline lowered by break-glass',
    'breakGlass',
    relabel('shop', { [enforce]: 'privileged' }),
  ),
  allow(
    'baseline lowered by a cluster administrator',
    'masters',
    relabel('shop', { [enforce]: 'privileged' }),
  ),
  deny(
    'baseline lowered together with its warning',
    'rogue',
    relabel('shop', { [enforce]: 'privileged', 'pod-security.kubernetes.io/warn': 'privileged' }),
    notLowered,
  ),
];

const node = (body: object) => change('/api/v1/nodes/node-1', body);
const taint = { key: 'dedicated', value: 'a', effect: 'NoSchedule' };
const byItself = 'are changed by the node itself';
const plainTaint = { key: 'made-by', value: 'admin', effect: 'NoSchedule' };

/** Labels and taints of nodes. node-1 has the taint made-by and the label of a zone. */
const nodes: readonly RequestRow[] = [
  allow('a node cordoned', 'tenant', node({ spec: { unschedulable: true } })),
  allow('a node cordoned by an operator', 'operator', node({ spec: { unschedulable: true } })),
  allow('an ordinary label', 'tenant', node({ metadata: { labels: { team: 'a' } } })),
  deny('a taint', 'tenant', node({ spec: { taints: [plainTaint, taint] } }), byItself),
  deny('a taint taken away', 'tenant', node({ spec: { taints: null } }), byItself),
  deny('a taint of an operator', 'operator', node({ spec: { taints: [taint] } }), byItself),
  deny(
    'the label of the control plane',
    'tenant',
    node({ metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } }),
    byItself,
  ),
  deny(
    'a label that kubelets may not set',
    'tenant',
    node({ metadata: { labels: { 'node-restriction.kubernetes.io/pool': 'a' } } }),
    byItself,
  ),
  deny(
    'another zone',
    'tenant',
    node({ metadata: { labels: { 'topology.kubernetes.io/zone': 'elsewhere' } } }),
    byItself,
  ),
  deny(
    'the zone taken away',
    'tenant',
    node({ metadata: { labels: { 'topology.kubernetes.io/zone': null } } }),
    byItself,
  ),
  deny(
    'a taint by who is cluster-admin on the quiet',
    'rogue',
    node({ spec: { taints: [taint] } }),
    byItself,
  ),
  allow(
    'a taint of the node controller',
    'nodeController',
    node({
      spec: {
        taints: [plainTaint, { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }],
      },
    }),
  ),
  allow('a taint of break-glass', 'breakGlass', node({ spec: { taints: [taint] } })),
  allow(
    'the label of the control plane by kubeadm',
    'kubeadm',
    node({ metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } }),
  ),
  deny(
    'a taint of the node itself',
    'node',
    node({ spec: { taints: [taint] } }),
    'is not allowed to modify taints',
  ),
];

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';
const group = (name: string) => ({ apiGroup, kind: 'Group', name });
const binding = (role: string, subjects: object[], name = 'tried'): object => ({
  apiVersion: `${apiGroup}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup, kind: 'ClusterRole', name: role },
  subjects,
});
const bind = (...args: Parameters<typeof binding>) =>
  create(`${rbac}/clusterrolebindings`, binding(...args));
const bindHere = (role: string) =>
  create(`${rbac}/namespaces/shop/rolebindings`, {
    ...binding(role, [group('somebody')]),
    kind: 'RoleBinding',
  });
const role = (rule: Json) =>
  create(`${rbac}/clusterroles`, {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'tried' },
    rules: [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }, rule],
  });
const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
const leads = 'this role is made by break-glass only';
const admins = 'this role is bound by break-glass only';

/** Roles and bindings. */
const roles: readonly RequestRow[] = [
  deny('cluster-admin bound', 'rogue', bind('cluster-admin', [group('somebody')]), admins),
  deny('cluster-admin bound in a namespace', 'rogue', bindHere('cluster-admin'), admins),
  deny(
    'cluster-admin bound to the service account of a dashboard',
    'rogue',
    bind(
      'cluster-admin',
      [{ kind: 'ServiceAccount', name: 'kubernetes-dashboard', namespace: 'kube-system' }],
      'kubernetes-dashboard',
    ),
    admins,
  ),
  deny(
    "cluster-admin bound under kubeadm's name",
    'rogue',
    bind('cluster-admin', [group('somebody')], 'kubeadm:cluster-admins'),
    admins,
  ),
  deny(
    'cluster-admin bound to break-glass and somebody else',
    'rogue',
    bind(
      'cluster-admin',
      [group('hardened-cluster:break-glass'), group('somebody')],
      'hardened-cluster:break-glass',
    ),
    admins,
  ),
  deny(
    'a subject added to the binding of break-glass',
    'rogue',
    change(`${rbac}/clusterrolebindings/hardened-cluster:break-glass`, {
      subjects: [group('hardened-cluster:break-glass'), group('somebody')],
    }),
    admins,
  ),
  allow('view bound', 'rogue', bind('view', [group('somebody')])),
  allow(
    'cluster-admin bound by break-glass',
    'breakGlass',
    bind('cluster-admin', [group('somebody')]),
  ),
  allow(
    'cluster-admin bound by a cluster administrator',
    'masters',
    bind('cluster-admin', [group('somebody')]),
  ),
  allow(
    "kubeadm's own binding",
    'kubeadm',
    change(`${rbac}/clusterrolebindings/kubeadm:cluster-admins`, {
      metadata: { labels: { seen: 'true' } },
    }),
  ),
  deny(
    'a binding of an operator',
    'operator',
    bindHere('view'),
    'cannot create resource "rolebindings"',
  ),
  deny(
    'a binding of a viewer',
    'viewer',
    bindHere('view'),
    'cannot create resource "rolebindings"',
  ),
  deny('a role with everything', 'rogue', role(everything), leads),
  deny(
    'a role with every verb on every resource of one group',
    'rogue',
    role({ ...everything, apiGroups: ['apps'] }),
    leads,
  ),
  deny(
    'a role that may escalate',
    'rogue',
    role({ apiGroups: [apiGroup], resources: ['clusterroles'], verbs: ['escalate'] }),
    leads,
  ),
  deny(
    'a role that may bind',
    'rogue',
    role({
      apiGroups: [apiGroup],
      resources: ['clusterroles'],
      resourceNames: ['cluster-admin'],
      verbs: ['bind'],
    }),
    leads,
  ),
  deny(
    'a role that may do all with roles',
    'rogue',
    role({ apiGroups: [apiGroup], resources: ['clusterroles'], verbs: ['*'] }),
    leads,
  ),
  deny(
    'a role that may impersonate',
    'rogue',
    role({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }),
    leads,
  ),
  deny(
    'a role that may do all with service accounts, impersonate among it',
    'rogue',
    role({ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['*'] }),
    leads,
  ),
  deny(
    'a role that mints tokens of every account',
    'rogue',
    role({ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }),
    leads,
  ),
  allow(
    'a role that mints tokens of one account',
    'rogue',
    role({
      apiGroups: [''],
      resources: ['serviceaccounts/token'],
      resourceNames: ['app'],
      verbs: ['create'],
    }),
  ),
  deny(
    'a role that reaches kubelets',
    'rogue',
    role({ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }),
    leads,
  ),
  allow(
    'a role with every verb on a kind of its own',
    'rogue',
    role({ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['*'] }),
  ),
  allow('a role with everything of break-glass', 'breakGlass', role(everything)),
  deny(
    'a label of the role admin, by which another role could take it up',
    'rogue',
    change(`${rbac}/clusterroles/admin`, { metadata: { labels: { seen: 'true' } } }),
    leads,
  ),
  allow(
    'an annotation of the role admin',
    'rogue',
    change(`${rbac}/clusterroles/admin`, { metadata: { annotations: { seen: 'true' } } }),
  ),
  allow(
    'a rule of its own for a role that holds more already',
    'rogue',
    change(`${rbac}/clusterroles/view`, { metadata: { annotations: { seen: 'true' } } }),
  ),
];

const secret = (type: string, annotations: Record<string, string> = {}) =>
  create('/api/v1/namespaces/shop/secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tried', annotations },
    type,
  });
const token = (namespace_: string, name: string) =>
  create(`/api/v1/namespaces/${namespace_}/serviceaccounts/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  });
const endless = 'tokens without an end';
const reads = (who: Identity, what: string, path: string, allowed: boolean): RequestRow =>
  allowed
    ? allow(`${who} reads ${what}`, who, read(path))
    : deny(`${who} reads ${what}`, who, read(path), 'is forbidden');

/** Tokens, Secrets, and what the roles of people reach. */
const rights: readonly RequestRow[] = [
  allow('a Secret', 'operator', secret('Opaque')),
  deny(
    'a Secret that is filled with a token',
    'operator',
    secret('kubernetes.io/service-account-token', {
      'kubernetes.io/service-account.name': 'default',
    }),
    endless,
  ),
  deny(
    'the same by who is cluster-admin on the quiet',
    'rogue',
    secret('kubernetes.io/service-account-token', {
      'kubernetes.io/service-account.name': 'default',
    }),
    endless,
  ),
  allow(
    'the same by break-glass',
    'breakGlass',
    secret('kubernetes.io/service-account-token', {
      'kubernetes.io/service-account.name': 'default',
    }),
  ),
  deny(
    'a token asked for by an operator',
    'operator',
    token('shop', 'default'),
    'serviceaccounts/token',
  ),
  deny(
    'a token of kube-system asked for by a viewer',
    'viewer',
    token('kube-system', 'default'),
    'serviceaccounts/token',
  ),
  reads('viewer', 'pods everywhere', '/api/v1/pods', true),
  reads('viewer', 'Secrets', '/api/v1/namespaces/shop/secrets', false),
  reads('viewer', 'roles', `${rbac}/clusterroles`, false),
  reads('auditor', 'bindings', `${rbac}/clusterrolebindings`, true),
  reads(
    'auditor',
    'policies',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    true,
  ),
  reads('auditor', 'Secrets', '/api/v1/secrets', false),
  reads('auditor', 'ConfigMaps', '/api/v1/configmaps', false),
  reads('operator', 'Secrets of their namespace', '/api/v1/namespaces/shop/secrets', true),
  reads('operator', 'Secrets of kube-system', '/api/v1/namespaces/kube-system/secrets', false),
  reads('operator', 'Secrets everywhere', '/api/v1/secrets', false),
  deny(
    'a policy deleted by an operator',
    'operator',
    (client) =>
      client.delete(
        '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/hardened-cluster-pods?dryRun=All',
      ),
    'is forbidden',
  ),
  allow('a policy deleted by break-glass', 'breakGlass', (client) =>
    client.delete(
      '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/hardened-cluster-pods?dryRun=All',
    ),
  ),
  allow('a binding of a policy deleted by a cluster administrator', 'masters', (client) =>
    client.delete(
      '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/hardened-cluster-pods?dryRun=All',
    ),
  ),
];

const mounted = 'the token of the service account default is not mounted';
const withToken = (namespace_: string, changes: Json) =>
  create(
    `/api/v1/namespaces/${namespace_}/pods`,
    pod(podSpec({ automountServiceAccountToken: true, ...changes })),
  );

/** Tokens of service accounts in pods. */
const tokens: readonly RequestRow[] = [
  deny('the token of default asked for', 'tenant', withToken('shop', {}), mounted),
  deny(
    'the token of default asked for by its name',
    'tenant',
    withToken('shop', { serviceAccountName: 'default' }),
    mounted,
  ),
  deny(
    'the token of default in a namespace that somebody made',
    'tenant',
    withToken('bare', {}),
    mounted,
  ),
  deny(
    'the token of default asked for by break-glass',
    'breakGlass',
    withToken('shop', {}),
    mounted,
  ),
  allow(
    'the token of an account of its own',
    'tenant',
    withToken('plain', { serviceAccountName: 'granted' }),
  ),
  allow(
    'default without its token',
    'tenant',
    withToken('shop', { automountServiceAccountToken: false }),
  ),
  allow(
    'default of a blueprint namespace, where the pod says nothing',
    'tenant',
    create(
      '/api/v1/namespaces/shop/pods',
      pod({ ...podSpec(), automountServiceAccountToken: null }),
    ),
  ),
];

/** Who may enter, relabel, bind and read what. */
export const accessTable: readonly RequestRow[] = [
  ...entering,
  ...namespaces,
  ...nodes,
  ...roles,
  ...rights,
  ...tokens,
];
