import {
  addManifest,
  editManifest,
  mutation,
  removeManifests,
  replaceInManifest,
  setSpec,
  type Mutation,
} from './mutation';

const guards: readonly (readonly [check: string, policy: RegExp, from: RegExp, to: string])[] = [
  [
    'admission/exec-guard',
    /-exec$/,
    /pod-security\.kubernetes\.io\/enforce/g,
    'pod-security.kubernetes.io/enforce-x',
  ],
  ['images/allow-list', /-images$/, /\^quay/, '^.*|quay'],
  [
    'pod-security/default-pod-policy',
    /-pods$/,
    /variables\.unchanged \|\| /,
    'true || variables.unchanged || ',
  ],
  ['service-accounts/new-namespaces', /-default-token$/, /has\(s\.serviceAccountToken\)/g, 'false'],
];

const everybody = { ingress: [{}], egress: [{}] };

/** Violations among the objects of the cluster. */
export const manifestMutations: readonly Mutation[] = [
  ...guards.flatMap(([check, policy, from, to]): Mutation[] => [
    mutation(
      check,
      4,
      `text of ${String(policy)}`,
      replaceInManifest('ValidatingAdmissionPolicy', policy, from, to),
    ),
    mutation(
      check,
      3,
      'a condition that never holds',
      setSpec('ValidatingAdmissionPolicy', policy, {
        matchConditions: [{ name: 'x', expression: 'false' }],
      }),
    ),
    mutation(
      check,
      3,
      'constraints that leave everything out',
      editManifest('ValidatingAdmissionPolicy', policy, (manifest) => ({
        ...manifest,
        spec: {
          ...(manifest.spec as object),
          matchConstraints: { namespaceSelector: { matchLabels: { a: 'b' } }, resourceRules: [] },
        },
      })),
    ),
    mutation(
      check,
      3,
      'a binding by label',
      setSpec('ValidatingAdmissionPolicyBinding', policy, {
        matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } },
      }),
    ),
    mutation(
      check,
      3,
      'a binding for other kinds',
      setSpec('ValidatingAdmissionPolicyBinding', policy, {
        matchResources: {
          excludeResourceRules: [
            { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] },
          ],
        },
      }),
    ),
    mutation(
      check,
      3,
      'a binding that warns',
      setSpec('ValidatingAdmissionPolicyBinding', policy, { validationActions: ['Warn'] }),
    ),
    mutation(
      check,
      6,
      'failurePolicy Ignore',
      setSpec('ValidatingAdmissionPolicy', policy, { failurePolicy: 'Ignore' }),
    ),
    mutation(
      check,
      4,
      'a validation that always holds',
      editManifest('ValidatingAdmissionPolicy', policy, (manifest) => ({
        ...manifest,
        spec: {
          ...(manifest.spec as object),
          validations: [
            {
              expression:
                '1 == 1 /* allowPrivilegeEscalation volumes seccompProfile hostNetwork image */',
            },
          ],
        },
      })),
    ),
    mutation(check, 6, 'exceptions for everybody', (facts) =>
      addManifest('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'rules', {
        roleRef: { kind: 'ClusterRole', name: 'rules' },
        subjects: [{ kind: 'Group', name: 'system:authenticated' }],
      })(
        addManifest('rbac.authorization.k8s.io/v1', 'ClusterRole', 'rules', {
          rules: [
            { apiGroups: ['policy.hardened-cluster'], resources: ['podrules'], verbs: ['use'] },
          ],
        })(facts),
      ),
    ),
    mutation(
      check,
      3,
      'a webhook that changes what is admitted',
      addManifest('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'x', {}),
    ),
  ]),
  mutation(
    'network-policies/default-deny',
    4,
    'an allow beside it',
    addManifest(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'all',
      { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ...everybody } },
      'shop',
    ),
  ),
  mutation(
    'network-policies/default-deny',
    4,
    'an allow by two halves',
    addManifest(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'all',
      {
        spec: {
          podSelector: {},
          ingress: [
            { from: [{ ipBlock: { cidr: '0.0.0.0/1' } }, { ipBlock: { cidr: '128.0.0.0/1' } }] },
          ],
        },
      },
      'shop',
    ),
  ),
  mutation(
    'network-policies/default-deny',
    4,
    'an allow by selectors',
    addManifest(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'all',
      { spec: { podSelector: { matchLabels: {} }, egress: [{ to: [{ namespaceSelector: {} }] }] } },
      'shop',
    ),
  ),
  mutation(
    'network-policies/default-deny',
    5,
    'a policy of Calico',
    addManifest(
      'crd.projectcalico.org/v1',
      'NetworkPolicy',
      'all',
      { spec: { order: 1, ingress: [{ action: 'Allow' }] } },
      'shop',
    ),
  ),
  mutation(
    'network-policies/default-deny',
    6,
    'ingress alone',
    setSpec('NetworkPolicy', /default-deny/, { policyTypes: ['Ingress'] }),
  ),
  ...(
    [
      'network-policies/every-namespace',
      'network-policies/metadata-denied',
      'network-policies/default-deny',
    ] as const
  ).flatMap((check) => [
    mutation(
      check,
      4,
      'an allow of a lower order',
      addManifest('crd.projectcalico.org/v1', 'GlobalNetworkPolicy', 'first', {
        spec: {
          order: 1,
          types: ['Ingress', 'Egress'],
          ingress: [{ action: 'Allow' }],
          egress: [{ action: 'Allow' }],
        },
      }),
    ),
    mutation(
      check,
      4,
      'a pass in another tier',
      addManifest('crd.projectcalico.org/v1', 'GlobalNetworkPolicy', 'first', {
        spec: { tier: 'a', egress: [{ action: 'Pass' }], types: ['Egress'] },
      }),
    ),
    mutation(
      check,
      4,
      'an allow of networks',
      addManifest('crd.projectcalico.org/v1', 'GlobalNetworkPolicy', 'first', {
        spec: {
          order: 1,
          types: ['Egress'],
          egress: [{ action: 'Allow', destination: { nets: ['0.0.0.0/0'] } }],
        },
      }),
    ),
    mutation(
      check,
      5,
      'an AdminNetworkPolicy',
      addManifest('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', 'x', { spec: {} }),
    ),
    mutation(
      check,
      5,
      'a tier',
      addManifest('crd.projectcalico.org/v1', 'Tier', 'x', { spec: { defaultAction: 'Pass' } }),
    ),
  ]),
  mutation(
    'network-policies/provider',
    3,
    'runs nowhere',
    replaceInManifest(
      'DaemonSet',
      /calico-node/,
      /"kubernetes.io\/os":"linux"/,
      '"kubernetes.io/os":"linux","a":"b"',
    ),
  ),
  mutation(
    'network-policies/provider',
    3,
    'by affinity',
    replaceInManifest(
      'DaemonSet',
      /calico-node/,
      /"nodeSelector"/,
      '"affinity":{"nodeAffinity":{}},"nodeSelector"',
    ),
  ),
  mutation(
    'network-policies/provider',
    5,
    'another layer',
    addManifest('crd.projectcalico.org/v1', 'HostEndpoint', 'x', { spec: {} }),
  ),
  mutation('network-policies/provider', 7, 'none', removeManifests('DaemonSet', /calico-node/)),
  mutation(
    'rbac/no-dashboard-admin',
    6,
    'anonymous',
    addManifest('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'x', {
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'system:anonymous' }],
    }),
  ),
  mutation(
    'rbac/no-dashboard-admin',
    4,
    'every account of a namespace',
    addManifest('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'x', {
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'Group', name: 'system:serviceaccounts:shop' }],
    }),
  ),
  mutation(
    'rbac/no-dashboard-admin',
    5,
    'an account by its user name',
    addManifest('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'x', {
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'system:serviceaccount:shop:default' }],
    }),
  ),
  mutation('rbac/no-dashboard-admin', 5, 'a role of the same power', (facts) =>
    addManifest('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'x', {
      roleRef: { kind: 'ClusterRole', name: 'all' },
      subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'shop' }],
    })(
      addManifest('rbac.authorization.k8s.io/v1', 'ClusterRole', 'all', {
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      })(facts),
    ),
  ),
];
