import { Construct } from 'constructs';
import { renderGivesPower } from '../../lib/kubernetes/powers/render-powers';
import { AdmissionPolicy } from '../admission/admission-policy';
import { breakGlassAnnotation, breakGlassVariable } from '../admission/break-glass';
import { celList, celListField, celString, requesterIs } from '../admission/cel';

/** Who may still hand out what leads to the whole cluster. */
export interface RbacGuardProps {
  /** @default 'hardened-cluster-rbac' */
  readonly name?: string;
  /** Groups that may do so in an emergency. @default ['system:masters'] */
  readonly breakGlassGroups?: readonly string[];
  /** ClusterRoleBindings that anyone with the right may make, each with its one group. @default none */
  readonly allowedBindings?: readonly { readonly name: string; readonly group: string }[];
  /** ClusterRoles that may be bound in the whole cluster. @default ['view'] */
  readonly clusterWideRoles?: readonly string[];
  /** ClusterRoles that may be bound inside a namespace. @default ['admin', 'edit', 'view'] */
  readonly namespacedRoles?: readonly string[];
  /** Namespaces in which only break-glass binds roles. @default ['kube-system'] */
  readonly systemNamespaces?: readonly string[];
}

/** Bindings that Kubernetes and kubeadm make by themselves. */
const systemBindings = [
  { name: 'cluster-admin', group: 'system:masters' },
  { name: 'kubeadm:cluster-admins', group: 'kubeadm:cluster-admins' },
] as const;

/** Groups and users that everybody, or nobody in particular, is among. */
const everybody = [
  'system:anonymous',
  'system:authenticated',
  'system:serviceaccounts',
  'system:unauthenticated',
] as const;

/** Keeps up the aggregated roles that Kubernetes itself defines, `admin` and `edit` among them. */
const roleControllers: readonly string[] = [
  'system:apiserver',
  'system:serviceaccount:kube-system:clusterrole-aggregation-controller',
];

const rbacGroup = 'rbac.authorization.k8s.io';

/**
 * Refuses, outside break-glass, roles with a dangerous power (`lib/kubernetes/powers`), bindings of
 * roles that are not on a list, and Secrets that the control plane would fill with a token that never
 * ends. RBAC itself stops only those who do not hold these rights; this stops those who do.
 *
 * Bindings go by a list and not by a name to avoid: what a ClusterRole holds is not in the request, and
 * an aggregated one is filled by a controller later.
 */
export class RbacGuard extends Construct {
  constructor(scope: Construct, id: string, props: RbacGuardProps = {}) {
    super(scope, id);
    const name = props.name ?? 'hardened-cluster-rbac';
    const breakGlass = breakGlassVariable(props.breakGlassGroups);
    this.guardBindings(`${name}-bindings`, props);
    this.guardRoles(`${name}-roles`, props);
    new AdmissionPolicy(this, 'tokens', {
      name: `${name}-tokens`,
      description: 'No token without an end',
      match: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] },
      ],
      variables: [
        breakGlass,
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
      auditAnnotations: [breakGlassAnnotation('variables.risky')],
    });
  }

  private guardBindings(name: string, props: RbacGuardProps): void {
    const clusterWide = props.clusterWideRoles ?? ['view'];
    const namespaced = props.namespacedRoles ?? ['admin', 'edit', 'view'];
    const known = [...systemBindings, ...(props.allowedBindings ?? [])]
      .map(
        (binding) =>
          `(object.metadata.name == ${celString(binding.name)} && variables.subjects.all(s, s.kind == 'Group' && s.name == ${celString(binding.group)}))`,
      )
      .join(' || ');
    new AdmissionPolicy(this, 'bindings', {
      name,
      description: 'Roles that lead to more are bound by break-glass only',
      match: [
        {
          apiGroups: [rbacGroup],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['clusterrolebindings', 'rolebindings'],
        },
      ],
      variables: [
        breakGlassVariable(props.breakGlassGroups),
        { name: 'subjects', expression: celListField('object', 'subjects') },
        {
          name: 'unchanged',
          expression: `request.operation == 'UPDATE' && object.roleRef == oldObject.roleRef && variables.subjects == ${celListField('oldObject', 'subjects')}`,
        },
        {
          name: 'clusterWide',
          expression: "request.kind.kind == 'ClusterRoleBinding'",
        },
        { name: 'known', expression: `variables.clusterWide && (${known})` },
        {
          name: 'listed',
          expression: `variables.clusterWide ? object.roleRef.name in ${celList(clusterWide)} : (!(request.namespace in ${celList(props.systemNamespaces ?? ['kube-system'])}) && (object.roleRef.kind == 'Role' || object.roleRef.name in ${celList(namespaced)}))`,
        },
        {
          name: 'forEverybody',
          expression: `variables.subjects.exists(s, s.kind != 'ServiceAccount' && s.name in ${celList(everybody)})`,
        },
        {
          name: 'risky',
          expression:
            '!variables.unchanged && !variables.known && (!variables.listed || variables.forEverybody)',
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || !variables.risky',
          message: `this role is bound by break-glass only: others bind ${clusterWide.join(', ')} in the whole cluster and, outside the system's namespaces, Roles and the ClusterRoles ${namespaced.join(', ')}, never to ${everybody.join(', ')}`,
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [breakGlassAnnotation('variables.risky')],
    });
  }

  private guardRoles(name: string, props: RbacGuardProps): void {
    const selectors = `dyn(object).?aggregationRule.?clusterRoleSelectors.orValue([])`;
    new AdmissionPolicy(this, 'roles', {
      name,
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
        breakGlassVariable(props.breakGlassGroups),
        { name: 'rules', expression: celListField('object', 'rules') },
        // Labels decide which aggregated roles take up the rules.
        {
          name: 'unchanged',
          expression: `request.operation == 'UPDATE' && variables.rules == ${celListField('oldObject', 'rules')} && ${labels('object')} == ${labels('oldObject')} && ${aggregation('object')} == ${aggregation('oldObject')}`,
        },
        {
          name: 'powerful',
          expression: `variables.rules.exists(r, ${renderGivesPower('r', "request.kind.kind == 'ClusterRole'")})`,
        },
        // What a selector takes up by other means than labels of its own, cluster-admin may be among.
        {
          name: 'aggregatesAll',
          expression: `${selectors}.exists(s, dyn(s).?matchExpressions.orValue([]).size() > 0 || dyn(s).?matchLabels.orValue({}).size() == 0 || dyn(s).?matchLabels.orValue({}).exists(k, k.startsWith('kubernetes.io/')))`,
        },
        {
          name: 'risky',
          expression: `!variables.unchanged && !(${requesterIs(roleControllers)}) && (variables.powerful || variables.aggregatesAll)`,
        },
      ],
      validations: [
        {
          expression: 'variables.breakGlass || !variables.risky',
          message:
            'this role is made by break-glass only, as it leads to more than it says: escalate, bind, impersonate, tokens of any account, nodes/proxy, signers of kubernetes.io, Secrets of the whole cluster, admission, API services, exceptions from the policies, persistent volumes, or an aggregation by anything but labels of its own',
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [breakGlassAnnotation('variables.risky')],
    });
  }
}

const labels = (object: string) => `dyn(${object}).?metadata.?labels.orValue({})`;
const aggregation = (object: string) => `dyn(${object}).?aggregationRule.orValue({})`;
