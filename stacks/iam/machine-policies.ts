import { tierDirectoryPath } from '../../lib/etcd/tier-directory';
import { manifestIndexParameter } from '../../lib/kubernetes/control-plane/manifest-store';
import type { SecretPlan } from '../../lib/pki/pki-plan';
import { serviceHost, type ArnParts, type PolicyStatement } from './policy-document';
import { bucketArn } from './bucket-policy';

/** What the policies of machines are made from. */
export interface MachineFacts extends ArnParts {
  readonly cluster: string;
  /** Bucket that the machine's bundle and artifacts lie in. */
  readonly bucketName: string;
  /** ARN of the key of the SSM parameters. */
  readonly secretsKeyArn: string;
  /** ARN of the key of the bucket. */
  readonly storageKeyArn: string;
  /** ARN of the key of the log groups. */
  readonly logsKeyArn: string;
  /** What ends the names of the log groups. */
  readonly logGroupSuffix: string;
}

/** Key of a bundle in the bucket. */
export const bundleKey = (machine: string, sha256: string) => `bundles/${machine}/${sha256}.tar`;

/** The machine's own bundles, and the pinned artifacts. */
export function planBundleAccess(
  facts: MachineFacts,
  machines: readonly string[],
): readonly PolicyStatement[] {
  const bucket = bucketArn(facts, facts.bucketName);
  return [
    {
      Sid: 'OwnBundleAndArtifacts',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: [...machines.map((name) => `${bucket}/bundles/${name}/*`), `${bucket}/artifacts/*`],
    },
    {
      Sid: 'DecryptObjects',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: [facts.storageKeyArn],
      Condition: viaS3(facts),
    },
  ];
}

/** Exactly the parameters that name the role among their readers. */
export function planSecretAccess(
  facts: MachineFacts,
  secrets: readonly SecretPlan[],
): readonly PolicyStatement[] {
  const arns = secrets.map(({ parameter }) => parameterArn(facts, parameter));
  if (arns.length === 0) return [];
  return [
    {
      Sid: 'OwnSecrets',
      Effect: 'Allow',
      Action: ['ssm:GetParameter', 'ssm:GetParameters'],
      Resource: arns,
    },
    {
      Sid: 'DecryptOwnSecrets',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: [facts.secretsKeyArn],
      Condition: {
        StringEquals: {
          'kms:EncryptionContext:PARAMETER_ARN': arns,
          'kms:ViaService': serviceHost(facts, 'ssm'),
        },
      },
    },
  ];
}

/**
 * Addresses of etcd members. The service asks whether the path may be listed and not what lies below
 * it: nothing secret does.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html
 */
export function planTierLookup(facts: MachineFacts): readonly PolicyStatement[] {
  return [
    {
      Sid: 'AddressesOfEtcd',
      Effect: 'Allow',
      Action: ['ssm:GetParametersByPath'],
      Resource: [parameterArn(facts, tierDirectoryPath)],
    },
  ];
}

function parameterArn(facts: MachineFacts, parameter: string): string {
  const { partition, region, accountId, cluster } = facts;
  return `arn:${partition}:ssm:${region}:${accountId}:parameter/${cluster}/${parameter}`;
}

/**
 * Appends to streams that begin with the machine's name and its own address, so that no machine
 * writes into what another one has told; nothing reads, shortens or deletes.
 *
 * CloudWatch Logs uses the key of a group in the name of the caller.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function planLogShipping(
  facts: MachineFacts,
  groups: readonly string[],
  machines: readonly string[],
): readonly PolicyStatement[] {
  const { partition, region, accountId } = facts;
  const groupArns = groups.map(
    (group) => `arn:${partition}:logs:${region}:${accountId}:log-group:${group}`,
  );
  return [
    {
      Sid: 'ShipLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: groupArns.flatMap((group) =>
        machines.map((machine) => `${group}:log-stream:${machine}/${ownAddress}/*`),
      ),
    },
    {
      Sid: 'EncryptLogs',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: [facts.logsKeyArn],
      Condition: {
        StringEquals: { 'kms:ViaService': serviceHost(facts, 'logs') },
        ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': groupArns },
      },
    },
    {
      Sid: 'DescribeKeyOfLogs',
      Effect: 'Allow',
      Action: ['kms:DescribeKey'],
      Resource: [facts.logsKeyArn],
      Condition: { StringEquals: { 'kms:ViaService': serviceHost(facts, 'logs') } },
    },
  ];
}

/** The private address of the instance that the credentials were given to. */
const ownAddress = '${aws:Ec2InstanceSourcePrivateIPv4}';

/** Snapshots, the mark of an existing cluster, and the member's own readiness. */
export function planEtcdObjectAccess(
  facts: MachineFacts,
  member: string,
  prefix: string,
): readonly PolicyStatement[] {
  const bucket = bucketArn(facts, facts.bucketName);
  return [
    {
      Sid: 'EtcdObjects',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: [`${bucket}/${prefix}*`],
    },
    {
      Sid: 'OwnReadiness',
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: [`${bucket}/state/etcd/${member}/*`],
    },
    {
      // Without it S3 answers 403 and not 404 for what is not there. A condition on the prefix would
      // not do: a request for an object has none.
      Sid: 'ListOwnBucket',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [bucket],
    },
    {
      Sid: 'EncryptObjects',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey'],
      Resource: [facts.storageKeyArn],
      Condition: viaS3(facts),
    },
  ];
}

/** The manifests that control-plane machines apply. */
export function planManifestAccess(facts: MachineFacts): readonly PolicyStatement[] {
  const bucket = bucketArn(facts, facts.bucketName);
  return [
    {
      Sid: 'Manifests',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: [`${bucket}/manifests/*`],
    },
    {
      // Only the deployer writes it, so that a writer of the bucket decides nothing.
      Sid: 'ChecksumOfManifests',
      Effect: 'Allow',
      Action: ['ssm:GetParameter'],
      Resource: [parameterArn(facts, manifestIndexParameter)],
    },
    {
      Sid: 'ListManifests',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [bucket],
      Condition: { StringLike: { 's3:prefix': ['manifests/*'] } },
    },
  ];
}

/** How serving certificates are compared with the instance of their node; EC2 has nothing narrower. */
export function planNodeLookup(): readonly PolicyStatement[] {
  return [
    {
      Sid: 'NamesOfNodes',
      Effect: 'Allow',
      Action: ['ec2:DescribeInstances'],
      Resource: ['*'],
    },
  ];
}

/** Envelope encryption of Kubernetes Secrets by a key of the user. */
export function planKubernetesKeyUse(keyArn: string): readonly PolicyStatement[] {
  return [
    {
      Sid: 'EncryptKubernetesSecrets',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt'],
      Resource: [keyArn],
    },
  ];
}

/** The bastion takes its stable address when it starts. */
export function planAddressAssociation(
  facts: ArnParts & { readonly cluster: string; readonly allocationId: string },
): readonly PolicyStatement[] {
  const { partition, region, accountId, cluster, allocationId } = facts;
  const ec2 = `arn:${partition}:ec2:${region}:${accountId}`;
  return [
    {
      Sid: 'TakeAddress',
      Effect: 'Allow',
      Action: ['ec2:AssociateAddress'],
      Resource: [`${ec2}:elastic-ip/${allocationId}`],
    },
    {
      Sid: 'TakeAddressForBastion',
      Effect: 'Allow',
      Action: ['ec2:AssociateAddress'],
      Resource: [`${ec2}:instance/*`, `${ec2}:network-interface/*`],
      Condition: {
        StringEquals: {
          'ec2:ResourceTag/hardened-cluster:cluster': cluster,
          'ec2:ResourceTag/hardened-cluster:tier': 'bastion',
        },
      },
    },
  ];
}

/** What the agent of AWS Session Manager needs; its own service has nothing narrower. */
export function planSessionManagerAgent(
  { partition, region, accountId }: ArnParts,
  sessionLogGroup: string,
): readonly PolicyStatement[] {
  const logs = `arn:${partition}:logs:${region}:${accountId}:log-group`;
  return [
    {
      Sid: 'SessionManagerAgent',
      Effect: 'Allow',
      Action: [
        'ec2messages:AcknowledgeMessage',
        'ec2messages:GetMessages',
        'ec2messages:SendReply',
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      Resource: ['*'],
    },
    {
      Sid: 'RecordSessions',
      Effect: 'Allow',
      // A stream is named after its session.
      Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      Resource: [`${logs}:${sessionLogGroup}`, `${logs}:${sessionLogGroup}:log-stream:*`],
    },
    {
      Sid: 'FindSessionLogGroup',
      Effect: 'Allow',
      Action: ['logs:DescribeLogGroups'],
      Resource: [`${logs}:*`],
    },
  ];
}

const viaS3 = (parts: ArnParts) => ({
  StringEquals: { 'kms:ViaService': serviceHost(parts, 's3') },
});
