/** Where things lie on an etcd machine. */
export const etcdPaths = {
  /** Mount point of the data volume. */
  volume: '/var/lib/etcd',
  /** Data directory, 0700 `etcd:etcd`; a folder of the volume, so that it can be set aside. */
  data: '/var/lib/etcd/data',
  /** Snapshots while they are made and verified. */
  snapshots: '/var/lib/etcd/snapshots',
  pki: '/etc/etcd/pki',
  config: '/etc/hardened-cluster/etcd',
  scripts: '/usr/local/lib/hardened-cluster',
} as const;

/**
 * Certificate and key of an identity. One file holds both, so that a renewed pair replaces the old
 * one by a single rename: etcd reads it again for each connection and never sees half of it.
 */
export function identityPath(identity: EtcdIdentity): string {
  return `${etcdPaths.pki}/${identity}.pem`;
}

/** Certificates on a member; names of their parameters below `etcd/members/<member>/`. */
export type EtcdIdentity = 'server' | 'peer' | 'root' | 'backup' | 'health';

/** Certificate of the etcd CA. */
export const etcdCaPath = `${etcdPaths.pki}/ca.crt`;
