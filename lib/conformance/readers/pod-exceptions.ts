import { policyApiGroup } from '../../kubernetes/powers/policy-api-group';
import type { Facts } from '../facts';
import { readDenyingPolicies, sees } from './admission-policies';
import { memoize } from './memoize';
import { readGrants } from './rbac';

/**
 * Service accounts, as `NAMESPACE/NAME`, that a role binding of their own namespace exempts from a
 * policy over pods. Empty where no such policy is among the facts: the rights then mean nothing.
 */
export const serviceAccountExceptions = memoize((facts: Facts): ReadonlySet<string> => {
  const asksForExceptions = (readDenyingPolicies(facts) ?? []).some(
    (policy) =>
      sees(policy, 'CREATE', 'pods') &&
      policy.expressions.some((cel) => cel.includes(policyApiGroup) && cel.includes('podrules')),
  );
  if (!asksForExceptions) return new Set();
  return new Set(
    readGrants(facts)
      .filter(
        ({ binding, role }) =>
          binding.kind === 'RoleBinding' &&
          role?.rules.some(
            ({ apiGroups, resources, verbs }) =>
              apiGroups?.includes(policyApiGroup) &&
              resources?.includes('podrules') &&
              verbs?.includes('use'),
          ),
      )
      .flatMap(({ binding, subjects }) =>
        subjects
          .filter(({ kind }) => kind === 'ServiceAccount')
          .map(({ name, namespace }) => `${namespace ?? binding.metadata.namespace ?? ''}/${name}`)
          .filter((account) => account.startsWith(`${binding.metadata.namespace ?? ''}/`)),
      ),
  );
});
