import type { ClauseId } from '../standard/clause-id';
import { namedPorts, nodePorts } from './ports';

/** A port that one of the documents lists, and what this cluster does with it. */
export interface DocumentedPort {
  readonly machine: 'control-plane' | 'worker' | 'any node';
  readonly ports: { readonly from: number; readonly to: number };
  readonly process: string;
  readonly source: 'SCS: control plane nodes' | 'SCS: worker nodes' | 'guide: Firewall ports';
  /** open: see the rules named; loopback: bound to 127.0.0.1; closed: nothing listens. */
  readonly disposition: 'open' | 'loopback' | 'closed';
  /** Ids of the rows of the port matrix that open it. */
  readonly rules: readonly string[];
  readonly why: string;
  readonly clauses: readonly ClauseId[];
}

const one = (name: keyof typeof namedPorts) => ({ from: namedPorts[name], to: namedPorts[name] });
const tables = {
  controlPlane: { machine: 'control-plane', source: 'SCS: control plane nodes' },
  worker: { machine: 'worker', source: 'SCS: worker nodes' },
  guide: { machine: 'any node', source: 'guide: Firewall ports' },
} as const;

/** Both port tables of the standard and the one of the guide, row by row. */
export const documentedPorts: readonly DocumentedPort[] = [
  {
    ...tables.controlPlane,
    ports: one('apiServer'),
    process: 'kube-apiserver',
    disposition: 'open',
    rules: ['api-from-outside', 'api-from-private-networks', 'api-from-internal-load-balancer'],
    why: 'The one control-plane port that may be reached from outside, by the load balancer',
    clauses: ['scs-0217/endpoints/external-ports'],
  },
  {
    ...tables.controlPlane,
    ports: { from: namedPorts.etcdClient, to: namedPorts.etcdPeer },
    process: 'etcd',
    disposition: 'open',
    rules: ['etcd-clients', 'etcd-peers'],
    why: 'On machines of their own: 2379 for API servers only, 2380 for members only',
    clauses: ['scs-0217/etcd/restricted-access'],
  },
  {
    ...tables.controlPlane,
    ports: one('kubelet'),
    process: 'kubelet',
    disposition: 'open',
    rules: ['kubelet-of-control-plane'],
    why: 'API servers only',
    clauses: ['scs-0217/kubelet/internal-https'],
  },
  {
    ...tables.controlPlane,
    ports: one('kubeletReadOnly'),
    process: 'kubelet, read-only',
    disposition: 'closed',
    rules: [],
    why: 'Plain HTTP; switched off by readOnlyPort: 0',
    clauses: ['scs-0217/kubelet/read-only-port'],
  },
  {
    ...tables.controlPlane,
    ports: one('controllerManager'),
    process: 'kube-controller-manager',
    disposition: 'loopback',
    rules: [],
    why: 'Used by the machine itself only',
    clauses: ['scs-0217/endpoints/external-ports'],
  },
  {
    ...tables.controlPlane,
    ports: one('scheduler'),
    process: 'kube-scheduler',
    disposition: 'loopback',
    rules: [],
    why: 'Used by the machine itself only',
    clauses: ['scs-0217/endpoints/external-ports'],
  },
  {
    ...tables.worker,
    ports: one('kubelet'),
    process: 'kubelet',
    disposition: 'open',
    rules: ['kubelet-of-worker'],
    why: 'API servers only',
    clauses: ['scs-0217/kubelet/internal-https'],
  },
  {
    ...tables.worker,
    ports: one('kubeletReadOnly'),
    process: 'kubelet, read-only',
    disposition: 'closed',
    rules: [],
    why: 'Plain HTTP; switched off by readOnlyPort: 0',
    clauses: ['scs-0217/kubelet/read-only-port'],
  },
  {
    ...tables.worker,
    ports: nodePorts,
    process: 'NodePort Services',
    disposition: 'open',
    rules: ['node-ports-from-outside'],
    why: 'From the networks named in access.nodePortCidrs, none by default',
    clauses: ['scs-0217/endpoints/external-ports'],
  },
  {
    ...tables.guide,
    ports: one('cAdvisor'),
    process: 'kubelet, cAdvisor',
    disposition: 'closed',
    rules: [],
    why: 'Removed from Kubernetes in 1.12 (the port was 4194)',
    clauses: ['guide/firewall-ports'],
  },
  {
    ...tables.guide,
    ports: one('kubelet'),
    process: 'kubelet',
    disposition: 'open',
    rules: ['kubelet-of-control-plane', 'kubelet-of-worker'],
    why: 'API servers only',
    clauses: ['guide/firewall-ports'],
  },
  {
    ...tables.guide,
    ports: one('kubeletReadOnly'),
    process: 'kubelet, read-only',
    disposition: 'closed',
    rules: [],
    why: 'Plain HTTP; switched off by readOnlyPort: 0',
    clauses: ['guide/firewall-ports'],
  },
  {
    ...tables.guide,
    ports: one('kubeProxyHealth'),
    process: 'kube-proxy health check',
    disposition: 'loopback',
    rules: [],
    why: 'Bound to 127.0.0.1',
    clauses: ['guide/firewall-ports'],
  },
  {
    ...tables.guide,
    ports: one('calicoHealth'),
    process: 'calico-felix health check',
    disposition: 'loopback',
    rules: [],
    why: 'Bound to localhost',
    clauses: ['guide/firewall-ports'],
  },
  {
    ...tables.guide,
    ports: one('apiServer'),
    process: 'kube-apiserver',
    disposition: 'open',
    rules: ['api-from-outside', 'api-from-private-networks', 'api-from-internal-load-balancer'],
    why: 'By the load balancer, from the networks named in access.apiCidrs',
    clauses: ['guide/firewall-ports'],
  },
];
