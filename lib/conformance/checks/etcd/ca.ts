import type { Check } from '../../check';
import { componentFlags } from '../../readers/component-flags';
import { fail, unknown, verdictOf, type Finding } from '../../finding';
import { flagValue } from '../../readers/flags';

/** Checks of the certificate authority of etcd. */
export const etcdCaChecks: readonly Check[] = [
  {
    id: 'etcd/separate-ca',
    title: 'The API server trusts another CA for etcd than for its own clients',
    why: 'etcd trusts whatever its CA signs: with a shared one each kubelet certificate would open it.',
    remedy: 'Make a certificate authority for etcd alone and name it in --etcd-cafile.',
    run: (facts) =>
      verdictOf(
        componentFlags(facts, 'kube-apiserver').map(({ location, flags }): Finding => {
          const [etcd, clients] = [
            flagValue(flags, 'etcd-cafile'),
            flagValue(flags, 'client-ca-file'),
          ];
          return {
            holds: etcd !== undefined && etcd !== clients,
            evidence: `${location}: --etcd-cafile=${etcd ?? 'not set'}, --client-ca-file=${clients ?? 'not set'}`,
          };
        }),
        'no API server among the facts',
      ),
  },
  {
    id: 'etcd/ca-only-for-etcd',
    title: 'The CA of etcd is self-signed and issues certificates for etcd only',
    why: 'What the etcd CA signs is itself the boundary: every such certificate reaches etcd.',
    remedy: 'Issue certificates of members and clients of etcd from the etcd CA, and no others.',
    run: ({ certificates }) => {
      if (certificates === undefined) return unknown('no certificates among the facts');
      const cas = certificates.filter(
        ({ isCa, name, subject }) => isCa && (name + subject.commonName).includes('etcd'),
      );
      if (cas.length === 0) return fail('no certificate authority of etcd');
      return verdictOf(
        cas.flatMap((ca): Finding[] => {
          const issued = certificates.filter(
            ({ issuer, name }) => issuer === ca.name && name !== ca.name,
          );
          return [
            {
              holds: ca.issuer === ca.name,
              evidence: `${ca.name} is issued by ${ca.issuer}`,
            },
            ...issued.map(({ name }) => ({
              holds: name.includes('etcd'),
              evidence: `${ca.name} issued ${name}`,
            })),
          ];
        }),
        'no certificate authority of etcd',
      );
    },
  },
];
