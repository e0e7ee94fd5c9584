import type { ArnParts, PolicyStatement } from './policy-document';

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
export function planKeyUseThrough(
  services: readonly string[],
  { partition, accountId, region }: ArnParts,
): PolicyStatement {
  return {
    Sid: 'UseThroughServicesByIamPolicies',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: use,
    Resource: ['*'],
    Condition: {
      StringEquals: {
        'kms:CallerAccount': accountId,
        'kms:ViaService': services.map((service) => `${service}.${region}.amazonaws.com`),
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
  const { partition, accountId, region } = parts;
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
          'kms:ViaService': `ec2.${region}.amazonaws.com`,
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

/** The key of log groups below one prefix. */
export function planLogsKeyPolicy(
  parts: ArnParts & { readonly logPrefix: string },
): readonly PolicyStatement[] {
  const { partition, accountId, region, logPrefix } = parts;
  return [
    planKeyAdministration(parts),
    {
      Sid: 'LogGroupsOfTheCluster',
      Effect: 'Allow',
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: use,
      Resource: ['*'],
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${accountId}:log-group:${logPrefix}/*`,
        },
      },
    },
  ];
}
