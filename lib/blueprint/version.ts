import { kubernetesReleases } from '../standard/kubernetes-releases';

/** `1.36` of `1.36.4` and of `1.36`. */
export function minorVersionOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** The exact version: as given, or the newest known patch of a minor version. */
export function exactVersion(version: string): string {
  if (version.split('.').length === 3) return version;
  const release = kubernetesReleases.find(({ minorVersion }) => minorVersion === version);
  if (!release) throw new Error(`unknown Kubernetes minor version ${version}`);
  return release.patch;
}

/** Numeric comparison of dotted versions: negative, zero or positive. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
