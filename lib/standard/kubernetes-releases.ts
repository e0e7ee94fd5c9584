/** A Kubernetes minor that upstream supports. */
export interface KubernetesRelease {
  /** Such as `1.36`. */
  readonly minor: string;
  /** Day of the `.0` release, `YYYY-MM-DD`. */
  readonly released: string;
  /** Last day of upstream support, `YYYY-MM-DD`. */
  readonly endOfLife: string;
  /** Newest patch this version of the project knows and has tried, such as `1.36.4`. */
  readonly patch: string;
  /** Day of that patch, `YYYY-MM-DD`. */
  readonly patchReleased: string;
}

/**
 * Minors this version of the project can build.
 *
 * @see https://kubernetes.io/releases/
 */
export const kubernetesReleases: readonly KubernetesRelease[] = [
  {
    minor: '1.35',
    released: '2025-12-17',
    endOfLife: '2027-02-28',
    patch: '1.35.8',
    patchReleased: '2026-08-20',
  },
  {
    minor: '1.36',
    released: '2026-04-22',
    endOfLife: '2027-06-28',
    patch: '1.36.4',
    patchReleased: '2026-08-20',
  },
  {
    minor: '1.37',
    released: '2026-08-26',
    endOfLife: '2027-10-28',
    patch: '1.37.2',
    patchReleased: '2026-10-27',
  },
];
