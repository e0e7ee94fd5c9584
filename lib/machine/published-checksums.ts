import type { MachineArtifact } from './machine-config';

/** Where the publisher of an artifact gives its checksum. */
export interface PublishedChecksum {
  readonly url: string;
  readonly algorithm: 'sha256' | 'sha512';
}

const beside =
  (ending: string, algorithm: PublishedChecksum['algorithm'] = 'sha256') =>
  ({ url }: MachineArtifact): PublishedChecksum => ({ url: `${url}${ending}`, algorithm });

const inFolder =
  (file: (version: string) => string) =>
  ({ url, version }: MachineArtifact): PublishedChecksum => ({
    url: `${url.slice(0, url.lastIndexOf('/') + 1)}${file(version)}`,
    algorithm: 'sha256',
  });

const publishers: Readonly<Record<string, (artifact: MachineArtifact) => PublishedChecksum>> = {
  'aws-iam-authenticator': inFolder((version) => `authenticator_${version}_checksums.txt`),
  'cni-plugins': beside('.sha256'),
  containerd: beside('.sha256sum'),
  crictl: beside('.sha256'),
  etcd: inFolder(() => 'SHA256SUMS'),
  'gvisor-runsc': beside('.sha512', 'sha512'),
  kubeadm: beside('.sha256'),
  kubectl: beside('.sha256'),
  kubelet: beside('.sha256'),
  runc: inFolder(() => 'runc.sha256sum'),
};

/** Where the checksum of an artifact is published, or undefined where its publisher gives none. */
export function findPublishedChecksum(artifact: MachineArtifact): PublishedChecksum | undefined {
  return Object.hasOwn(publishers, artifact.name)
    ? publishers[artifact.name]?.(artifact)
    : undefined;
}

/**
 * Reads the checksum of one file out of a checksum file: lines of checksum and name, or a lone checksum. Undefined
 * when the file does not name it, or names it twice with different checksums.
 */
export function readPublishedChecksum(
  text: string,
  fileName: string,
  algorithm: PublishedChecksum['algorithm'],
): string | undefined {
  const pattern = new RegExp(
    `^([0-9a-f]{${algorithm === 'sha256' ? 64 : 128}})(?:\\s+\\*?(\\S+))?$`,
  );
  const rows = text
    .split(/\r?\n/)
    .map((line) => pattern.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, checksum = '', name]) => ({ checksum, name: name?.slice(name.lastIndexOf('/') + 1) }));
  const [first, ...others] = rows;
  if (first !== undefined && others.length === 0 && first.name === undefined) return first.checksum;
  const named = new Set(
    rows.filter(({ name }) => name === fileName).map(({ checksum }) => checksum),
  );
  return named.size === 1 ? [...named][0] : undefined;
}
