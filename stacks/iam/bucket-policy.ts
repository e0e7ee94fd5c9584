import type { ArnParts, PolicyStatement } from './policy-document';

/** What the policy of a bucket is made from. */
export interface BucketFacts extends ArnParts {
  readonly bucketName: string;
}

/** ARN of a bucket. */
export const bucketArn = ({ partition }: { readonly partition: string }, bucketName: string) =>
  `arn:${partition}:s3:::${bucketName}`;

/** Refuses plain HTTP and old TLS for everyone; opens the keys named, if any, to the world. */
export function planBucketPolicy(
  facts: BucketFacts,
  publicKeys: readonly string[],
): readonly PolicyStatement[] {
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
    ...(publicKeys.length === 0
      ? []
      : [
          {
            Sid: 'PublicDocuments',
            Effect: 'Allow',
            Principal: '*',
            Action: ['s3:GetObject'],
            Resource: publicKeys.map((key) => `${bucket}/${key}`),
          } as const,
        ]),
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
