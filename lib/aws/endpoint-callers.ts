/** Whose signature a request carries, which decides the condition keys that IAM sees. */
export type Signer =
  /** A machine, by the credentials of its instance profile. */
  | 'machine'
  /** A pod, by the credentials that it got for its service-account token. */
  | 'pod-role'
  /** A pod that hands in its service-account token: the request itself is not signed. */
  | 'nobody'
  /** A public registry signed the address that a client was redirected to, or nobody did. */
  | 'registry'
  /** A user or node signed `sts:GetCallerIdentity`; the API server's authenticator sends it. */
  | 'replayed'
  /** An AWS service in the name of the caller that it works for. */
  | 'forwarded';

/** Condition keys of a request that comes through a VPC endpoint, whoever signed it. */
const ofTheNetwork = [
  'aws:SecureTransport',
  'aws:SourceVpc',
  'aws:SourceVpce',
  'aws:VpcSourceIp',
  'aws:ResourceAccount',
] as const;

const ofThePrincipal = ['aws:PrincipalAccount', 'aws:PrincipalArn', 'aws:userid'] as const;

/**
 * Condition keys that the request of each signer carries at an endpoint; a condition on any other
 * key never holds.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sts_vpc_condition_keys_federated.html
 */
export const conditionKeysOf: Readonly<Record<Signer, readonly string[]>> = {
  machine: [
    ...ofTheNetwork,
    ...ofThePrincipal,
    'aws:ViaAWSService',
    'aws:Ec2InstanceSourceVpc',
    'aws:Ec2InstanceSourcePrivateIPv4',
    'ec2:SourceInstanceARN',
  ],
  'pod-role': [...ofTheNetwork, ...ofThePrincipal, 'aws:ViaAWSService', 'aws:FederatedProvider'],
  // No principal yet: https://github.com/aws-samples/data-perimeter-policy-examples
  nobody: ofTheNetwork,
  registry: ofTheNetwork,
  // Of an account that may be another one than the cluster's.
  replayed: [...ofTheNetwork, ...ofThePrincipal],
  forwarded: [...ofThePrincipal, 'aws:ViaAWSService', 'aws:CalledVia'],
};

/** One kind of call that a service of AWS gets from inside the VPC. */
export interface EndpointCaller {
  /** Who calls, such as `control-plane` or `pod`. */
  readonly caller: string;
  /** Service of the endpoint. */
  readonly service: string;
  readonly signer: Signer;
  readonly actions: readonly string[];
  readonly why: string;
}

/**
 * Who calls each endpoint of the VPC, and how signed: what endpoint policies are planned from, and
 * what they are tested with.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
export const endpointCallers: readonly EndpointCaller[] = [
  {
    caller: 'machine',
    service: 's3',
    signer: 'machine',
    actions: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
    why: 'bundles, artifacts and manifests; snapshots and readiness of etcd',
  },
  {
    caller: 'pod',
    service: 's3',
    signer: 'pod-role',
    actions: ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:DeleteObject'],
    why: 'buckets of workloads',
  },
  {
    caller: 'container runtime',
    service: 's3',
    signer: 'registry',
    actions: ['s3:GetObject'],
    why: 'image layers of public registries',
  },
  {
    caller: 'machine',
    service: 'ssm',
    signer: 'machine',
    actions: ['ssm:GetParameter', 'ssm:GetParametersByPath', 'ssm:UpdateInstanceInformation'],
    why: 'secrets of the machine, and addresses of etcd; the agent of Session Manager',
  },
  {
    caller: 'machine',
    service: 'logs',
    signer: 'machine',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    why: 'the journal, recorded sessions and the audit log',
  },
  {
    caller: 'machine',
    service: 'kms',
    signer: 'machine',
    actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:DescribeKey'],
    why: 'envelope encryption of Kubernetes Secrets',
  },
  {
    caller: 'machine',
    service: 'ec2',
    signer: 'machine',
    actions: ['ec2:AssociateAddress', 'ec2:DescribeInstances'],
    why: 'the address of the bastion, and the addresses of nodes',
  },
  {
    caller: 'machine',
    service: 'ssmmessages',
    signer: 'machine',
    actions: ['ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel'],
    why: 'the agent of Session Manager',
  },
  {
    caller: 'machine',
    service: 'ec2messages',
    signer: 'machine',
    actions: ['ec2messages:GetMessages'],
    why: 'the agent of Session Manager',
  },
  {
    caller: 'pod',
    service: 'sts',
    signer: 'nobody',
    actions: ['sts:AssumeRoleWithWebIdentity'],
    why: 'a role for the token of a service account',
  },
  {
    caller: 'pod',
    service: 'sts',
    signer: 'pod-role',
    actions: ['sts:AssumeRole', 'sts:GetCallerIdentity'],
    why: 'a further role, of this account or another',
  },
  {
    caller: 'authenticator',
    service: 'sts',
    signer: 'replayed',
    actions: ['sts:GetCallerIdentity'],
    why: 'who a node or user is, of this account or of the account that a role of `access` is in',
  },
];

/** Calls that one service gets. */
export function callersOf(service: string): readonly EndpointCaller[] {
  return endpointCallers.filter((caller) => caller.service === service);
}
