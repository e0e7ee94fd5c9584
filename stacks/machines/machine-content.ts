import * as pulumi from '@pulumi/pulumi';
import { BucketObjectv2 } from '@pulumi/aws/s3/bucketObjectv2';
import { join } from 'node:path';
import { artifactFileName, artifactKey } from '../../lib/machine/artifacts';
import { renderBundle } from '../../lib/machine/bundle';
import type { MachineArtifact, MachineConfig } from '../../lib/machine/machine-config';
import { componentType, validateArgs, type Tags } from '../component-args';
import { bundleKey } from '../iam/machine-policies';
import type { SecureBucket } from '../storage/secure-bucket';
import { checkArtifacts } from '../cluster/check-artifacts';

/** Arguments of {@link MachineContent}. */
export interface MachineContentArgs {
  /** Where bundles and artifacts go. */
  readonly bucket: SecureBucket;
  /** Machines whose bundles and artifacts are kept there. */
  readonly machines: readonly MachineConfig[];
  /** `upstream`, or a folder that holds the artifacts by their file names. */
  readonly artifactSource: string;
  /** Whether artifacts without a known checksum are let through, for a plan that is never run. */
  readonly allowUnlocked: boolean;
  /** Whether the bucket refuses deletion, so that objects are left behind. */
  readonly retain: boolean;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** Puts the bundles of machines and the pinned artifacts that they install into their bucket. */
export class MachineContent extends pulumi.ComponentResource {
  private readonly bundles = new Map<string, BucketObjectv2>();
  private readonly artifacts: ReadonlyMap<string, BucketObjectv2>;

  constructor(
    private readonly name: string,
    private readonly args: MachineContentArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { machines } = args;
    validateArgs('MachineContent', checkArtifacts(args));
    super(componentType('MachineContent'), name, {}, opts);
    const artifacts = new Map(
      machines.flatMap((machine) => machine.artifacts).map((a) => [artifactKey(a), a]),
    );
    this.artifacts = new Map(
      [...artifacts.keys()].sort().flatMap((key) => {
        const artifact = artifacts.get(key);
        return artifact ? [[key, this.artifact(name, artifact, args)] as const] : [];
      }),
    );
    this.registerOutputs({});
  }

  /**
   * What must be in the bucket before a machine starts. Its bundle is put there when it is asked for
   * first: those of many pools are made with their pools, a few at a time.
   */
  of(machine: MachineConfig): readonly pulumi.Resource[] {
    const bundle = this.bundles.get(machine.name) ?? this.bundle(machine);
    this.bundles.set(machine.name, bundle);
    const objects = [
      bundle,
      ...machine.artifacts.map((artifact) => this.artifacts.get(artifactKey(artifact))),
    ];
    return objects.filter((object) => object !== undefined);
  }

  private bundle(machine: MachineConfig): BucketObjectv2 {
    const { name, args } = this;
    const { tar, sha256 } = renderBundle(machine);
    return new BucketObjectv2(
      `${name}-bundle-${machine.name}`,
      {
        bucket: args.bucket.bucketName,
        key: bundleKey(machine.name, sha256),
        contentBase64: tar.toString('base64'),
        contentType: 'application/x-tar',
        tags: { ...args.tags, Name: `${name}-bundle-${machine.name}` },
      },
      this.options(args),
    );
  }

  private artifact(
    name: string,
    artifact: MachineArtifact,
    { bucket, artifactSource, retain, tags }: MachineContentArgs,
  ): BucketObjectv2 {
    const file = artifactFileName(artifact);
    return new BucketObjectv2(
      `${name}-artifact-${file}`,
      {
        bucket: bucket.bucketName,
        key: artifactKey(artifact),
        source:
          artifactSource === 'upstream'
            ? new pulumi.asset.RemoteAsset(artifact.url)
            : new pulumi.asset.FileAsset(join(artifactSource, file)),
        tags: { ...tags, Name: `${name}-artifact-${file}` },
      },
      this.options({ bucket, retain }),
    );
  }

  private options({ bucket, retain }: Pick<MachineContentArgs, 'bucket' | 'retain'>) {
    return { parent: this, dependsOn: [...bucket.ready], retainOnDelete: retain };
  }
}
