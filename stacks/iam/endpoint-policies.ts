import type { ArnParts, PolicyStatement } from './policy-document';
import { bucketArn } from './bucket-policy';

/** What the policy of a VPC endpoint is made from. */
export interface EndpointFacts extends ArnParts {
  /** Buckets of the cluster that machines read and write. */
  readonly bucketNames: readonly string[];
  /** Buckets of others that container images or packages come from, read-only. */
  readonly readableBuckets: readonly string[];
}

/** Lets principals of the account use the cluster's buckets, and denies all others. */
export function planS3EndpointPolicy(facts: EndpointFacts): readonly PolicyStatement[] {
  const own = facts.bucketNames.map((name) => bucketArn(facts, name));
  const others = facts.readableBuckets.map((name) => bucketArn(facts, name));
  return [
    {
      Sid: 'BucketsOfTheCluster',
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
      Resource: [...own, ...own.map((arn) => `${arn}/*`)],
      Condition: { StringEquals: { 'aws:PrincipalAccount': facts.accountId } },
    },
    ...(others.length === 0
      ? []
      : [
          {
            Sid: 'BucketsOfRegistries',
            Effect: 'Allow',
            Principal: '*',
            Action: ['s3:GetObject'],
            Resource: others.map((arn) => `${arn}/*`),
          } as const,
        ]),
  ];
}

/** Lets principals of the account use the service; the credentials of others are worth nothing. */
export function planInterfaceEndpointPolicy({
  accountId,
}: Pick<ArnParts, 'accountId'>): readonly PolicyStatement[] {
  return [
    {
      Sid: 'PrincipalsOfTheAccount',
      Effect: 'Allow',
      Principal: '*',
      Action: ['*'],
      Resource: ['*'],
      Condition: { StringEquals: { 'aws:PrincipalAccount': accountId } },
    },
  ];
}

/** Buckets behind the image registries of Kubernetes and AWS in one region. */
export function registryBuckets(region: string): readonly string[] {
  return [`prod-${region}-starport-layer-bucket`, `prod-registry-k8s-io-${region}`];
}
