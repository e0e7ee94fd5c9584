import { Construct } from 'constructs';
import type { PolicyRule } from '../kinds';
import { addClusterObject } from '../synthesis/kubernetes-object';
import { auditorRules, operatorRules, viewerRules } from './role-rules';

/** Groups of people that the roles are bound to; no binding where there is none. */
export interface RbacBaselineProps {
  /** Prefix of the names of roles and bindings. @default 'hardened-cluster' */
  readonly prefix?: string;
  /** Bound to cluster-admin, for emergencies. @default no binding */
  readonly breakGlassGroup?: string;
  /** Read everything but Secrets, in the whole cluster. @default no binding */
  readonly viewerGroup?: string;
  /** Read what decides about security: roles, bindings, policies, nodes. @default no binding */
  readonly auditorGroup?: string;
  /**
   * Read like viewers, and cordon and drain nodes; workloads are managed by namespace.
   * @default no binding
   */
  readonly operatorGroup?: string;
}

/**
 * Roles without wildcards, in place of cluster-admin: none of them can escalate, bind,
 * impersonate, mint tokens, approve certificates or reach `nodes/proxy`, and none reads Secrets
 * across the cluster. A subject that may create pods in a namespace can use every service account in it,
 * so the right to manage workloads is given namespace by namespace (`HardenedNamespace`), never
 * for the system's.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/
 */
export class RbacBaseline extends Construct {
  /** Name of the ClusterRole that `HardenedNamespace` binds for operators. */
  readonly operatorRole: string;

  constructor(scope: Construct, id: string, props: RbacBaselineProps = {}) {
    super(scope, id);
    const prefix = props.prefix ?? 'hardened-cluster';
    this.operatorRole = `${prefix}:operator`;
    const viewer = `${prefix}:viewer`;
    const auditor = `${prefix}:auditor`;
    const nodeOperator = `${prefix}:node-operator`;
    this.addRole('operator', this.operatorRole, operatorRules);
    this.addRole('viewer', viewer, viewerRules);
    this.addRole('auditor', auditor, auditorRules);
    this.addRole('node-operator', nodeOperator, nodeOperatorRules);
    this.bind('break-glass-binding', `${prefix}:break-glass`, 'cluster-admin', [
      props.breakGlassGroup,
    ]);
    this.bind('viewer-binding', viewer, viewer, [props.operatorGroup, props.viewerGroup]);
    this.bind('auditor-binding', auditor, auditor, [props.auditorGroup]);
    this.bind('node-operator-binding', nodeOperator, nodeOperator, [props.operatorGroup]);
  }

  private addRole(id: string, name: string, rules: readonly PolicyRule[]): void {
    addClusterObject(this, id, 'ClusterRole', { metadata: { name }, rules });
  }

  private bind(
    id: string,
    name: string,
    role: string,
    groups: readonly (string | undefined)[],
  ): void {
    const subjects = groups
      .filter((group) => group !== undefined)
      .map((group) => ({
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Group',
        name: group,
      }));
    if (subjects.length === 0) return;
    addClusterObject(this, id, 'ClusterRoleBinding', {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects,
    });
  }
}

/** Cordon and drain; NodeProtection keeps labels and taints out of reach. */
const nodeOperatorRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch', 'patch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
];
