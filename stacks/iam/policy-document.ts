import * as pulumi from '@pulumi/pulumi';
import { dnsSuffixOf } from '../../lib/aws/regions';

/** Operators and keys of a statement's conditions. */
export type PolicyConditions = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
>;

/** One statement of a policy in IAM's JSON language. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  /** In policies of a resource only. */
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: PolicyConditions;
}

/** A statement of a trust policy, which has no resource. */
export type TrustStatement = Omit<PolicyStatement, 'Resource'>;

/** A policy in IAM's JSON language. */
export interface PolicyDocument<S = PolicyStatement> {
  readonly Version: '2012-10-17';
  readonly Statement: readonly S[];
}

/** Makes a document of statements. */
export function policyDocument<S>(statements: readonly S[]): PolicyDocument<S> {
  return { Version: '2012-10-17', Statement: statements };
}

/** Renders a document as JSON once the facts that it is made from are known. */
export function renderPolicy<T>(
  facts: pulumi.Input<T>,
  plan: (facts: pulumi.Unwrap<T>) => readonly (PolicyStatement | TrustStatement)[],
): pulumi.Output<string> {
  return pulumi.output(facts).apply((known) => JSON.stringify(policyDocument(plan(known))));
}

/** What the names of AWS resources are made from. */
export interface ArnParts {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/**
 * Name of a service in `kms:ViaService`; the same in every partition but China's.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function serviceHost({ region, partition }: ArnParts, service: string): string {
  return `${service}.${region}.${dnsSuffixOf(partition)}`;
}
