import { callersOf, type Signer } from '../../lib/aws/endpoint-callers';
import type { ArnParts, PolicyStatement } from './policy-document';
import { bucketArn } from './bucket-policy';

/** What the policy of a gateway endpoint for S3 is made from. */
export interface S3EndpointFacts extends ArnParts {
  /** Buckets of the cluster that machines read and write. */
  readonly bucketNames: readonly string[];
  /** Buckets of workloads, which pods use by roles of their own. */
  readonly workloadBuckets: readonly string[];
  /** Buckets of others that container images come from: for reading, whoever signed. */
  readonly readableBuckets: readonly string[];
}

/**
 * Lets machines use the cluster's buckets, pods those of workloads, and anyone read the layers of
 * public registries; no other bucket is reached, with whatever credentials.
 */
export function planS3EndpointPolicy(facts: S3EndpointFacts): readonly PolicyStatement[] {
  const arns = (names: readonly string[]) => names.map((name) => bucketArn(facts, name));
  const ofTheAccount = { StringEquals: { 'aws:PrincipalAccount': facts.accountId } };
  const own = arns(facts.bucketNames);
  const workloads = arns(facts.workloadBuckets);
  const others = arns(facts.readableBuckets);
  return [
    ...statementOf('BucketsOfTheCluster', own.length > 0, {
      Effect: 'Allow',
      Principal: '*',
      Action: actionsOf('s3', 'machine'),
      Resource: [...own, ...own.map((arn) => `${arn}/*`)],
      Condition: ofTheAccount,
    }),
    ...statementOf('BucketsOfWorkloads', workloads.length > 0, {
      Effect: 'Allow',
      Principal: '*',
      // What a pod may do is up to the policies of its role and of the bucket.
      Action: ['s3:*'],
      Resource: [...workloads, ...workloads.map((arn) => `${arn}/*`)],
      Condition: ofTheAccount,
    }),
    ...statementOf('LayersOfRegistries', others.length > 0, {
      Effect: 'Allow',
      Principal: '*',
      Action: actionsOf('s3', 'registry'),
      Resource: others.map((arn) => `${arn}/*`),
    }),
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

/** What the policy of the endpoint for STS is made from. */
export interface StsEndpointFacts extends Pick<ArnParts, 'accountId'> {
  /** Other accounts whose roles may log in to the cluster. */
  readonly principalAccounts: readonly string[];
}

/**
 * Besides principals of the account: pods that hand in a token for a role of the account, which
 * nobody has signed; and who a user of another account is, which the authenticator asks.
 *
 * @see https://github.com/aws-samples/data-perimeter-policy-examples/blob/main/vpc_endpoint_policies/sts_endpoint_policy.json
 */
export function planStsEndpointPolicy(facts: StsEndpointFacts): readonly PolicyStatement[] {
  const foreign = [...new Set(facts.principalAccounts)]
    .filter((account) => account !== facts.accountId)
    .sort();
  return [
    ...planInterfaceEndpointPolicy(facts),
    {
      Sid: 'RolesForTokens',
      Effect: 'Allow',
      Principal: { Federated: '*' },
      Action: actionsOf('sts', 'nobody'),
      Resource: ['*'],
      Condition: { StringEquals: { 'aws:ResourceAccount': facts.accountId } },
    },
    ...statementOf('IdentityOfUsers', foreign.length > 0, {
      Effect: 'Allow',
      Principal: '*',
      Action: actionsOf('sts', 'replayed'),
      Resource: ['*'],
      Condition: { StringEquals: { 'aws:PrincipalAccount': foreign } },
    }),
  ];
}

function actionsOf(service: string, signer: Signer): readonly string[] {
  const calls = callersOf(service).filter((call) => call.signer === signer);
  return [...new Set(calls.flatMap(({ actions }) => actions))].sort();
}

/** IAM refuses a statement without a resource. */
function statementOf(
  sid: string,
  needed: boolean,
  statement: Omit<PolicyStatement, 'Sid'>,
): readonly PolicyStatement[] {
  return needed ? [{ Sid: sid, ...statement }] : [];
}
