import type { ArnParts, PolicyStatement } from './policy-document';

/** What the policy of a bucket is made from. */
export interface BucketFacts extends ArnParts {
  readonly bucketName: string;
}

/** ARN of a bucket. */
export const bucketArn = ({ partition }: { readonly partition: string }, bucketName: string) =>
  `arn:${partition}:s3:::${bucketName}`;

/** Refuses plain HTTP and old TLS for everyone. */
export function planBucketPolicy(facts: BucketFacts): readonly PolicyStatement[] {
  const bucket = bucketArn(facts, facts.bucketName);
  const everything = [bucket, `${bucket}/*`];
  return [
    {
      Sid: 'RefusePlainHttp',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: everything,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'RefuseOldTls',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: everything,
      Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } },
    },
  ];
}

/** Lets load balancers deliver their access logs below one prefix. */
export function planAccessLogDelivery(facts: BucketFacts): readonly PolicyStatement[] {
  const bucket = bucketArn(facts, facts.bucketName);
  const source = {
    StringEquals: { 'aws:SourceAccount': facts.accountId },
    ArnLike: {
      'aws:SourceArn': `arn:${facts.partition}:logs:${facts.region}:${facts.accountId}:*`,
    },
  };
  return [
    {
      Sid: 'AccessLogs',
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: ['s3:PutObject'],
      Resource: [`${bucket}/*/AWSLogs/${facts.accountId}/*`],
      Condition: source,
    },
    {
      Sid: 'AccessLogsAcl',
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: ['s3:GetBucketAcl'],
      Resource: [bucket],
      Condition: source,
    },
  ];
}

/** Everything that changes what an object of a bucket is. */
const writes = [
  's3:BypassGovernanceRetention',
  's3:DeleteObject',
  's3:DeleteObjectTagging',
  's3:DeleteObjectVersion',
  's3:PutObject',
  's3:PutObjectAcl',
  's3:PutObjectRetention',
  's3:PutObjectTagging',
  's3:ReplicateDelete',
  's3:ReplicateObject',
] as const;

/**
 * Refuses every change below some prefixes to all but a few principals, whatever policies others
 * have. A bucket holds what machines run; a role that may use S3 must not be root on them.
 */
export function planWriters(
  facts: BucketFacts,
  { sid, prefixes, writers }: BucketWriters,
): PolicyStatement {
  const bucket = bucketArn(facts, facts.bucketName);
  return {
    Sid: sid,
    Effect: 'Deny',
    Principal: '*',
    Action: writes,
    Resource: prefixes.map((prefix) => `${bucket}/${prefix}*`),
    Condition: { ArnNotLike: { 'aws:PrincipalArn': writers } },
  };
}

/** Who may change what in a bucket. */
export interface BucketWriters {
  readonly sid: string;
  /** Beginnings of keys; an empty one for all. */
  readonly prefixes: readonly string[];
  /** ARNs of principals, with wildcards. */
  readonly writers: readonly string[];
}
