import { findSha256, findSha512, type ArtifactLock } from './artifact-lock';
import type { Architecture, ArtifactInstall, MachineArtifact } from './machine-config';

/** Makes one pinned artifact; its checksum comes from the lock, and is undefined when no lock has it. */
export type ArtifactFactory = (
  lock: ArtifactLock,
  version: string,
  architecture: Architecture,
) => MachineArtifact;

interface ArtifactSource {
  readonly name: string;
  readonly url: (version: string, architecture: Architecture) => string;
  readonly install: (version: string, architecture: Architecture) => readonly ArtifactInstall[];
}

const github = (repository: string, tag: string, file: string) =>
  `https://github.com/${repository}/releases/download/${tag}/${file}`;

function from({ name, url, install }: ArtifactSource): ArtifactFactory {
  return (lock, version, architecture) => {
    const sha512 = findSha512(lock, name, version, architecture);
    return {
      name,
      version,
      architecture,
      url: url(version, architecture),
      sha256: findSha256(lock, name, version, architecture),
      ...(sha512 === undefined ? {} : { sha512 }),
      install: install(version, architecture),
    };
  };
}

const kubernetesBinary = (name: 'kubelet' | 'kubeadm' | 'kubectl') =>
  from({
    name,
    url: (version, architecture) =>
      `https://dl.k8s.io/release/v${version}/bin/linux/${architecture}/${name}`,
    install: () => [{ path: `/usr/local/bin/${name}` }],
  });

/** The kubelet, in `/usr/local/bin`. */
export const kubeletArtifact = kubernetesBinary('kubelet');

/** kubeadm, in `/usr/local/bin`. */
export const kubeadmArtifact = kubernetesBinary('kubeadm');

/** kubectl, in `/usr/local/bin`. */
export const kubectlArtifact = kubernetesBinary('kubectl');

/** etcd, etcdctl and etcdutl, in `/usr/local/bin`. */
export const etcdArtifact = from({
  name: 'etcd',
  url: (version, architecture) =>
    github('etcd-io/etcd', `v${version}`, `etcd-v${version}-linux-${architecture}.tar.gz`),
  install: (version, architecture) =>
    ['etcd', 'etcdctl', 'etcdutl'].map((program) => ({
      member: `etcd-v${version}-linux-${architecture}/${program}`,
      path: `/usr/local/bin/${program}`,
    })),
});

/** containerd with its shim and `ctr`, in `/usr/local/bin`. */
export const containerdArtifact = from({
  name: 'containerd',
  url: (version, architecture) =>
    github(
      'containerd/containerd',
      `v${version}`,
      `containerd-${version}-linux-${architecture}.tar.gz`,
    ),
  install: () =>
    ['containerd', 'containerd-shim-runc-v2', 'ctr'].map((program) => ({
      member: `bin/${program}`,
      path: `/usr/local/bin/${program}`,
    })),
});

/** runc, in `/usr/local/sbin`. */
export const runcArtifact = from({
  name: 'runc',
  url: (version, architecture) =>
    github('opencontainers/runc', `v${version}`, `runc.${architecture}`),
  install: () => [{ path: '/usr/local/sbin/runc' }],
});

/** The reference CNI plugins, in `/opt/cni/bin/`. */
export const cniPluginsArtifact = from({
  name: 'cni-plugins',
  url: (version, architecture) =>
    github(
      'containernetworking/plugins',
      `v${version}`,
      `cni-plugins-linux-${architecture}-v${version}.tgz`,
    ),
  install: () => [{ path: '/opt/cni/bin/' }],
});

/** crictl, in `/usr/local/bin`. */
export const crictlArtifact = from({
  name: 'crictl',
  url: (version, architecture) =>
    github(
      'kubernetes-sigs/cri-tools',
      `v${version}`,
      `crictl-v${version}-linux-${architecture}.tar.gz`,
    ),
  install: () => [{ member: 'crictl', path: '/usr/local/bin/crictl' }],
});

/** gVisor's `runsc`, in `/usr/local/bin`; its publisher gives SHA-512 only. */
export const gvisorRunscArtifact = from({
  name: 'gvisor-runsc',
  url: (version, architecture) =>
    `https://storage.googleapis.com/gvisor/releases/release/${version}/${
      { amd64: 'x86_64', arm64: 'aarch64' }[architecture]
    }/runsc`,
  install: () => [{ path: '/usr/local/bin/runsc' }],
});

/** Custom resource definitions of Calico as one manifest, the same on every architecture. */
export const calicoCrdsManifestArtifact = from({
  name: 'calico-crds-manifest',
  url: (version) =>
    `https://raw.githubusercontent.com/projectcalico/calico/v${version}/manifests/crds.yaml`,
  install: () => [{ path: '/usr/local/share/hardened-cluster/calico-crds.yaml', mode: '0644' }],
});

/** The webhook and client for IAM identities, in `/usr/local/bin`; no checksum of it is shipped. */
export const awsIamAuthenticatorArtifact = from({
  name: 'aws-iam-authenticator',
  url: (version, architecture) =>
    github(
      'kubernetes-sigs/aws-iam-authenticator',
      `v${version}`,
      `aws-iam-authenticator_${version}_linux_${architecture}`,
    ),
  install: () => [{ path: '/usr/local/bin/aws-iam-authenticator' }],
});

/** Where Debian packages land that boot installs with dpkg. */
const packageFolder = '/var/cache/hardened-cluster/packages';

/** Agent of AWS Session Manager as a Debian package; no checksum of it is shipped. */
export const ssmAgentArtifact = from({
  name: 'amazon-ssm-agent',
  url: (version, architecture) =>
    `https://s3.amazonaws.com/ec2-downloads-windows/SSMAgent/${version}/debian_${architecture}/amazon-ssm-agent.deb`,
  install: () => [{ path: `${packageFolder}/amazon-ssm-agent.deb`, mode: '0644' }],
});

/** A package of Debian 13, for machines that reach no mirror. */
export const debianPackageArtifact = (name: string, poolFolder: string) =>
  from({
    name,
    url: (version, architecture) =>
      `https://deb.debian.org/debian/pool/main/${poolFolder}/${name}_${version}_${architecture}.deb`,
    install: () => [{ path: `${packageFolder}/${name}.deb`, mode: '0644' }],
  });

/** File name of an artifact, unique among all of them: what `artifacts.source` is searched for. */
export function artifactFileName({ name, version, architecture, url }: MachineArtifact): string {
  const ending = /\.(tar\.gz|tgz|deb|yaml)$/.exec(url)?.[0] ?? '';
  // Versions of Debian hold a plus sign, which object keys are better without.
  return `${name}-${version.replaceAll('+', '-')}-${architecture}${ending}`;
}

/** Key of an artifact in the cluster's bucket. */
export function artifactKey(artifact: MachineArtifact): string {
  return `artifacts/${artifactFileName(artifact)}`;
}

/** Whether a published checksum is known; the machine refuses an artifact without one. */
export function isLocked({ sha256, sha512 }: MachineArtifact): boolean {
  return sha256 !== undefined || sha512 !== undefined;
}
