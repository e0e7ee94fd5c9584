import type { Clause } from '../clause';
import { at } from '../documents';

/** Topology, ports and network policies. */
export const networkClauses: readonly Clause[] = [
  {
    id: 'guide/private-topology',
    source: at('guide', 'Private topology'),
    level: 'low',
    statement: 'Control plane and workers have private addresses only, in private subnets.',
    checks: ['exposure/private-machines', 'exposure/etcd-without-internet-route'],
  },
  {
    id: 'guide/firewall-ports',
    source: at('guide', 'Firewall ports'),
    level: 'high',
    statement:
      'No port is exposed that need not be: services listen on loopback where they can and are firewalled where they cannot (4149, 10250, 10255, 10256, 9099, 6443).',
    replacement:
      'The cAdvisor port (really 4194) was removed in Kubernetes 1.12; it is shown to be closed.',
    checks: [
      'exposure/only-named-ports',
      'exposure/default-group-closed',
      'exposure/kubernetes-ports',
      'machines/host-firewall',
      'control-plane/loopback-only',
      'kubelet/cadvisor-port-absent',
      'kubelet/read-only-port-off',
      'kubelet/health-port-loopback',
      'kube-proxy/health-port-loopback',
    ],
  },
  {
    id: 'guide/network-policies',
    source: at('guide', 'Use Network Policies'),
    level: 'medium',
    statement: 'Network policies restrict traffic between pods and with the outside.',
    checks: ['network-policies/default-deny', 'network-policies/every-namespace'],
  },
  {
    id: 'guide/network-policies/provider',
    source: at('guide', 'Use Network Policies'),
    level: 'medium',
    statement: 'The network provider enforces network policies.',
    checks: ['network-policies/provider'],
  },
];
