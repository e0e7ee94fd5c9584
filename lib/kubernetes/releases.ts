import type { FlagOwner } from '../standard/protected-settings';

/** Minor versions whose flags and files this room knows. */
export const supportedMinorVersions = ['1.35', '1.36', '1.37'] as const;

/** A minor version whose flags and files this room knows. */
export type SupportedMinorVersion = (typeof supportedMinorVersions)[number];

/** What differs between the supported minor versions. */
export interface VersionFeatures {
  /** crictl that goes with it: the newest one known that is not younger. */
  readonly crictl: string;
  /** Whether MutatingAdmissionPolicy is there without further flags. */
  readonly mutatingAdmissionPolicy: boolean;
}

const features: Readonly<Record<SupportedMinorVersion, VersionFeatures>> = {
  '1.35': { crictl: '1.35.0', mutatingAdmissionPolicy: false },
  '1.36': { crictl: '1.36.0', mutatingAdmissionPolicy: true },
  '1.37': { crictl: '1.36.0', mutatingAdmissionPolicy: true },
};

/** What a minor version has. @throws Error for one that is not supported, which `resolveBlueprint` refuses. */
export function featuresOf(minorVersion: string): VersionFeatures {
  const known = supportedMinorVersions.find((candidate) => candidate === minorVersion);
  if (known === undefined) throw new Error(`unsupported Kubernetes minor version ${minorVersion}`);
  return features[known];
}

/** Whether the manifests use kinds in the newer minor version that the older one does not know. */
export function hasNewKinds(older: string, newer: string): boolean {
  return !featuresOf(older).mutatingAdmissionPolicy && featuresOf(newer).mutatingAdmissionPolicy;
}

/** A flag that a release took away, or that this project has stopped to use. */
export interface RemovedFlag {
  readonly owner: FlagOwner;
  readonly flag: string;
  /** First minor version without it. */
  readonly since: string;
  readonly instead: string;
}

/** Flags that documents and old tutorials still name; none of them is ever emitted. */
export const removedFlags: readonly RemovedFlag[] = [
  {
    owner: 'kube-apiserver',
    flag: 'insecure-port',
    since: '1.24',
    instead: 'nothing: there is no insecure port any more',
  },
  {
    owner: 'kube-apiserver',
    flag: 'insecure-bind-address',
    since: '1.24',
    instead: 'nothing: there is no insecure port any more',
  },
  {
    owner: 'kube-apiserver',
    flag: 'kubelet-https',
    since: '1.22',
    instead: 'kubelet-certificate-authority',
  },
  {
    owner: 'kube-apiserver',
    flag: 'basic-auth-file',
    since: '1.19',
    instead: 'the token webhook',
  },
  {
    owner: 'kube-apiserver',
    flag: 'target-ram-mb',
    since: '1.26',
    instead: 'nothing',
  },
  {
    owner: 'kubelet',
    flag: 'cadvisor-port',
    since: '1.12',
    instead: 'nothing: the port is gone',
  },
  {
    owner: 'kubelet',
    flag: 'pod-infra-container-image',
    since: '1.35',
    instead: 'the sandbox image of containerd',
  },
];

/** Versions of what stands around Kubernetes on a node. */
export const nodeSoftware = {
  containerd: '2.3.4',
  runc: '1.4.3',
  cniPlugins: '1.9.1',
  calico: '3.31.7',
  awsIamAuthenticator: '0.7.8',
  gvisor: '20260817.0',
  pauseImage: 'registry.k8s.io/pause:3.10.1',
} as const;
