/** How a test program is obtained and how it tells its version. */
export interface ToolEntry {
  /** Folders of `tools/` that build it, the one for unversioned requests first. */
  readonly groups: readonly string[];
  /** The Debian package that brings it, where it is not built from a group. */
  readonly debianPackage?: string;
  /** Arguments that print the version; absent where the program has no such thing. */
  readonly versionArgs?: readonly string[];
}

const kubernetesGroups = ['kubernetes-1.36', 'kubernetes-1.35', 'kubernetes-1.37'];
const etcdGroups = ['etcd-3.6', 'etcd-3.5'];

/** The programs that the real suites may ask for. */
export const toolCatalog = {
  etcd: { groups: etcdGroups, versionArgs: ['--version'] },
  etcdctl: { groups: etcdGroups, versionArgs: ['version'] },
  etcdutl: { groups: etcdGroups, versionArgs: ['version'] },
  'kube-apiserver': { groups: kubernetesGroups, versionArgs: ['--version'] },
  'kube-controller-manager': { groups: kubernetesGroups, versionArgs: ['--version'] },
  'kube-scheduler': { groups: kubernetesGroups, versionArgs: ['--version'] },
  kubeadm: { groups: kubernetesGroups, versionArgs: ['version', '-o', 'short'] },
  kubectl: { groups: kubernetesGroups, versionArgs: ['version', '--client'] },
  kubelet: { groups: kubernetesGroups, versionArgs: ['--version'] },
  'kube-bench': { groups: ['kube-bench'], versionArgs: ['version'] },
  'aws-iam-authenticator': { groups: ['aws-iam-authenticator'], versionArgs: ['version'] },
  containerd: { groups: ['containerd'], versionArgs: ['--version'] },
  'containerd-shim-runc-v2': { groups: ['containerd'] },
  pulumi: { groups: ['pulumi'], versionArgs: ['version'] },
  'pulumi-language-nodejs': { groups: ['pulumi-nodejs'] },
  'pulumi-analyzer-policy-node-script': { groups: ['pulumi-nodejs'] },
  shellcheck: { groups: [], debianPackage: 'shellcheck', versionArgs: ['--version'] },
  'systemd-analyze': { groups: [], debianPackage: 'systemd', versionArgs: ['--version'] },
  nft: { groups: [], debianPackage: 'nftables', versionArgs: ['--version'] },
  dnsmasq: { groups: [], debianPackage: 'dnsmasq-base', versionArgs: ['--version'] },
  ip: { groups: [], debianPackage: 'iproute2', versionArgs: ['-V'] },
  openssl: { groups: [], debianPackage: 'openssl', versionArgs: ['version'] },
} as const satisfies Record<string, ToolEntry>;

/** Name of a program in {@link toolCatalog}. */
export type ToolName = keyof typeof toolCatalog;

/** The entry of a program, with the optional fields of every entry. */
export function toolEntry(name: ToolName): ToolEntry {
  return toolCatalog[name];
}

/** Whether a string names a program of the catalog. */
export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(toolCatalog, name);
}

/**
 * The command that installs a program, or `undefined` where no pinned group has that version.
 *
 * @param version - Such as `3.5` or `3.5.33`; a group named `etcd-3.5` serves both.
 */
export function installCommand(name: ToolName, version?: string): string | undefined {
  const { groups, debianPackage } = toolEntry(name);
  if (debianPackage !== undefined) return 'tools/install-packages';
  const group = groups.find((candidate) => {
    const minorVersion = /-(\d+\.\d+)$/.exec(candidate)?.[1];
    return (
      minorVersion === undefined || version === undefined || isOfVersion(version, minorVersion)
    );
  });
  return group === undefined ? undefined : `tools/install ${group}`;
}

/** Whether `actual` is `wanted` or below it: `3.5.33` is of `3.5.33`, of `3.5` and of `3`. */
export function isOfVersion(actual: string, wanted: string): boolean {
  return actual === wanted || actual.startsWith(`${wanted}.`);
}
