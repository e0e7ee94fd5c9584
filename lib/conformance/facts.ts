import type { MachineRole } from '../machine/machine-config';

/** What a set of manifests is: everything in a cluster, or a part of it such as a chart. */
export type ManifestScope = 'cluster' | 'manifests';

/**
 * What the checks look at. A collector (plan, manifests, Pulumi state, live cluster, AWS account)
 * fills in the parts it can see and leaves the others undefined; a check that needs a missing part
 * answers `unknown`, which never counts as a pass.
 */
export interface Facts {
  /** Which collector made these facts. */
  readonly source: 'plan' | 'manifests' | 'state' | 'cluster' | 'account';
  /** Whether manifests are those of a whole cluster. @default as their kinds tell */
  readonly scope?: ManifestScope;
  /** Kubernetes version of the cluster, such as `1.36.4`. */
  readonly kubernetesVersion?: string;
  /** Day the facts are evaluated on, `YYYY-MM-DD`; needed for end-of-life and expiry checks. */
  readonly today?: string;
  /** Cloud resources, in registration order. */
  readonly resources?: readonly ResourceFact[];
  /** Machines with every file as it will lie on disk. */
  readonly machines?: readonly MachineFact[];
  /** Kubernetes objects. */
  readonly manifests?: readonly ManifestFact[];
  /** Where each object stands, for evidence; collectors of files set it. */
  readonly locations?: ReadonlyMap<ManifestFact, SourceLocation>;
  /** Certificates of every CA and identity. */
  readonly certificates?: readonly CertificateFact[];
}

/** One cloud resource; secret inputs are the string `[secret]`. */
export interface ResourceFact {
  readonly urn: string;
  /** Pulumi type token, such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  /** Provider id, which other resources' inputs name: `vpc-0abc`. Checks of reachability need it. */
  readonly id?: string;
  /** ARN, where other resources' inputs name that (load balancers, target groups, keys). */
  readonly arn?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  /** Resource options that matter to checks. */
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

/** One machine. */
export interface MachineFact {
  readonly name: string;
  readonly role: MachineRole;
  /** Absolute path -> file. systemd units lie under `/etc/systemd/system/`. */
  readonly files: Readonly<Record<string, MachineFileFact>>;
  readonly userData: string;
  /** Pinned upstream artifacts it installs. */
  readonly artifacts?: readonly { readonly name: string; readonly version: string }[];
}

export interface MachineFileFact {
  readonly content: string;
  /** Octal, four digits: `0600`. */
  readonly mode: string;
  /** `user:group`. */
  readonly owner: string;
}

/** A place in a file. */
export interface SourceLocation {
  /** Path as the user named it, `-` for standard input. */
  readonly file: string;
  /** From one. */
  readonly line: number;
}

/** A Kubernetes object as parsed YAML. */
export interface ManifestFact {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** One X.509 certificate, without its key. */
export interface CertificateFact {
  /** Identity in the PKI plan, such as `etcd-ca` or `etcd-0-peer`. */
  readonly name: string;
  readonly subject: { readonly commonName: string; readonly organization?: string };
  /** Name of the issuing identity; its own name when self-signed. */
  readonly issuer: string;
  readonly isCa: boolean;
  readonly extendedKeyUsages: readonly ('serverAuth' | 'clientAuth')[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Length of validity in days. */
  readonly validityDays: number;
  /** Public key, such as `EC P-256` or `RSA 4096`. */
  readonly keyAlgorithm: string;
}
