import { Construct } from 'constructs';
import type { AuditAnnotation, MatchRule, Validation, Variable } from './admission-types';
import { addClusterObject } from '../synthesis/kubernetes-object';

/** A ValidatingAdmissionPolicy and its binding. */
export interface AdmissionPolicyProps {
  /** Name of the policy and of its binding. */
  readonly name: string;
  /** What it is for, kept as an annotation. */
  readonly description: string;
  readonly match: readonly MatchRule[];
  /** Requests that do not meet all of these pass unseen. @default every request that matches */
  readonly conditions?: readonly Variable[];
  readonly variables?: readonly Variable[];
  readonly validations: readonly Validation[];
  /** @default none */
  readonly auditAnnotations?: readonly AuditAnnotation[];
  /** What a violation leads to; every one is written to the audit log as well. @default 'deny' */
  readonly action?: 'deny' | 'warn';
}

/**
 * A policy in CEL that fails closed, bound to the whole cluster. It is bound without selectors, so
 * that no label lets a namespace or an object out of it; exceptions are decided in CEL.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class AdmissionPolicy extends Construct {
  constructor(scope: Construct, id: string, props: AdmissionPolicyProps) {
    super(scope, id);
    const { name } = props;
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
        validationActions: [props.action === 'warn' ? 'Warn' : 'Deny', 'Audit'],
      },
    });
  }
}
