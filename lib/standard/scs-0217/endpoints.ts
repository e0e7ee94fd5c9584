import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('hardening', 'Standard');

/** What can be reached, and how. */
export const endpointClauses: readonly Clause[] = [
  {
    id: 'scs-0217/endpoints/secured',
    source,
    level: 'MUST',
    statement: 'Endpoints of Kubernetes are secured so that little is left to attack.',
    checks: [
      'exposure/kubernetes-ports',
      'control-plane/loopback-only',
      'machines/host-firewall',
      'api/insecure-port-absent',
    ],
  },
  {
    id: 'scs-0217/endpoints/external-ports',
    source,
    level: 'MUST NOT',
    statement:
      'From outside the internal network no Kubernetes port can be reached but those of the API server (6443) and of NodePort Services (30000-32767).',
    checks: ['exposure/kubernetes-ports', 'exposure/load-balancer-listeners'],
  },
  {
    id: 'scs-0217/kubelet/read-only-port',
    source,
    level: 'SHOULD',
    statement:
      'The read-only port of the kubelet (10255), which is plain HTTP, is off where nothing needs it.',
    checks: ['kubelet/read-only-port-off'],
  },
  {
    id: 'scs-0217/endpoints/https',
    source,
    level: 'MUST',
    statement: 'Endpoints are served over HTTPS.',
    checks: [
      'api/insecure-port-absent',
      'api/etcd-tls',
      'etcd/client-tls',
      'etcd/metrics-private',
      'kubelet/read-only-port-off',
      'control-plane/no-plain-ports',
    ],
  },
];
