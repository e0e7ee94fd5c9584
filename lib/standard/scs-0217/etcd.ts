import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('hardening', 'Standard');

/** The key-value store. */
export const etcdClauses: readonly Clause[] = [
  {
    id: 'scs-0217/etcd/separate-machines',
    source,
    level: 'SHOULD',
    statement: 'etcd runs on (virtual) machines of its own, apart from the Kubernetes cluster.',
    checks: ['etcd/separate-machines'],
  },
  {
    id: 'scs-0217/etcd/restricted-access',
    source,
    level: 'MUST',
    statement:
      'Where etcd has machines of its own, only the API server and components that need it can reach them.',
    checks: [
      'etcd/client-port-restricted',
      'etcd/peer-port-restricted',
      'etcd/host-firewall',
      'etcd/peer-names-restricted',
    ],
  },
  {
    id: 'scs-0217/etcd/tls',
    source,
    level: 'MUST',
    statement: 'Traffic between etcd members and between etcd and its clients is TLS.',
    checks: [
      'etcd/client-tls',
      'etcd/peer-tls',
      'etcd/no-self-signed-certificates',
      'api/etcd-tls',
    ],
  },
  {
    id: 'scs-0217/etcd/separate-ca',
    source,
    level: 'RECOMMENDED',
    statement:
      'etcd has a certificate authority of its own, so that a certificate of the cluster CA opens nothing in etcd.',
    checks: ['etcd/separate-ca', 'etcd/ca-only-for-etcd'],
  },
  {
    id: 'scs-0217/etcd/acl-enabled',
    source,
    level: 'MUST',
    statement:
      'Access control is enabled in etcd: users hold rights on named parts of the key space, by roles.',
    checks: [
      'etcd/access-control-enabled',
      'etcd/api-server-least-privilege',
      'etcd/version-without-bypass',
    ],
  },
  {
    id: 'scs-0217/etcd/cn-authentication',
    source,
    level: 'MUST',
    statement:
      'etcd knows its users by the common name of their TLS client certificate, not by passwords.',
    checks: [
      'etcd/client-certificates-required',
      'etcd/peer-certificates-required',
      'etcd/gateway-off',
      'etcd/users-without-passwords',
    ],
  },
  {
    id: 'scs-0217/etcd/five-members',
    source: at('hardening', 'Multiple etcd instances'),
    level: 'RECOMMENDED',
    statement:
      'etcd has five members for durability and availability (design chapter, not part of the normative text).',
    checks: ['etcd/five-members'],
  },
];
