import type { Check, Verdict } from '../../check';
import type { Facts, ManifestFact } from '../../facts';
import { missing, notApplicable, pass, unknown, verdictOf, type Finding } from '../../finding';
import { readDenyingPolicies, sees } from '../../readers/admission-policies';
import { componentFlags } from '../../readers/component-flags';
import { manifestsOfKind } from '../../readers/documents';
import { flagList } from '../../readers/flags';
import { mappingsAt, textAt, textsAt } from '../../readers/values';
import { onManifests } from './evaluate-manifests';

/** Tokens of default service accounts. */
export const serviceAccountChecks: readonly Check[] = [
  {
    id: 'service-accounts/default-automount-off',
    title: 'The default service account of each namespace mounts no token',
    why: 'A pod that never talks to the API would otherwise carry a key to it.',
    remedy:
      'Set automountServiceAccountToken: false on the service account default of the namespace.',
    run: automountOff,
  },
  {
    id: 'service-accounts/default-automount-off-without-rbac',
    title: 'Without RBAC, default service accounts mount no token',
    why: 'Without RBAC such a token may do everything.',
    remedy:
      'Use RBAC, or set automountServiceAccountToken: false on every default service account.',
    run: (facts) => {
      const servers = componentFlags(facts, 'kube-apiserver');
      if (servers.length === 0) return unknown('no API server among the facts');
      return servers.every(({ flags }) => flagList(flags, 'authorization-mode').includes('RBAC'))
        ? notApplicable('RBAC is on')
        : automountOff(facts);
    },
  },
  {
    id: 'service-accounts/new-namespaces',
    title: 'Default service accounts of later namespaces mount no token either',
    why: 'Kubernetes makes such an account in every new namespace, with its token on.',
    remedy:
      'Bind a MutatingAdmissionPolicy over service accounts (1.36 on), or a ValidatingAdmissionPolicy that refuses pods with that token.',
    run: (facts) => onManifests(facts, () => laterNamespaces(facts)),
  },
];

function automountOff(facts: Facts): Verdict {
  return onManifests(facts, (manifests) => {
    const accounts = new Map(
      manifests
        .filter(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'default')
        .map((account) => [account.metadata.namespace, account] as const)
        // The first of several counts, whichever the cluster would take.
        .reverse(),
    );
    return verdictOf(
      manifestsOfKind(facts, 'Namespace')?.map(({ metadata: { name } }): Finding => {
        const account = accounts.get(name);
        const automount =
          textAt(account, 'automountServiceAccountToken') ?? 'true, as nothing is said';
        return {
          holds: automount === 'false',
          byAbsence: account === undefined,
          evidence: `namespace ${name}: service account default: automountServiceAccountToken ${automount}`,
        };
      }),
      'no namespaces among the manifests',
    );
  });
}

function laterNamespaces(facts: Facts): Verdict {
  const bound = (manifestsOfKind(facts, 'MutatingAdmissionPolicyBinding') ?? []).map((binding) =>
    textAt(binding, 'spec', 'policyName'),
  );
  const mutating = (manifestsOfKind(facts, 'MutatingAdmissionPolicy') ?? []).filter(
    (policy) => bound.includes(policy.metadata.name) && turnsTokensOff(policy),
  );
  const refusing = (readDenyingPolicies(facts) ?? []).filter(
    (policy) =>
      sees(policy, 'CREATE', 'pods') &&
      policy.expressions.some(
        (cel) =>
          cel.includes('serviceAccountName') &&
          /kube-api-access-|automountServiceAccountToken|serviceAccountToken/.test(cel),
      ),
  );
  const names = [
    ...mutating.map(({ metadata }) => `MutatingAdmissionPolicy ${metadata.name}`),
    ...refusing.map(({ name }) => `ValidatingAdmissionPolicy ${name}`),
  ];
  return names.length > 0 ? pass(...names) : missing('no policy looks at default service accounts');
}

function turnsTokensOff(policy: ManifestFact): boolean {
  const rules = mappingsAt(policy, 'spec', 'matchConstraints', 'resourceRules');
  const expressions = mappingsAt(policy, 'spec', 'mutations').map(
    (row) =>
      textAt(row, 'applyConfiguration', 'expression') ??
      textAt(row, 'jsonPatch', 'expression') ??
      '',
  );
  return (
    rules.some((rule) => textsAt(rule, 'resources').includes('serviceaccounts')) &&
    expressions.some((cel) => /automountServiceAccountToken:?\s*(false|["'].*false)/.test(cel))
  );
}
