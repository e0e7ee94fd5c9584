import { mockAccount } from '../support/cluster/mocks';

const region = 'eu-central-1';
const cluster = `arn:aws:s3:::prod-cluster-${mockAccount}`;
const etcd = `arn:aws:s3:::prod-etcd-${mockAccount}`;
const parameter = (name: string) => `arn:aws:ssm:${region}:${mockAccount}:parameter/prod/${name}`;
const key = (name: string) => `arn:aws:kms:${region}:${mockAccount}:key/prod-keys-${name}-id`;
const logs = (group: string, machine: string, address = '10.0.96.7') =>
  `arn:aws:logs:${region}:${mockAccount}:log-group:/hardened-cluster/prod/${group}--logs-id:log-stream:${machine}/${address}/i-1/journal`;
const viaSsm = (name: string) => ({
  'kms:ViaService': `ssm.${region}.amazonaws.com`,
  'kms:EncryptionContext:PARAMETER_ARN': parameter(name),
});
const viaLogs = (group: string) => ({
  'kms:ViaService': `logs.${region}.amazonaws.com`,
  'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${mockAccount}:log-group:/hardened-cluster/prod/${group}--logs-id`,
});
const viaS3 = { 'kms:ViaService': `s3.${region}.amazonaws.com` };

/** An action on a resource, with condition keys of the request. */
export type Row = readonly [
  action: string,
  resource: string,
  context?: Readonly<Record<string, string>>,
];

/** What no machine of any tier may do. */
export const never: readonly Row[] = [
  ['iam:CreateUser', '*'],
  ['iam:PassRole', `arn:aws:iam::${mockAccount}:role/prod-control-plane`],
  ['iam:PutRolePolicy', `arn:aws:iam::${mockAccount}:role/prod-worker`],
  ['sts:AssumeRole', `arn:aws:iam::${mockAccount}:role/prod-control-plane`],
  ['ec2:RunInstances', '*'],
  ['ec2:TerminateInstances', `arn:aws:ec2:${region}:${mockAccount}:instance/i-1`],
  ['ec2:DescribeInstanceAttribute', '*'],
  ['ec2:AuthorizeSecurityGroupIngress', '*'],
  ['ec2:DetachVolume', `arn:aws:ec2:${region}:${mockAccount}:volume/vol-1`],
  ['autoscaling:UpdateAutoScalingGroup', '*'],
  ['kms:ScheduleKeyDeletion', key('secrets')],
  ['kms:Decrypt', key('secrets')],
  ['kms:Decrypt', key('logs'), viaS3],
  ['kms:CreateGrant', key('storage')],
  ['s3:GetObject', 'arn:aws:s3:::other-cluster-123456789012/bundles/worker-general/1.tar'],
  ['s3:DeleteObject', `${cluster}/manifests/SHA256SUMS`],
  ['s3:DeleteObjectVersion', `${etcd}/etcd/snapshots/daily/1.db`],
  ['s3:BypassGovernanceRetention', `${etcd}/etcd/snapshots/daily/1.db`],
  ['s3:PutObject', `${cluster}/bundles/worker-general/1.tar`],
  ['s3:PutObject', `${cluster}/artifacts/kubelet-1.36.4-arm64`],
  ['s3:PutObject', `${cluster}/manifests/SHA256SUMS`],
  ['s3:PutObject', `${etcd}/bundles/etcd-0/1.tar`],
  ['s3:PutBucketPolicy', cluster],
  ['s3:ListAllMyBuckets', '*'],
  ['ssm:GetParameter', `arn:aws:ssm:${region}:${mockAccount}:parameter/other/worker/cluster-ca`],
  ['ssm:GetParametersByPath', parameter('control-plane')],
  ['ssm:GetParametersByPath', parameter('etcd')],
  ['ssm:GetParametersByPath', parameter('etcd/members')],
  ['ssm:GetParametersByPath', parameter('etcd/members/etcd-0')],
  ['ssm:GetParametersByPath', `arn:aws:ssm:${region}:${mockAccount}:parameter/prod`],
  ['ssm:GetParametersByPath', `arn:aws:ssm:${region}:${mockAccount}:parameter/other/etcd/tier`],
  ['ssm:PutParameter', parameter('etcd/tier/etcd-0')],
  ['ssm:PutParameter', parameter('etcd/tier/initial-members')],
  ['ssm:PutParameter', parameter('worker/cluster-ca')],
  ['ssm:PutParameter', parameter('control-plane/manifests-sha256')],
  ['ssm:SendCommand', '*'],
  ['logs:DeleteLogGroup', logs('worker', 'worker-general')],
  ['logs:DeleteLogStream', logs('sessions', 'bastion')],
  ['logs:PutRetentionPolicy', logs('audit', 'control-plane')],
  ['logs:GetLogEvents', logs('audit', 'control-plane')],
  ['logs:PutLogEvents', logs('flow-logs', 'worker-general')],
];

/** What a machine may do, and some of what it may not. */
export interface Table {
  readonly allowed: readonly Row[];
  readonly denied: readonly Row[];
}

/** By role. */
export const tables: Readonly<Record<string, Table>> = {
  'prod-etcd-0': {
    allowed: [
      ['s3:GetObject', `${etcd}/bundles/etcd-0/1.tar`],
      ['s3:GetObject', `${etcd}/artifacts/etcd-3.6.14-arm64.tar.gz`],
      ['s3:GetObject', `${etcd}/etcd/bootstrapped`],
      ['s3:PutObject', `${etcd}/etcd/bootstrapped`],
      ['s3:PutObject', `${etcd}/etcd/snapshots/daily/1.db`],
      ['s3:PutObject', `${etcd}/state/etcd/etcd-0/ready-1`],
      ['s3:ListBucket', etcd],
      ['ssm:GetParameter', parameter('etcd/members/etcd-0/peer')],
      ['ssm:GetParametersByPath', parameter('etcd/tier')],
      ['kms:Decrypt', key('secrets'), viaSsm('etcd/members/etcd-0/peer')],
      ['kms:Decrypt', key('storage'), viaS3],
      ['kms:GenerateDataKey', key('storage'), viaS3],
      ['logs:PutLogEvents', logs('etcd', 'etcd-0')],
      ['logs:PutLogEvents', logs('sessions', 'etcd-0')],
    ],
    denied: [
      ['s3:GetObject', `${etcd}/bundles/etcd-1/1.tar`],
      ['s3:GetObject', `${cluster}/bundles/control-plane/1.tar`],
      ['s3:GetObject', `${cluster}/manifests/SHA256SUMS`],
      ['s3:PutObject', `${etcd}/state/etcd/etcd-1/ready-1`],
      ['s3:PutObject', `${etcd}/artifacts/etcd-3.6.14-arm64.tar.gz`],
      ['s3:ListBucket', cluster],
      ['ssm:GetParameter', parameter('etcd/members/etcd-1/peer')],
      ['ssm:GetParameter', parameter('control-plane/etcd-client')],
      ['ssm:GetParameter', parameter('control-plane/cluster-ca')],
      ['kms:Decrypt', key('secrets'), viaSsm('etcd/members/etcd-1/peer')],
      ['kms:Decrypt', key('storage')],
      ['ec2:DescribeInstances', '*'],
      ['logs:PutLogEvents', logs('etcd', 'etcd-1')],
      ['logs:PutLogEvents', logs('audit', 'etcd-0')],
    ],
  },
  'prod-control-plane': {
    allowed: [
      ['s3:GetObject', `${cluster}/bundles/control-plane/1.tar`],
      ['s3:GetObject', `${cluster}/artifacts/kubelet-1.36.4-arm64`],
      ['s3:GetObject', `${cluster}/manifests/SHA256SUMS`],
      ['ssm:GetParameter', parameter('control-plane/cluster-ca')],
      ['ssm:GetParameter', parameter('control-plane/etcd-client')],
      ['ssm:GetParameter', parameter('control-plane/manifests-sha256')],
      ['ssm:GetParametersByPath', parameter('etcd/tier')],
      ['kms:Decrypt', key('secrets'), viaSsm('control-plane/cluster-ca')],
      ['ec2:DescribeInstances', '*'],
      ['logs:PutLogEvents', logs('audit', 'control-plane')],
      ['logs:PutLogEvents', logs('control-plane', 'control-plane')],
    ],
    denied: [
      ['s3:GetObject', `${etcd}/etcd/snapshots/daily/1.db`],
      ['s3:GetObject', `${etcd}/etcd/bootstrapped`],
      ['s3:GetObject', `${cluster}/bundles/worker-general/1.tar`],
      ['ssm:GetParameter', parameter('etcd/members/etcd-0/root')],
      ['ssm:GetParameter', parameter('worker/cluster-ca')],
      ['kms:Decrypt', key('secrets'), viaSsm('etcd/members/etcd-0/root')],
      ['logs:PutLogEvents', logs('sessions', 'bastion')],
    ],
  },
  'prod-worker': {
    allowed: [
      ['s3:GetObject', `${cluster}/bundles/worker-general/1.tar`],
      ['s3:GetObject', `${cluster}/artifacts/containerd-2.3.4-arm64.tar.gz`],
      ['ssm:GetParameter', parameter('worker/cluster-ca')],
      ['kms:Decrypt', key('secrets'), viaSsm('worker/cluster-ca')],
      ['logs:PutLogEvents', logs('worker', 'worker-general')],
      ['kms:GenerateDataKey', key('logs'), viaLogs('worker')],
      ['kms:GenerateDataKey', key('logs'), viaLogs('sessions')],
    ],
    denied: [
      ['s3:GetObject', `${cluster}/bundles/control-plane/1.tar`],
      ['s3:GetObject', `${cluster}/manifests/SHA256SUMS`],
      ['s3:GetObject', `${etcd}/etcd/snapshots/daily/1.db`],
      ['ssm:GetParametersByPath', parameter('etcd/tier')],
      ['ssm:GetParameter', parameter('control-plane/cluster-ca')],
      ['ssm:GetParameter', parameter('control-plane/secrets-encryption-key-1')],
      ['kms:Decrypt', key('secrets'), viaSsm('control-plane/cluster-ca')],
      ['ec2:DescribeInstances', '*'],
      ['logs:PutLogEvents', logs('worker', 'bastion')],
      ['logs:PutLogEvents', logs('worker', 'worker-general', '10.0.96.8')],
      ['logs:CreateLogStream', logs('sessions', 'worker-general', '10.0.96.8')],
      ['kms:GenerateDataKey', key('logs'), viaLogs('audit')],
      ['ssm:GetParameter', parameter('control-plane/manifests-sha256')],
      ['logs:PutLogEvents', logs('audit', 'worker-general')],
    ],
  },
  'prod-bastion': {
    allowed: [
      ['s3:GetObject', `${cluster}/bundles/bastion/1.tar`],
      ['ec2:AssociateAddress', `arn:aws:ec2:${region}:${mockAccount}:elastic-ip/prod-bastion-id`],
      [
        'ec2:AssociateAddress',
        `arn:aws:ec2:${region}:${mockAccount}:instance/i-bastion`,
        {
          'ec2:ResourceTag/hardened-cluster:cluster': 'prod',
          'ec2:ResourceTag/hardened-cluster:tier': 'bastion',
        },
      ],
      ['logs:PutLogEvents', logs('sessions', 'bastion')],
      ['logs:PutLogEvents', logs('bastion', 'bastion')],
    ],
    denied: [
      ['s3:GetObject', `${cluster}/bundles/control-plane/1.tar`],
      ['s3:GetObject', `${etcd}/etcd/snapshots/daily/1.db`],
      ['ssm:GetParameter', parameter('worker/cluster-ca')],
      ['ssm:GetParametersByPath', parameter('etcd/tier')],
      ['ec2:AssociateAddress', `arn:aws:ec2:${region}:${mockAccount}:elastic-ip/eipalloc-nat`],
      [
        'ec2:AssociateAddress',
        `arn:aws:ec2:${region}:${mockAccount}:instance/i-worker`,
        {
          'ec2:ResourceTag/hardened-cluster:cluster': 'prod',
          'ec2:ResourceTag/hardened-cluster:tier': 'worker',
        },
      ],
      ['ssmmessages:OpenDataChannel', '*'],
      ['logs:PutLogEvents', logs('sessions', 'etcd-0')],
      ['logs:PutLogEvents', logs('audit', 'bastion')],
    ],
  },
};
