import type { Facts, ManifestFact } from '../facts';
import { manifestsOfKind } from './documents';
import { memoize } from './memoize';
import { mappingsAt, textAt, textsAt, valueAt } from './values';

/** A ValidatingAdmissionPolicy that denies, for the whole cluster. */
export interface DenyingPolicy {
  readonly name: string;
  readonly rules: readonly {
    readonly operations: readonly string[];
    readonly resources: readonly string[];
  }[];
  /** CEL of variables, conditions and validations. */
  readonly expressions: readonly string[];
}

/**
 * Policies that fail closed and that a binding without selectors puts into force with Deny;
 * undefined where the facts hold no manifests.
 */
export const readDenyingPolicies = memoize((facts: Facts): readonly DenyingPolicy[] | undefined => {
  const inForce = new Set(
    (manifestsOfKind(facts, 'ValidatingAdmissionPolicyBinding') ?? [])
      .filter(denies)
      .map((binding) => textAt(binding, 'spec', 'policyName')),
  );
  return manifestsOfKind(facts, 'ValidatingAdmissionPolicy')
    ?.filter(
      (policy) =>
        textAt(policy, 'spec', 'failurePolicy') !== 'Ignore' && inForce.has(policy.metadata.name),
    )
    .map((policy) => ({
      name: policy.metadata.name,
      rules: mappingsAt(policy, 'spec', 'matchConstraints', 'resourceRules').map((rule) => ({
        operations: textsAt(rule, 'operations'),
        resources: textsAt(rule, 'resources'),
      })),
      expressions: ['variables', 'matchConditions', 'validations'].flatMap((key) =>
        mappingsAt(policy, 'spec', key).map((row) => textAt(row, 'expression') ?? ''),
      ),
    }));
});

/** Whether a policy sees an operation on a resource. */
export function sees(policy: DenyingPolicy, operation: string, resource: string): boolean {
  return policy.rules.some(
    ({ operations, resources }) =>
      (operations.includes(operation) || operations.includes('*')) &&
      (resources.includes(resource) || resources.includes('*') || resources.includes('*/*')),
  );
}

function denies(binding: ManifestFact): boolean {
  return (
    textsAt(binding, 'spec', 'validationActions').includes('Deny') &&
    valueAt(binding, 'spec', 'matchResources', 'namespaceSelector') === undefined &&
    valueAt(binding, 'spec', 'matchResources', 'objectSelector') === undefined
  );
}
