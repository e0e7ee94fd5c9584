import type { Blueprint } from '../../blueprint/blueprint';

/** Groups that the IAM roles of people are mapped to; the RBAC manifests bind them. */
export const principalGroups = {
  breakGlassRoleArns: 'hardened-cluster:break-glass',
  operatorRoleArns: 'hardened-cluster:operators',
  viewerRoleArns: 'hardened-cluster:viewers',
  auditorRoleArns: 'hardened-cluster:auditors',
} as const satisfies Record<keyof Blueprint['principals'], string>;

/** Users that the control plane's own jobs act as; each has a certificate of a few minutes. */
export const controlPlaneUsers = {
  /** Applies the manifests of the bucket; in group `system:masters`, since RBAC is what it makes. */
  manifests: 'hardened-cluster:apply-manifests',
  /** Approves serving certificates of kubelets; the RBAC manifests give it just that. */
  certificateApprover: 'hardened-cluster:certificate-approver',
  /** Reads /livez and /readyz for the kubelet's probes; in group `system:monitoring`. */
  probe: 'hardened-cluster:probe',
} as const;

/** Name of the IAM role that every machine of a tier runs under, in the cluster's own account. */
export function machineRoleName(
  blueprint: Pick<Blueprint, 'name'>,
  tier: 'control-plane' | 'worker',
): string {
  return `${blueprint.name}-${tier}`;
}
