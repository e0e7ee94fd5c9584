import type { Check } from '../../check';
import { componentFlags } from '../../readers/component-flags';
import { fail, unknown, verdictOf, type Finding } from '../../finding';
import { flagValue } from '../../readers/flags';

/** Checks of the certificate authority of etcd. */
export const etcdAuthorityChecks: readonly Check[] = [
  {
    id: 'etcd/separate-authority',
    title: 'The API server trusts another authority for etcd than for its own clients',
    why: 'etcd trusts whatever its authority signs: with a shared one each kubelet certificate would open it.',
    remedy: 'Make a certificate authority for etcd alone and name it in --etcd-cafile.',
    run: (facts) =>
      verdictOf(
        componentFlags(facts, 'kube-apiserver').map(({ place, flags }): Finding => {
          const [etcd, clients] = [
            flagValue(flags, 'etcd-cafile'),
            flagValue(flags, 'client-ca-file'),
          ];
          return {
            holds: etcd !== undefined && etcd !== clients,
            evidence: `${place}: --etcd-cafile=${etcd ?? 'not set'}, --client-ca-file=${clients ?? 'not set'}`,
          };
        }),
        'no API server among the facts',
      ),
  },
  {
    id: 'etcd/authority-only-for-etcd',
    title: 'The authority of etcd is self-signed and issues certificates for etcd only',
    why: 'What the etcd authority signs is itself the boundary: every such certificate reaches etcd.',
    remedy:
      'Issue certificates of members and clients of etcd from the etcd authority, and no others.',
    run: ({ certificates }) => {
      if (certificates === undefined) return unknown('no certificates among the facts');
      const authorities = certificates.filter(
        ({ isAuthority, name, subject }) =>
          isAuthority && (name + subject.commonName).includes('etcd'),
      );
      if (authorities.length === 0) return fail('no certificate authority of etcd');
      return verdictOf(
        authorities.flatMap((authority): Finding[] => {
          const issued = certificates.filter(
            ({ issuer, name }) => issuer === authority.name && name !== authority.name,
          );
          return [
            {
              holds: authority.issuer === authority.name,
              evidence: `${authority.name} is issued by ${authority.issuer}`,
            },
            ...issued.map(({ name }) => ({
              holds: name.includes('etcd'),
              evidence: `${authority.name} issued ${name}`,
            })),
          ];
        }),
        'no certificate authority of etcd',
      );
    },
  },
];
