import type { LabelSelector } from '../label-selector';

/** Which requests a policy sees. */
export interface MatchRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT')[];
  /** Plural names, with subresources as `pods/exec`. */
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A named CEL expression that later expressions use as `variables.<name>`. */
export interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** One demand: a CEL expression that must hold. */
export interface Validation {
  readonly expression: string;
  readonly message: string;
  readonly reason: 'Forbidden' | 'Invalid';
}

/** An addition to the audit event of every request the policy sees; null adds nothing. */
export interface AuditAnnotation {
  readonly key: string;
  readonly valueExpression: string;
}

interface AdmissionSpec {
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly matchConstraints: {
    readonly namespaceSelector?: LabelSelector;
    readonly objectSelector?: LabelSelector;
    readonly resourceRules: readonly MatchRule[];
  };
  readonly matchConditions?: readonly Variable[];
  readonly variables?: readonly Variable[];
}

/** Spec of a ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1). */
export interface ValidatingAdmissionSpec extends AdmissionSpec {
  readonly validations: readonly Validation[];
  readonly auditAnnotations?: readonly AuditAnnotation[];
}

/** One change: an object that is merged, or a patch (RFC 6902), in CEL. */
export type Mutation =
  | {
      readonly patchType: 'ApplyConfiguration';
      readonly applyConfiguration: { readonly expression: string };
    }
  | { readonly patchType: 'JSONPatch'; readonly jsonPatch: { readonly expression: string } };

/** Spec of a MutatingAdmissionPolicy (admissionregistration.k8s.io/v1 from 1.36 on). */
export interface MutatingAdmissionSpec extends AdmissionSpec {
  readonly reinvocationPolicy: 'Never' | 'IfNeeded';
  /** Kind of the objects that expressions see as `params`. */
  readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
  readonly mutations: readonly Mutation[];
}

/** Spec of either kind of binding. */
export interface AdmissionBindingSpec {
  readonly policyName: string;
  readonly validationActions?: readonly ('Deny' | 'Warn' | 'Audit')[];
  readonly matchResources?: { readonly namespaceSelector?: LabelSelector };
  readonly paramRef?: {
    readonly selector: LabelSelector;
    readonly parameterNotFoundAction: 'Allow' | 'Deny';
  };
}
