import { Construct } from 'constructs';
import { AdmissionPolicy } from '../admission/admission-policy';
import { breakGlassAnnotation, breakGlassVariable } from '../admission/break-glass';
import { celList, celString, requesterIs } from '../admission/cel';

/** Who may still hand out what leads to the whole cluster. */
export interface RbacGuardProps {
  /** @default 'hardened-cluster-rbac' */
  readonly name?: string;
  /** Groups that may do so in an emergency. @default ['system:masters'] */
  readonly breakGlassGroups?: readonly string[];
  /** Bindings to cluster-admin that anyone with the right may make, each with its one group. */
  readonly allowedBindings?: readonly { readonly name: string; readonly group: string }[];
}

/** Bindings that Kubernetes and kubeadm make by themselves. */
const systemBindings = [
  { name: 'cluster-admin', group: 'system:masters' },
  { name: 'kubeadm:cluster-admins', group: 'kubeadm:cluster-admins' },
] as const;

/** Keeps up the aggregated roles that Kubernetes itself defines, `admin` and `edit` among them. */
const roleControllers: readonly string[] = [
  'system:apiserver',
  'system:serviceaccount:kube-system:clusterrole-aggregation-controller',
];

const rbacGroup = 'rbac.authorization.k8s.io';

/**
 * Refuses, outside break-glass, new bindings to cluster-admin, roles that hold everything or lead
 * to it (escalate, bind, impersonate, tokens of other accounts, `nodes/proxy`), and Secrets that
 * the control plane would fill with a token that never ends. RBAC itself stops only those who do
 * not hold these rights; this stops the ones who do.
 */
export class RbacGuard extends Construct {
  constructor(scope: Construct, id: string, props: RbacGuardProps = {}) {
    super(scope, id);
    const name = props.name ?? 'hardened-cluster-rbac';
    const variables = [breakGlassVariable(props.breakGlassGroups)];
    const auditAnnotations = [breakGlassAnnotation('variables.risky')];
    const known = [...systemBindings, ...(props.allowedBindings ?? [])]
      .map(
        (binding) =>
          `(object.metadata.name == ${celString(binding.name)} && object.?subjects.orValue([]).all(s, s.kind == 'Group' && s.name == ${celString(binding.group)}))`,
      )
      .join(' || ');
    new AdmissionPolicy(this, 'bindings', {
      name: `${name}-bindings`,
      description: 'cluster-admin is bound to break-glass only',
      match: [
        {
          apiGroups: [rbacGroup],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['clusterrolebindings', 'rolebindings'],
        },
      ],
      variables: [
        ...variables,
        {
          name: 'risky',
          expression: `object.roleRef.kind == 'ClusterRole' && object.roleRef.name == 'cluster-admin' && !(request.kind.kind == 'ClusterRoleBinding' && (${known}))`,
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || !variables.risky',
          message:
            'cluster-admin is bound by break-glass only: bind a role that names what is needed',
          reason: 'Forbidden',
        },
      ],
      auditAnnotations,
    });
    new AdmissionPolicy(this, 'roles', {
      name: `${name}-roles`,
      description: 'No role leads to the whole cluster',
      match: [
        {
          apiGroups: [rbacGroup],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['clusterroles', 'roles'],
        },
      ],
      variables: [
        ...variables,
        { name: 'rules', expression: 'object.?rules.orValue([])' },
        {
          name: 'risky',
          expression: `!(${requesterIs(roleControllers)}) && !(request.operation == 'UPDATE' && variables.rules == oldObject.?rules.orValue([])) && variables.rules.exists(r, ${riskyRule('r')})`,
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || !variables.risky',
          message:
            'roles with wildcards for verbs and resources, escalate, bind, impersonate, serviceaccounts/token of any account or nodes/proxy are made by break-glass only',
          reason: 'Forbidden',
        },
      ],
      auditAnnotations,
    });
    new AdmissionPolicy(this, 'tokens', {
      name: `${name}-tokens`,
      description: 'No token without an end',
      match: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CREATE'],
          resources: ['secrets'],
        },
      ],
      variables: [
        ...variables,
        {
          name: 'risky',
          expression: "object.?type.orValue('') == 'kubernetes.io/service-account-token'",
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || !variables.risky',
          message:
            'Secrets of type kubernetes.io/service-account-token hold tokens without an end: use the TokenRequest API (kubectl create token)',
          reason: 'Forbidden',
        },
      ],
      auditAnnotations,
    });
  }
}

/** Resources on which some verb leads to other people's rights. */
const leadingResources: readonly string[] = [
  '*',
  'clusterrolebindings',
  'clusterroles',
  'groups',
  'rolebindings',
  'roles',
  'serviceaccounts',
  'serviceaccounts/token',
  'users',
];

/** CEL: whether a rule of a role leads to more than it says. */
function riskyRule(rule: string): string {
  const verbs = (names: readonly string[]) => `${rule}.verbs.exists(v, v in ${celList(names)})`;
  const resources = (names: readonly string[]) =>
    `${rule}.?resources.orValue([]).exists(x, x in ${celList(names)})`;
  return [
    `(${verbs(['*'])} && ${resources(leadingResources)})`,
    `(${verbs(['escalate', 'bind', 'impersonate'])})`,
    `(${resources(['serviceaccounts/token'])} && ${rule}.?resourceNames.orValue([]).size() == 0)`,
    `(${resources(['nodes/proxy'])})`,
  ].join(' || ');
}
