import { Construct } from 'constructs';
import type { AuditAnnotation, MatchRule, Validation, Variable } from './admission-types';
import { addClusterObject } from '../synthesis/kubernetes-object';
import {
  problemsOfEmpty,
  problemsOfLabel,
  problemsOfUnknown,
  validateProps,
} from '../synthesis/validate-props';

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

/** How a policy comes to a cluster that is in use: first `audit`, then `warn`, then `deny`. */
export interface AdoptionProps {
  /** What a violation leads to; every one is written to the audit log as well. @default 'deny' */
  readonly action?: PolicyAction;
  /** Namespaces that the policy is not for, by name. @default none */
  readonly exceptNamespaces?: readonly string[];
}

/** A ValidatingAdmissionPolicy and its binding. */
export interface AdmissionPolicyProps extends AdoptionProps {
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
}

/**
 * A policy in CEL that fails closed, bound to the whole cluster. No label that a tenant can set lets a
 * namespace or an object out of it: exceptions are decided in CEL, or name namespaces by the label
 * `kubernetes.io/metadata.name`, which the API server alone writes.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class AdmissionPolicy extends Construct {
  /** @throws PropsError with every problem. */
  constructor(scope: Construct, id: string, props: AdmissionPolicyProps) {
    super(scope, id);
    const { name, action = 'deny', exceptNamespaces = [] } = props;
    validateProps('AdmissionPolicy', [
      ...problemsOfUnknown('action', action, Object.keys(validationActions)),
      ...problemsOfEmpty('match', props.match),
      ...problemsOfEmpty('validations', props.validations),
      ...exceptNamespaces.flatMap((namespace, index) =>
        problemsOfLabel(`exceptNamespaces[${index}]`, namespace),
      ),
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
        ...(exceptNamespaces.length > 0 && {
          matchResources: {
            namespaceSelector: {
              matchExpressions: [
                {
                  key: 'kubernetes.io/metadata.name',
                  operator: 'NotIn' as const,
                  values: exceptNamespaces,
                },
              ],
            },
          },
        }),
      },
    });
  }
}
