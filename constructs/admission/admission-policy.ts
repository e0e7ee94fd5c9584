import { Construct } from 'constructs';
import type { AuditAnnotation, MatchRule, Validation, Variable } from './admission-types';
import { addClusterObject } from '../synthesis/kubernetes-object';
import { problemsOfEmpty, problemsOfUnknown, validateProps } from '../synthesis/validate-props';

/**
 * What a violation leads to: a refusal, a warning to the client, or an entry of the audit log alone.
 * The latter two are for a cluster that is in use, before the policy is enforced.
 */
export type PolicyAction = 'deny' | 'warn' | 'audit';

const validationActions = {
  deny: ['Deny', 'Audit'],
  warn: ['Warn', 'Audit'],
  audit: ['Audit'],
} as const;

/** A ValidatingAdmissionPolicy and its binding. */
export interface AdmissionPolicyProps {
  /** Name of the policy and of its binding. */
  readonly name: string;
  /** What it is for, kept as an annotation. */
  readonly description: string;
  /** Requests that the policy looks at. */
  readonly match: readonly MatchRule[];
  /** Requests that do not meet all of these pass unseen. @default every request that matches */
  readonly conditions?: readonly Variable[];
  /** Named expressions that validations use. @default none */
  readonly variables?: readonly Variable[];
  /** What requests have to meet. */
  readonly validations: readonly Validation[];
  /** @default none */
  readonly auditAnnotations?: readonly AuditAnnotation[];
  /** What a violation leads to; every one is written to the audit log as well. @default 'deny' */
  readonly action?: PolicyAction;
}

/**
 * A policy in CEL that fails closed, bound to the whole cluster. It is bound without selectors, so
 * that no label lets a namespace or an object out of it; exceptions are decided in CEL.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class AdmissionPolicy extends Construct {
  /** @throws PropsError with every problem. */
  constructor(scope: Construct, id: string, props: AdmissionPolicyProps) {
    super(scope, id);
    const { name, action = 'deny' } = props;
    validateProps('AdmissionPolicy', [
      ...problemsOfUnknown('action', action, Object.keys(validationActions)),
      ...problemsOfEmpty('match', props.match),
      ...problemsOfEmpty('validations', props.validations),
    ]);
    addClusterObject(this, 'policy', 'ValidatingAdmissionPolicy', {
      metadata: { name, annotations: { 'kubernetes.io/description': props.description } },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: props.match },
        ...(props.conditions && { matchConditions: props.conditions }),
        ...(props.variables && { variables: props.variables }),
        validations: props.validations,
        ...(props.auditAnnotations && { auditAnnotations: props.auditAnnotations }),
      },
    });
    addClusterObject(this, 'binding', 'ValidatingAdmissionPolicyBinding', {
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: validationActions[action],
      },
    });
  }
}
