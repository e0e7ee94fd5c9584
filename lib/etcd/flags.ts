/** Value of a flag; its text is what `String` makes of it. */
export type EtcdFlagValue = string | number | boolean;

/** Flags of one etcd process, without dashes. */
export type EtcdFlags = Readonly<Partial<Record<EtcdFlag, EtcdFlagValue>>>;

/** Flags this project sets. */
export type EtcdFlag = EtcdFlagOfEveryVersion | EtcdFlagOf35 | EtcdFlagOf36;

type EtcdFlagOfEveryVersion =
  | 'advertise-client-urls'
  | 'auto-compaction-mode'
  | 'auto-compaction-retention'
  | 'auto-tls'
  | 'cert-file'
  | 'client-cert-auth'
  | 'data-dir'
  | 'enable-grpc-gateway'
  | 'enable-pprof'
  | 'initial-advertise-peer-urls'
  | 'initial-cluster-token'
  | 'key-file'
  | 'listen-client-urls'
  | 'listen-metrics-urls'
  | 'listen-peer-urls'
  | 'log-level'
  | 'log-outputs'
  | 'logger'
  | 'name'
  | 'peer-auto-tls'
  | 'peer-cert-allowed-cn'
  | 'peer-cert-file'
  | 'peer-client-cert-auth'
  | 'peer-key-file'
  | 'peer-trusted-ca-file'
  | 'pre-vote'
  | 'quota-backend-bytes'
  | 'snapshot-count'
  | 'strict-reconfig-check'
  | 'tls-min-version'
  | 'trusted-ca-file';

/** 3.5 has these as experimental flags, 3.6 as feature gates. */
type EtcdFlagOf35 =
  'experimental-compact-hash-check-enabled' | 'experimental-initial-corrupt-check';

type EtcdFlagOf36 = 'feature-gates';

/**
 * Command-line arguments, sorted by name. On the command line and not in a file or the environment,
 * because kube-bench reads nothing else.
 */
export function renderFlags(flags: Readonly<Record<string, EtcdFlagValue>>): readonly string[] {
  return Object.entries(flags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `--${name}=${String(value)}`);
}
