/** A patch release as upstream published it. */
export interface KubernetesPatch {
  /** Such as `1.36.4`. */
  readonly version: string;
  /** Day of publication, `YYYY-MM-DD`. */
  readonly released: string;
  /**
   * Whether it fixes a CVE with a CVSS base score of 8 or more (SCS-0210); left out while no one
   * has looked, and then it is treated as if it did.
   */
  readonly fixesCriticalCve?: boolean;
}

/** A Kubernetes minor version that upstream supports. */
export interface KubernetesRelease {
  /** Such as `1.36`. */
  readonly minorVersion: string;
  /** Day of the `.0` release, `YYYY-MM-DD`. */
  readonly released: string;
  /** Last day of upstream support, `YYYY-MM-DD`. */
  readonly endOfLife: string;
  /**
   * Newest published patch, which a minor version stands for. Its checksums may have to be locked first:
   * running an older one would break SCS-0210.
   */
  readonly patch: string;
  /** Day of that patch, `YYYY-MM-DD`. */
  readonly patchReleased: string;
  /** Versions that the suite on real programs has been run with. */
  readonly tested: readonly string[];
  /** The latest patches upstream has published, oldest first; also those not tried yet. */
  readonly patches: readonly KubernetesPatch[];
}

/** Day on which the table below was compared with upstream. */
export const releasesComparedOn = '2026-11-22';

/**
 * Minor versions this version of the project can build.
 *
 * Days of patches are those of the published release, which can be days after the planned ones.
 *
 * @see https://kubernetes.io/releases/
 */
export const kubernetesReleases: readonly KubernetesRelease[] = [
  {
    minorVersion: '1.35',
    released: '2025-12-17',
    endOfLife: '2027-02-28',
    patch: '1.35.10',
    patchReleased: '2026-10-27',
    tested: ['1.35.8'],
    patches: [
      { version: '1.35.8', released: '2026-08-20' },
      { version: '1.35.9', released: '2026-09-23' },
      { version: '1.35.10', released: '2026-10-27' },
    ],
  },
  {
    minorVersion: '1.36',
    released: '2026-04-22',
    endOfLife: '2027-06-28',
    patch: '1.36.6',
    patchReleased: '2026-10-27',
    tested: ['1.36.4'],
    patches: [
      { version: '1.36.4', released: '2026-08-20' },
      { version: '1.36.5', released: '2026-09-23' },
      { version: '1.36.6', released: '2026-10-27' },
    ],
  },
  {
    minorVersion: '1.37',
    released: '2026-08-26',
    endOfLife: '2027-10-28',
    patch: '1.37.2',
    patchReleased: '2026-10-27',
    tested: ['1.37.1'],
    patches: [
      { version: '1.37.0', released: '2026-08-26' },
      { version: '1.37.1', released: '2026-09-23' },
      { version: '1.37.2', released: '2026-10-27' },
    ],
  },
];
