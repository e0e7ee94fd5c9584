import type { Check } from '../../check';
import type { Facts } from '../../facts';
import { verdictOf, type Finding } from '../../finding';
import { readEtcd } from '../../readers/etcd-members';
import { flagList, flagValue, showFlag, type Flags } from '../../readers/flags';

const noEtcd = 'no etcd process among the facts: its flags are not known';

/** One finding a flag and process. */
function flagFindings(
  facts: Facts,
  evaluate: (flags: Flags) => readonly (readonly [flag: string, holds: boolean])[],
) {
  const findings = readEtcd(facts).flatMap(({ location, flags }) =>
    evaluate(flags).map(([flag, holds]): Finding => ({
      holds,
      evidence: `${location}: ${showFlag(flags, flag)}`,
    })),
  );
  return verdictOf(findings, noEtcd);
}

const isSet = (flags: Flags, name: string): readonly [string, boolean] => [
  name,
  (flagValue(flags, name) ?? '') !== '',
];

const allHttps = (flags: Flags, name: string): readonly [string, boolean] => {
  const urls = flagList(flags, name);
  return [name, urls.length > 0 && urls.every((url) => /^(https|unixs):\/\//.test(url))];
};

const equals = (flags: Flags, name: string, value: string): readonly [string, boolean] => [
  name,
  flagValue(flags, name) === value,
];

const isOff = (flags: Flags, name: string): readonly [string, boolean] => [
  name,
  (flagValue(flags, name) ?? 'false') === 'false',
];

/** Checks of TLS and client certificates in etcd. */
export const etcdTransportChecks: readonly Check[] = [
  {
    id: 'etcd/client-tls',
    title: 'etcd serves clients over TLS alone',
    why: 'Secrets and cluster state would cross the network in the clear.',
    remedy: 'Set --cert-file, --key-file and https:// addresses for clients.',
    run: (facts) =>
      flagFindings(facts, (flags) => [
        allHttps(flags, 'listen-client-urls'),
        allHttps(flags, 'advertise-client-urls'),
        isSet(flags, 'cert-file'),
        isSet(flags, 'key-file'),
      ]),
  },
  {
    id: 'etcd/peer-tls',
    title: 'etcd members talk to each other over TLS alone',
    why: 'The replication stream holds everything that is written to the cluster.',
    remedy: 'Set --peer-cert-file, --peer-key-file and https:// addresses for peers.',
    run: (facts) =>
      flagFindings(facts, (flags) => [
        allHttps(flags, 'listen-peer-urls'),
        allHttps(flags, 'initial-advertise-peer-urls'),
        isSet(flags, 'peer-cert-file'),
        isSet(flags, 'peer-key-file'),
      ]),
  },
  {
    id: 'etcd/no-self-signed-certificates',
    title: 'etcd does not make up certificates of its own',
    why: 'A self-signed certificate proves nothing: anybody in the path can present another one.',
    remedy: 'Leave out --auto-tls and --peer-auto-tls or set them to false.',
    run: (facts) =>
      flagFindings(facts, (flags) => [isOff(flags, 'auto-tls'), isOff(flags, 'peer-auto-tls')]),
  },
  {
    id: 'etcd/client-certificates-required',
    title: 'etcd takes clients with a certificate of its CA alone',
    why: 'Users are known by the common name of their certificate; without this flag clients need none.',
    remedy: 'Set --client-cert-auth=true and --trusted-ca-file.',
    run: (facts) =>
      flagFindings(facts, (flags) => [
        equals(flags, 'client-cert-auth', 'true'),
        isSet(flags, 'trusted-ca-file'),
      ]),
  },
  {
    id: 'etcd/peer-certificates-required',
    title: 'etcd takes peers with a certificate of its CA alone',
    why: 'A client that reaches the peer port could join or feed the cluster.',
    remedy: 'Set --peer-client-cert-auth=true and --peer-trusted-ca-file.',
    run: (facts) =>
      flagFindings(facts, (flags) => [
        equals(flags, 'peer-client-cert-auth', 'true'),
        isSet(flags, 'peer-trusted-ca-file'),
      ]),
  },
  {
    id: 'etcd/peer-names-restricted',
    title: 'Only certificates of members are accepted on the peer port',
    why: 'Otherwise the certificate of any client of etcd opens the peer port too.',
    remedy: 'Set --peer-cert-allowed-cn or --peer-cert-allowed-hostname.',
    run: (facts) =>
      flagFindings(facts, (flags) => {
        const byName = isSet(flags, 'peer-cert-allowed-hostname');
        return [byName[1] ? byName : isSet(flags, 'peer-cert-allowed-cn')];
      }),
  },
  {
    id: 'etcd/gateway-off',
    title: 'The JSON gateway of etcd is off',
    why: 'The common name of a certificate is not seen through the gateway, so that it invites passwords.',
    remedy: 'Set --enable-grpc-gateway=false.',
    run: (facts) => flagFindings(facts, (flags) => [equals(flags, 'enable-grpc-gateway', 'false')]),
  },
  {
    id: 'etcd/metrics-private',
    title: 'A plain HTTP listener of etcd, if there is one, is bound to loopback',
    why: 'Plain HTTP on the network is an endpoint without TLS, and tells about the data store.',
    remedy: 'Bind --listen-metrics-urls to 127.0.0.1 and leave out --listen-client-http-urls.',
    run: (facts) =>
      flagFindings(facts, (flags) =>
        ['listen-metrics-urls', 'listen-client-http-urls'].map((name) => [
          name,
          flagList(flags, name).every((url) =>
            /^https:|^http:\/\/(127\.|localhost|\[::1\])/.test(url),
          ),
        ]),
      ),
  },
  {
    id: 'etcd/compaction-periodic',
    title: 'etcd compacts itself periodically',
    why: 'Without compaction the database grows to its quota and then refuses every write.',
    remedy: 'Set --auto-compaction-mode=periodic.',
    run: (facts) =>
      flagFindings(facts, (flags) => [equals(flags, 'auto-compaction-mode', 'periodic')]),
  },
  {
    id: 'etcd/compaction-retention',
    title: 'etcd keeps eight hours of history',
    why: 'SCS-0215 fixes the value: shorter breaks watches after an outage, longer lets the database grow.',
    remedy: 'Set --auto-compaction-retention=8h.',
    run: (facts) =>
      flagFindings(facts, (flags) => [
        [
          'auto-compaction-retention',
          ['8h', '8', '8h0m0s', '480m'].includes(
            flagValue(flags, 'auto-compaction-retention') ?? '',
          ),
        ],
      ]),
  },
];
