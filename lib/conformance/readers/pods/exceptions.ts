import { policyApiGroup } from '../../../kubernetes/powers/policy-api-group';
import type { Facts } from '../../facts';
import { readDenyingPolicies, sees } from '../admission-policies';
import { memoize } from '../memoize';
import { readGrants } from '../rbac';

/** Whether a policy over pods is among the facts that lets only those through that it names. */
export const hasNamedExceptions = memoize((facts: Facts): boolean =>
  (readDenyingPolicies(facts) ?? []).some(
    (policy) =>
      sees(policy, 'CREATE', 'pods') &&
      policy.expressions.some((cel) => cel.includes(policyApiGroup) && cel.includes('podrules')),
  ),
);

/** Which rule of the pod policy a violation is against, by the words that it is told in. */
const rules: readonly (readonly [words: RegExp, rule: string])[] = [
  [/^host(Network|PID|IPC)$/, 'host-namespaces'],
  [/^(hostPath|volume) /, 'volumes'],
  [/: privileged$/, 'privileged'],
  [/: capability /, 'capabilities'],
  [/: hostPort /, 'host-ports'],
  [/: probe or hook /, 'host-probes'],
  [/: procMount /, 'proc-mount'],
  [/seccompProfile/, 'seccomp'],
  [/appArmor/i, 'apparmor'],
  [/: seLinuxOptions$/, 'selinux'],
  [/^sysctl /, 'sysctls'],
  [/: hostProcess$/, 'windows'],
  [/: allowPrivilegeEscalation$/, 'privilege-escalation'],
];

/**
 * Whether a service account is exempt, by name, from all rules that a pod violates; always false where
 * no policy with such exceptions is among the facts: the rights then mean nothing.
 *
 * @param account `NAMESPACE/NAME`
 */
export function isExempt(facts: Facts, account: string, violations: readonly string[]): boolean {
  const granted = exceptionsOf(facts).get(account);
  if (!granted) return false;
  return violations.every((violation) => {
    const rule = rules.find(([words]) => words.test(violation))?.[1];
    // The policy has no rule on users: whoever has an exception may need root for it.
    return rule === undefined || granted.has(rule) || granted.has('*');
  });
}

/** Rules that service accounts are exempt from by role bindings of their own namespace. */
const exceptionsOf = memoize((facts: Facts): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  if (!hasNamedExceptions(facts)) return found;
  for (const { binding, role, subjects } of readGrants(facts)) {
    if (binding.kind !== 'RoleBinding') continue;
    const granted = (role?.rules ?? [])
      .filter(
        ({ apiGroups, resources, verbs }) =>
          apiGroups?.includes(policyApiGroup) &&
          resources?.includes('podrules') &&
          verbs?.includes('use'),
      )
      .flatMap(({ resourceNames }) => (resourceNames?.length ? resourceNames : ['*']));
    for (const { kind, name, namespace } of granted.length > 0 ? subjects : []) {
      if (kind !== 'ServiceAccount' || namespace !== binding.metadata.namespace) continue;
      const account = `${namespace ?? ''}/${name}`;
      found.set(account, new Set([...(found.get(account) ?? []), ...granted]));
    }
  }
  return found;
});
