/** The tiers that have machines. */
export type MachineRole = 'bastion' | 'etcd' | 'control-plane' | 'worker';

/** CPU architecture, in the words of upstream release artifacts. */
export type Architecture = 'amd64' | 'arm64';

/** A file of the machine's bundle. Never holds a secret. */
export interface MachineFile {
  /** Absolute path on the machine. */
  readonly path: string;
  readonly content: string;
  /** Octal, four digits. @default '0644' */
  readonly mode?: string;
  /** `user:group`; the boot script makes the users first. @default 'root:root' */
  readonly owner?: string;
  /**
   * Whether boot replaces tokens such as `@HC_REGION@` and `@HC_PRIVATE_IP@` in it.
   *
   * @default false
   */
  readonly template?: boolean;
}

/** A systemd unit, written to `/etc/systemd/system/<name>`. */
export interface MachineUnit {
  /** Such as `etcd.service` or `etcd-backup.timer`. */
  readonly name: string;
  readonly content: string;
  /** Whether boot enables and starts it. @default true */
  readonly enable?: boolean;
  /** Started before anything is fetched, so that it reports on a boot that fails. @default false */
  readonly early?: boolean;
}

/** A pinned upstream release artifact, taken from the cluster's bucket and verified before use. */
export interface MachineArtifact {
  /** Name in the lock, such as `etcd`. */
  readonly name: string;
  readonly version: string;
  readonly architecture: Architecture;
  /** Upstream download address. */
  readonly url: string;
  /** Published SHA-256; undefined when no lock knows it, and then the machine refuses it. */
  readonly sha256: string | undefined;
  /** Published SHA-512, for the publishers that give no SHA-256 (gVisor). */
  readonly sha512?: string;
  /** What to install out of it. */
  readonly install: readonly ArtifactInstall[];
}

export interface ArtifactInstall {
  /** Member of the archive (`etcd-v3.6.14-linux-arm64/etcd`), or undefined for a plain binary. */
  readonly member?: string;
  /** Where it lands, absolute. A path that ends in `/` takes the whole archive. */
  readonly path: string;
  /** @default '0755' */
  readonly mode?: string;
}

/** A secret fetched at boot from the SSM parameter store by the machine's own role. */
export interface MachineSecret {
  /** Parameter below `/<cluster>/`, such as `etcd/members/etcd-0/peer`. See `lib/pki`. */
  readonly parameter: string;
  /** Which PEM blocks of the parameter go to the file. @default 'all' */
  readonly blocks?: 'all' | 'certificate' | 'private-key';
  /** Absolute path on the machine. */
  readonly path: string;
  /** @default '0600' */
  readonly mode?: string;
  /** @default 'root:root' */
  readonly owner?: string;
}

/** A system user that boot creates (no shell, no home). */
export interface MachineUser {
  readonly name: string;
  /** Fixed uid and gid, so that a re-attached volume keeps its owner. */
  readonly id: number;
}

/** Everything that makes one machine (or one group of identical machines) what it is. */
export interface MachineConfig {
  /** Stable name: `bastion`, `etcd-0`, `control-plane`, `worker-<pool>`. */
  readonly name: string;
  readonly role: MachineRole;
  readonly architecture: Architecture;
  readonly users: readonly MachineUser[];
  readonly files: readonly MachineFile[];
  readonly units: readonly MachineUnit[];
  readonly artifacts: readonly MachineArtifact[];
  readonly secrets: readonly MachineSecret[];
  /** Debian packages that boot installs; empty for etcd, which has no route to a mirror. */
  readonly packages: readonly string[];
  /** Whether a data volume is found by id and mounted, and where. */
  readonly dataVolume?: {
    readonly mountPath: string;
    readonly owner: string;
    readonly mode: string;
  };
}

/** A part of a machine that one concern contributes; parts are merged into a MachineConfig. */
export type MachinePart = Partial<
  Pick<MachineConfig, 'users' | 'files' | 'units' | 'artifacts' | 'secrets' | 'packages'>
> &
  Pick<Partial<MachineConfig>, 'dataVolume'>;
