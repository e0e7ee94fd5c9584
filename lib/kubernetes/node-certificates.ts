import type { MachineFile } from '../machine/machine-config';
import { renderYaml } from './yaml';

/** Where control-plane machines find the binding below. */
export const nodeCertificatesPath = '/etc/hardened-cluster/node-certificates.yaml';

/**
 * Lets the controller manager approve what a node asks for itself: a client certificate of its own
 * name, at its join by IAM and at each rotation. Without it no worker gets past its join, so it is
 * applied with the control plane and not among the manifests.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/#approval
 */
export const nodeCertificateBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'hardened-cluster:nodes-renew-their-certificate' },
  roleRef: {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
  },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
} as const;

/** The file of the binding. */
export function planNodeCertificateFiles(): readonly MachineFile[] {
  return [{ path: nodeCertificatesPath, content: renderYaml(nodeCertificateBinding) }];
}
