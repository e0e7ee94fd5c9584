import * as pulumi from '@pulumi/pulumi';
import { BucketObjectv2 } from '@pulumi/aws/s3/bucketObjectv2';
import { Parameter } from '@pulumi/aws/ssm/parameter';
import {
  checksumOfIndex,
  manifestIndexParameter,
  manifestKeys,
  renderManifestIndex,
  type StoredManifest,
} from '../../lib/kubernetes/control-plane/manifest-store';
import { componentType, validateArgs, type Tags } from '../component-args';
import { claimNames } from '../claim-names';
import type { SecureBucket } from '../storage/secure-bucket';

/** Arguments of {@link ManifestContent}. */
export interface ManifestContentArgs {
  /** Name of the cluster; the parameter with the checksum of the index is below `/<cluster>/`. */
  readonly cluster: string;
  /** Where the manifests go. */
  readonly bucket: SecureBucket;
  /** Files by name, in the order in which they are applied. */
  readonly manifests: readonly StoredManifest[];
  /** On everything that is made. */
  readonly tags: Tags;
}

/**
 * Puts the in-cluster manifests where control-plane machines look for them, the index after them, and
 * last its checksum into the parameter store: who may write to the bucket decides nothing.
 */
export class ManifestContent extends pulumi.ComponentResource {
  /** What control-plane machines wait for. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: ManifestContentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, bucket, manifests, tags } = args;
    validateArgs('ManifestContent', [
      ...manifests.flatMap((manifest, index) =>
        /^[a-z0-9][a-z0-9.-]*\.yaml$/.test(manifest.name) &&
        manifests.findIndex((other) => other.name === manifest.name) === index
          ? []
          : [
              {
                path: `manifests[${index}].name`,
                got: manifest.name,
                expected: 'a file name such as "10-namespaces.yaml", once',
              },
            ],
      ),
      ...claimNames(opts, [{ path: 'cluster', kind: 'set of manifests', name: args.cluster }]),
    ]);
    super(componentType('ManifestContent'), name, {}, opts);
    const put = (key: string, content: string, dependsOn: readonly pulumi.Resource[]) => {
      const objectName = `${name}-${key.slice(key.lastIndexOf('/') + 1)}`;
      return new BucketObjectv2(
        objectName,
        {
          bucket: bucket.bucketName,
          key,
          content,
          contentType: 'text/plain; charset=utf-8',
          tags: { ...tags, Name: objectName },
        },
        { parent: this, dependsOn: [...dependsOn] },
      );
    };
    const files = manifests.map(({ name: file, yaml }) =>
      put(manifestKeys.file(file), yaml, bucket.ready),
    );
    const index = put(manifestKeys.index, renderManifestIndex(manifests), [
      ...bucket.ready,
      ...files,
    ]);
    const checksum = new Parameter(
      `${name}-checksum`,
      {
        name: `/${cluster}/${manifestIndexParameter}`,
        type: 'String',
        tier: 'Standard',
        // No secret, and a preview may show that it changes.
        insecureValue: checksumOfIndex(manifests),
        tags: { ...tags, Name: `${name}-checksum` },
      },
      { parent: this, dependsOn: [index] },
    );
    this.ready = [index, checksum];
    this.registerOutputs({});
  }
}
