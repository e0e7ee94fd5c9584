import type { Flags } from './flags';
import { isMapping, textAt, textsAt, valueAt, type Mapping } from './values';

type Component = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

/**
 * Flags that kubeadm writes into static pods by itself, as far as checks ask for them.
 *
 * @see https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/
 */
export function kubeadmDefaults(
  cluster: Mapping,
  component: Component,
  extraArgs: Flags,
): readonly (readonly [name: string, value: string])[] {
  switch (component) {
    case 'kube-apiserver':
      return apiServerDefaults(cluster, extraArgs);
    case 'kube-controller-manager':
      return [
        ['bind-address', '127.0.0.1'],
        ['use-service-account-credentials', 'true'],
      ];
    case 'kube-scheduler':
      return [['bind-address', '127.0.0.1']];
  }
}

function apiServerDefaults(cluster: Mapping, extraArgs: Flags): (readonly [string, string])[] {
  const pki = textAt(cluster, 'certificatesDir') ?? '/etc/kubernetes/pki';
  const domain = textAt(cluster, 'networking', 'dnsDomain') ?? 'cluster.local';
  return [
    ['enable-admission-plugins', 'NodeRestriction'],
    ['service-account-issuer', `https://kubernetes.default.svc.${domain}`],
    ['service-account-key-file', `${pki}/sa.pub`],
    ['service-account-signing-key-file', `${pki}/sa.key`],
    ['client-ca-file', `${pki}/ca.crt`],
    ['tls-cert-file', `${pki}/apiserver.crt`],
    ['tls-private-key-file', `${pki}/apiserver.key`],
    ['kubelet-client-certificate', `${pki}/apiserver-kubelet-client.crt`],
    ['kubelet-client-key', `${pki}/apiserver-kubelet-client.key`],
    ['enable-bootstrap-token-auth', 'true'],
    ['secure-port', '6443'],
    ...(extraArgs.has('authorization-config')
      ? []
      : ([['authorization-mode', 'Node,RBAC']] as const)),
    ...etcdDefaults(cluster, pki),
  ];
}

function etcdDefaults(cluster: Mapping, pki: string): (readonly [string, string])[] {
  const external = valueAt(cluster, 'etcd', 'external');
  if (!isMapping(external)) {
    return [
      ['etcd-servers', 'https://127.0.0.1:2379'],
      ['etcd-cafile', `${pki}/etcd/ca.crt`],
      ['etcd-certfile', `${pki}/apiserver-etcd-client.crt`],
      ['etcd-keyfile', `${pki}/apiserver-etcd-client.key`],
    ];
  }
  const file = (flag: string, key: string) => {
    const path = textAt(external, key);
    return path === undefined ? [] : [[flag, path] as const];
  };
  return [
    ['etcd-servers', textsAt(external, 'endpoints').join(',')],
    ...file('etcd-cafile', 'caFile'),
    ...file('etcd-certfile', 'certFile'),
    ...file('etcd-keyfile', 'keyFile'),
  ];
}
