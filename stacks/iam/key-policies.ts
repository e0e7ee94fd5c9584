import { serviceHost, type ArnParts, type PolicyStatement } from './policy-document';

/** What a principal that encrypts and decrypts with a key needs, and no more. */
const use = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
] as const;

/** Administration without use: who may change a key can't decrypt with it. */
export function planKeyAdministration({ partition, accountId }: ArnParts): PolicyStatement {
  return {
    Sid: 'AdministrationByIamPolicies',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: [
      'kms:CancelKeyDeletion',
      'kms:CreateAlias',
      'kms:DeleteAlias',
      'kms:DescribeKey',
      'kms:DisableKey',
      'kms:EnableKey',
      'kms:EnableKeyRotation',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:ListAliases',
      'kms:ListGrants',
      'kms:ListKeyPolicies',
      'kms:ListResourceTags',
      'kms:PutKeyPolicy',
      'kms:RevokeGrant',
      'kms:RotateKeyOnDemand',
      'kms:ScheduleKeyDeletion',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:UpdateAlias',
      'kms:UpdateKeyDescription',
    ],
    Resource: ['*'],
  };
}

/** Use by those whom an IAM policy of the account lets, and only through the services named. */
export function planKeyUseThrough(services: readonly string[], parts: ArnParts): PolicyStatement {
  const { partition, accountId } = parts;
  return {
    Sid: 'UseThroughServicesByIamPolicies',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: use,
    Resource: ['*'],
    Condition: {
      StringEquals: {
        'kms:CallerAccount': accountId,
        'kms:ViaService': services.map((service) => serviceHost(parts, service)),
      },
    },
  };
}

/** The key of the SSM parameters. */
export function planSecretsKeyPolicy(parts: ArnParts): readonly PolicyStatement[] {
  return [planKeyAdministration(parts), planKeyUseThrough(['ssm'], parts)];
}

/** The key of volumes and buckets. */
export function planStorageKeyPolicy(parts: ArnParts): readonly PolicyStatement[] {
  const { partition, accountId } = parts;
  const scaling = `arn:${partition}:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  // The service-linked role has no IAM permission on keys and may not exist yet, so that it can't
  // be a principal: the condition names it.
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
  const autoScaling = {
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Resource: ['*'],
  } as const;
  return [
    planKeyAdministration(parts),
    planKeyUseThrough(['ec2', 's3'], parts),
    {
      Sid: 'GrantsForVolumes',
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: ['kms:CreateGrant'],
      Resource: ['*'],
      Condition: {
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
        StringEquals: {
          'kms:CallerAccount': accountId,
          'kms:ViaService': serviceHost(parts, 'ec2'),
        },
      },
    },
    {
      ...autoScaling,
      Sid: 'VolumesOfAutoScalingGroups',
      Action: use,
      Condition: {
        ArnEquals: { 'aws:PrincipalArn': scaling },
        StringEquals: { 'kms:CallerAccount': accountId },
      },
    },
    {
      ...autoScaling,
      Sid: 'GrantsOfAutoScalingGroups',
      Action: ['kms:CreateGrant'],
      Condition: {
        ArnEquals: { 'aws:PrincipalArn': scaling },
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
        StringEquals: { 'kms:CallerAccount': accountId },
      },
    },
  ];
}

/**
 * The key of log groups below one prefix: for the service itself, and for those whose IAM policies
 * let them use it by way of the service. A policy that only reads, such as AWS's ReadOnlyAccess, has
 * no permission on keys.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function planLogsKeyPolicy(
  parts: ArnParts & { readonly logPrefix: string },
): readonly PolicyStatement[] {
  const { partition, accountId, region, logPrefix } = parts;
  const ofItsGroups = {
    ArnLike: {
      'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${accountId}:log-group:${logPrefix}/*`,
    },
  };
  const through = planKeyUseThrough(['logs'], parts);
  return [
    planKeyAdministration(parts),
    {
      Sid: 'LogGroupsOfTheCluster',
      Effect: 'Allow',
      Principal: { Service: serviceHost(parts, 'logs') },
      Action: use,
      Resource: ['*'],
      Condition: ofItsGroups,
    },
    { ...through, Condition: { ...through.Condition, ...ofItsGroups } },
  ];
}
