/** A fault of etcd's access control, and the release that fixes it. */
export interface EtcdFix {
  readonly version: string;
  readonly fault: string;
}

/** A minor version of etcd, with what its patches fixed, oldest first. */
export interface EtcdRelease {
  /** Such as `3.6`. */
  readonly minorVersion: string;
  readonly fixes: readonly [EtcdFix, ...EtcdFix[]];
}

const evasions =
  'permissions evaded by CVE-2026-33413, CVE-2026-33343 and previous values of a put';
const revocation = 'revoked certificates accepted when --listen-client-http-urls is set';

/**
 * Releases that fix known bypasses of etcd's access control; the newest of a minor version is the
 * oldest that is safe.
 *
 * @see https://github.com/etcd-io/etcd/blob/main/CHANGELOG/README.md
 */
export const etcdReleases: readonly [EtcdRelease, EtcdRelease] = [
  {
    minorVersion: '3.5',
    fixes: [
      { version: '3.5.30', fault: evasions },
      { version: '3.5.32', fault: revocation },
    ],
  },
  {
    minorVersion: '3.6',
    fixes: [
      { version: '3.6.11', fault: evasions },
      { version: '3.6.13', fault: revocation },
    ],
  },
];

/**
 * The oldest safe patch of the minor version of `version`, or of the newest one where the table has
 * none.
 */
export function oldestSafeEtcd(version: string): string {
  const [older, newer] = etcdReleases;
  const { fixes } = version.startsWith(`${older.minorVersion}.`) ? older : newer;
  return (fixes.at(-1) ?? fixes[0]).version;
}

/** Such as `3.6.13 or later, or 3.5.32 or later`. */
export const safeEtcdVersions = ['3.6', '3.5']
  .map((minorVersion) => `${oldestSafeEtcd(`${minorVersion}.0`)} or later`)
  .join(', or ');
