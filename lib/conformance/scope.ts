import type { Verdict } from './check';
import type { Facts, ManifestScope } from './facts';
import { memoize } from './readers/memoize';

export type { ManifestScope } from './facts';

/** How much the facts are: what is not among those of a whole is not there. */
export type Scope = 'plan' | ManifestScope;

/**
 * Scope of facts. Manifests are a whole cluster where they hold what every running cluster has and
 * nobody writes: a Node, the namespace kube-system and the role cluster-admin.
 */
export const scopeOf = memoize((facts: Facts): Scope => {
  if (facts.source === 'cluster') return 'cluster';
  if (facts.source !== 'manifests') return 'plan';
  if (facts.scope !== undefined) return facts.scope;
  const names = new Set(
    (facts.manifests ?? []).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
  );
  const isCluster =
    (facts.manifests ?? []).some(({ kind }) => kind === 'Node') &&
    names.has('Namespace kube-system') &&
    names.has('ClusterRole cluster-admin');
  return isCluster ? 'cluster' : 'manifests';
});

/**
 * An answer as far as the scope bears it. A part of a cluster shows harm, and protection that is there;
 * what is not there may be elsewhere in the cluster, so that an answer by absence is unknown.
 */
export function limitToScope(verdict: Verdict, facts: Facts): Verdict {
  return verdict.byAbsence === true && scopeOf(facts) === 'manifests'
    ? { status: 'unknown', evidence: verdict.evidence, subjectless: true }
    : verdict;
}
