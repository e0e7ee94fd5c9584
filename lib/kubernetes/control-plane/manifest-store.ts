import { createHash } from 'node:crypto';

/** A file of in-cluster manifests as the constructs make them. */
export interface StoredManifest {
  /** File name such as `10-namespaces.yaml`; files are applied in this order. */
  readonly name: string;
  readonly yaml: string;
}

/** Keys in the cluster's bucket where control-plane machines find the in-cluster manifests. */
export const manifestKeys = {
  /** One line a file: SHA-256, two spaces, name. Written last, so that it never runs ahead. */
  index: 'manifests/SHA256SUMS',
  file: (name: string): string => `manifests/${name}`,
} as const;

/**
 * Parameter, below the cluster's path, that holds the SHA-256 of the index. It is what the index is
 * known by: whoever may write to the bucket does not write parameters.
 */
export const manifestIndexParameter = 'control-plane/manifests-sha256';

/** The index that a control-plane machine reads first and verifies every file against. */
export function renderManifestIndex(files: readonly StoredManifest[]): string {
  return [...files]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, yaml }) => `${createHash('sha256').update(yaml).digest('hex')}  ${name}\n`)
    .join('');
}

/** SHA-256 of the index, what the parameter holds. */
export function checksumOfIndex(files: readonly StoredManifest[]): string {
  return createHash('sha256').update(renderManifestIndex(files)).digest('hex');
}
