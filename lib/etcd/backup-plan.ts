import type { Blueprint } from '../blueprint/blueprint';

/** A folder of snapshots in the bucket and how long the bucket keeps what lies there. */
export interface SnapshotFolder {
  /** Key prefix that ends in `/`. */
  readonly prefix: string;
  readonly expireDays: number;
}

/** Key prefix of everything that members write to the bucket. */
export const etcdBucketPrefix = 'etcd/';

/** Key prefix of snapshots; `<prefix>/latest` describes the last one. */
export const snapshotPrefix = 'etcd/snapshots';

/**
 * Object that says that the cluster exists. A member without data that finds it never starts a
 * cluster of its own. Members need s3:ListBucket for the prefix `etcd/`: without it the bucket
 * answers 403 and not 404 for what is not there.
 */
export const bootstrappedKey = 'etcd/bootstrapped';

/** Object that holds the revision that the last restore began with; the next one begins above it. */
export const restoredKey = 'etcd/restored';

/**
 * Thinned-out retention, as SCS-0215 asks for: the first snapshot of a month, a week and a day are
 * kept longer than the others.
 */
export function planSnapshotFolders({ etcd }: Blueprint): readonly SnapshotFolder[] {
  const { retentionDays } = etcd.backup;
  const folder = (name: string, days: number): SnapshotFolder => ({
    prefix: `${snapshotPrefix}/${name}/`,
    expireDays: Math.min(days, retentionDays),
  });
  return [
    folder('hourly', 2),
    folder('daily', 14),
    folder('weekly', 62),
    folder('monthly', retentionDays),
  ];
}
