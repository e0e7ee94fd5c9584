import type { ArnParts, PolicyStatement, TrustStatement } from './policy-document';

/** Only flow logs of this account and region may use the role. */
export function planFlowLogTrust({
  partition,
  accountId,
  region,
}: ArnParts): readonly TrustStatement[] {
  return [
    {
      Sid: 'VpcFlowLogs',
      Effect: 'Allow',
      Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
      Action: ['sts:AssumeRole'],
      Condition: {
        StringEquals: { 'aws:SourceAccount': accountId },
        ArnLike: {
          'aws:SourceArn': `arn:${partition}:ec2:${region}:${accountId}:vpc-flow-log/*`,
        },
      },
    },
  ];
}

/** Streams of one log group. */
export function planFlowLogDelivery({
  logGroupArn,
}: {
  readonly logGroupArn: string;
}): readonly PolicyStatement[] {
  return [
    {
      Sid: 'DeliverFlowLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      Resource: [logGroupArn, `${logGroupArn}:*`],
    },
  ];
}
