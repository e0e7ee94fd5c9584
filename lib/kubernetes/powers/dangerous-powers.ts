import { policyApiGroup } from './policy-api-group';

/**
 * Something that a rule of a role may allow and that leads to more than it says: to the whole cluster,
 * to other principals' rights, or past the policies. The guard of the API server (as CEL) and `check`
 * (as TypeScript) read this one list.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */
export interface DangerousPower {
  readonly id: string;
  /** What holders can do, for messages: "... leads to". */
  readonly leadsTo: string;
  /** Verbs that give it, `*` besides; `any` where every verb does. */
  readonly verbs: readonly string[] | 'any';
  /** Beginnings of verbs that give it. @default none */
  readonly verbPrefixes?: readonly string[];
  /** API groups of the resources, `*` besides; `any` where every group counts. */
  readonly apiGroups: readonly string[] | 'any';
  /** Resources, with subresources as `nodes/proxy`; `any` where every resource counts. */
  readonly resources: readonly string[] | 'any';
  /** Beginnings of resources that count as well. @default none */
  readonly resourcePrefixes?: readonly string[];
  /**
   * What names in the rule change: nothing (`irrelevant`), they make it harmless (`harmless`), or they
   * do unless one of them begins with a reserved prefix.
   */
  readonly names: 'irrelevant' | 'harmless' | { readonly reservedPrefix: string };
  /** Whether it counts in ClusterRoles only: the same in a Role stays in its namespace. @default false */
  readonly clusterRolesOnly?: true;
}

const write = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/** Every power that only break-glass hands out. */
export const dangerousPowers: readonly DangerousPower[] = [
  {
    id: 'escalate-roles',
    leadsTo: 'roles with more rights than the holder has',
    verbs: ['escalate', 'bind'],
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles', 'roles'],
    names: 'irrelevant',
  },
  {
    // Constrained impersonation (on by default since 1.36) has verbs of its own: impersonate:user-info,
    // impersonate-on:<mode>:<verb>.
    id: 'impersonate',
    leadsTo: 'the rights of other principals, break-glass among them',
    verbs: ['impersonate'],
    verbPrefixes: ['impersonate:', 'impersonate-on:'],
    apiGroups: ['', 'authentication.k8s.io'],
    resources: ['users', 'groups', 'serviceaccounts', 'uids', 'nodes', 'pods'],
    resourcePrefixes: ['userextras'],
    names: 'irrelevant',
  },
  {
    id: 'impersonate-on-anything',
    leadsTo: 'the rights of other principals, break-glass among them',
    verbs: ['impersonate'],
    verbPrefixes: ['impersonate:', 'impersonate-on:'],
    apiGroups: 'any',
    resources: 'any',
    names: 'irrelevant',
  },
  {
    id: 'mint-tokens',
    leadsTo: 'tokens of every service account',
    verbs: ['create'],
    apiGroups: [''],
    resources: ['serviceaccounts/token'],
    names: 'harmless',
  },
  {
    id: 'proxy-to-kubelets',
    leadsTo: 'every pod of a node, past admission and audit',
    verbs: 'any',
    apiGroups: [''],
    resources: ['nodes/proxy'],
    names: 'irrelevant',
  },
  {
    id: 'sign-certificates',
    leadsTo: 'certificates of any user and node',
    verbs: ['approve', 'sign', 'attest'],
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    names: { reservedPrefix: 'kubernetes.io/' },
  },
  {
    id: 'read-every-secret',
    leadsTo: 'the Secrets of the whole cluster',
    verbs: ['get', 'list', 'watch'],
    apiGroups: [''],
    resources: ['secrets'],
    names: 'harmless',
    clusterRolesOnly: true,
  },
  {
    id: 'change-admission',
    leadsTo: 'requests that no policy sees',
    verbs: write,
    apiGroups: ['admissionregistration.k8s.io'],
    resources: [
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
      'mutatingwebhookconfigurations',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'validatingwebhookconfigurations',
    ],
    names: 'irrelevant',
  },
  {
    id: 'change-api-services',
    leadsTo: "requests of others that the holder's own server answers",
    verbs: write,
    apiGroups: ['apiregistration.k8s.io'],
    resources: ['apiservices'],
    names: 'irrelevant',
  },
  {
    id: 'lift-policies',
    leadsTo: 'pods that the pod and image policies refuse',
    verbs: ['use'],
    apiGroups: [policyApiGroup],
    resources: ['podrules', 'imagerules'],
    names: 'irrelevant',
  },
  {
    id: 'make-volumes',
    leadsTo: 'files of the nodes, by a volume of type hostPath or local',
    verbs: ['create', 'update', 'patch'],
    apiGroups: [''],
    resources: ['persistentvolumes'],
    names: 'irrelevant',
  },
];
