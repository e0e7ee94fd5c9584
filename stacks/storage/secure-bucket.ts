import * as pulumi from '@pulumi/pulumi';
import { Bucket } from '@pulumi/aws/s3/bucket';
import {
  BucketLifecycleConfiguration,
  type BucketLifecycleConfigurationArgs,
} from '@pulumi/aws/s3/bucketLifecycleConfiguration';
import { BucketObjectLockConfiguration } from '@pulumi/aws/s3/bucketObjectLockConfiguration';
import { BucketOwnershipControls } from '@pulumi/aws/s3/bucketOwnershipControls';
import { BucketPolicy } from '@pulumi/aws/s3/bucketPolicy';
import { BucketPublicAccessBlock } from '@pulumi/aws/s3/bucketPublicAccessBlock';
import { BucketServerSideEncryptionConfiguration } from '@pulumi/aws/s3/bucketServerSideEncryptionConfiguration';
import { BucketVersioning } from '@pulumi/aws/s3/bucketVersioning';
import {
  componentType,
  validateArgs,
  type AwsAccount,
  type DataLife,
  type Tags,
} from '../component-args';
import { claimNames } from '../claim-names';
import { inRegion, problemsOfRegion } from '../check-region';
import {
  planBucketPolicy,
  planWriters,
  type BucketFacts,
  type BucketWriters,
} from '../iam/bucket-policy';
import { renderPolicy, type PolicyStatement } from '../iam/policy-document';

type LifecycleRules = BucketLifecycleConfigurationArgs['rules'];

/** Arguments of {@link SecureBucket}. */
export interface SecureBucketArgs extends DataLife {
  /** @default a name that begins with that of the component, and that no other bucket has */
  readonly bucketName?: pulumi.Input<string>;
  /** Where in AWS it works. */
  readonly account: AwsAccount;
  /** Key of the objects. @default S3's own key */
  readonly keyArn?: pulumi.Input<string>;
  /** Days for which no version can be deleted or overwritten by anyone but a governance role. @default none */
  readonly objectLockDays?: number;
  /** Life-cycle rules of the objects. @default none */
  readonly lifecycleRules?: NonNullable<LifecycleRules>;
  /** Statements of the bucket policy besides those that refuse plain HTTP and old TLS. @default none */
  readonly statements?: (bucket: BucketFacts) => readonly PolicyStatement[];
  /** Who may write, where not everybody with a permission may. @default by IAM policies alone */
  readonly writers?: pulumi.Input<readonly BucketWriters[]>;
  /** Whether the bucket holds data that exists nowhere else. */
  readonly holdsData: boolean;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** A bucket that is versioned, encrypted, TLS only, without ACLs and without public access. */
export class SecureBucket extends pulumi.ComponentResource {
  /** Name, known before the bucket is made where the account is known. */
  readonly bucketName: pulumi.Output<string>;
  /** What must exist before an object goes in. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: SecureBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('SecureBucket', [
      ...problemsOf(args),
      ...(args.bucketName === undefined
        ? []
        : claimNames(opts, [{ path: 'bucketName', kind: 'bucket', name: args.bucketName }])),
    ]);
    super(
      componentType('SecureBucket'),
      name,
      {},
      inRegion('SecureBucket', 'account.region', args.account.region, opts),
    );
    // Settings stay with the bucket that they protect.
    const child = { parent: this, retainOnDelete: args.holdsData && (args.retain ?? true) };
    const bucket = new Bucket(
      name,
      {
        ...(args.bucketName === undefined ? {} : { bucket: args.bucketName }),
        forceDestroy: !args.holdsData,
        ...(args.objectLockDays === undefined ? {} : { objectLockEnabled: true }),
        tags: { ...args.tags, Name: name },
      },
      args.holdsData ? { ...child, protect: args.protect ?? true } : child,
    );
    this.bucketName = bucket.bucket;
    const settings = this.configure(name, bucket.bucket, args, child);
    const block = new BucketPublicAccessBlock(
      name,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    const { id: accountId, partition, region } = args.account;
    const policy = new BucketPolicy(
      name,
      {
        bucket: bucket.bucket,
        policy: renderPolicy(
          {
            accountId,
            partition,
            region,
            bucketName: bucket.bucket,
            writers: args.writers ?? [],
          },
          ({ writers, ...facts }) => [
            ...planBucketPolicy(facts),
            ...(args.statements ? args.statements(facts) : []),
            ...(writers as readonly BucketWriters[]).map((rule) => planWriters(facts, rule)),
          ],
        ),
      },
      // S3 refuses a policy beside a change of the block.
      { ...child, dependsOn: [block] },
    );
    this.ready = [...settings, block, policy];
    this.registerOutputs({ bucketName: this.bucketName });
  }

  private configure(
    name: string,
    bucket: pulumi.Output<string>,
    args: SecureBucketArgs,
    child: pulumi.CustomResourceOptions,
  ): pulumi.Resource[] {
    const versioning = new BucketVersioning(
      name,
      { bucket, versioningConfiguration: { status: 'Enabled' } },
      child,
    );
    const after = { ...child, dependsOn: [versioning] };
    return [
      versioning,
      new BucketServerSideEncryptionConfiguration(
        name,
        {
          bucket,
          rules: [
            {
              applyServerSideEncryptionByDefault: args.keyArn
                ? { sseAlgorithm: 'aws:kms', kmsMasterKeyId: args.keyArn }
                : { sseAlgorithm: 'AES256' },
              bucketKeyEnabled: args.keyArn !== undefined,
            },
          ],
        },
        child,
      ),
      new BucketOwnershipControls(
        name,
        { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } },
        child,
      ),
      ...(args.lifecycleRules === undefined
        ? []
        : [new BucketLifecycleConfiguration(name, { bucket, rules: args.lifecycleRules }, after)]),
      ...(args.objectLockDays === undefined
        ? []
        : [
            new BucketObjectLockConfiguration(
              name,
              {
                bucket,
                rule: { defaultRetention: { mode: 'GOVERNANCE', days: args.objectLockDays } },
              },
              after,
            ),
          ]),
    ];
  }
}

function problemsOf({ objectLockDays, bucketName, account }: SecureBucketArgs) {
  return [
    ...problemsOfRegion('account.region', account.region),
    ...(objectLockDays === undefined || (Number.isInteger(objectLockDays) && objectLockDays > 0)
      ? []
      : [{ path: 'objectLockDays', got: objectLockDays, expected: 'a number of days such as 14' }]),
    ...(typeof bucketName !== 'string' || /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucketName)
      ? []
      : [
          {
            path: 'bucketName',
            got: bucketName,
            expected: '3 to 63 lower-case letters, digits and hyphens',
          },
        ]),
  ];
}
