/** Copies of a full database that lie on the volume in the worst hour: see {@link leastVolumeGibibytes}. */
const copies = 4;

/** What etcd's log, and the snapshots that it keeps for slow members, take beside the database. */
const logBytes = 1024 ** 3;

/** Share of an ext4 file system that is not for the user `etcd`: 5 % for root, and its own tables. */
const notForUsers = 0.07;

/**
 * The smallest data volume, in GiB, on which a full database can be backed up and restored: the database,
 * the snapshot of it, the trial restore that proves the snapshot, and the folder of old data that an
 * earlier restore has set aside.
 */
export function leastVolumeGibibytes(quotaBytes: number): number {
  return Math.ceil((quotaBytes * copies + logBytes) / (1 - notForUsers) / 1024 ** 3);
}
