import type { MachineFile } from '../../machine/machine-config';
import { renderYamlDocuments } from '../yaml';

/** Where control-plane machines find the bindings below. */
export const nodeBindingsPath = '/etc/hardened-cluster/node-bindings.yaml';

/**
 * What nodes and the API server may ask of each other. kubeadm binds both in its phase for bootstrap
 * tokens, which this cluster skips; without them no worker gets past its join and no log is read. So
 * they are applied with the control plane and not among the manifests.
 *
 * - A node gets a client certificate of its own name, at its join by IAM and at each rotation.
 * - The API server may use the kubelet's API, for logs, exec and port forwarding.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/#approval
 * @see https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
 */
export const nodeBindings = [
  binding(
    'hardened-cluster:nodes-renew-their-certificate',
    'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    { kind: 'Group', name: 'system:nodes' },
  ),
  binding('hardened-cluster:api-server-uses-kubelets', 'system:kubelet-api-admin', {
    kind: 'User',
    // Who `--kubelet-client-certificate` is, as kubeadm issues it.
    name: 'kube-apiserver-kubelet-client',
  }),
] as const;

function binding(name: string, role: string, subject: { kind: 'Group' | 'User'; name: string }) {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup, ...subject }],
  } as const;
}

/** The file of the bindings. */
export function planNodeBindingFiles(): readonly MachineFile[] {
  return [{ path: nodeBindingsPath, content: renderYamlDocuments(nodeBindings) }];
}
