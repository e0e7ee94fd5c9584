import type { Verdict } from '../../check';
import type { Facts, ManifestFact } from '../../facts';
import { pass, unknown, verdictOf, type Finding } from '../../finding';

/** Runs over manifests; none at all is unknown, never a pass. */
export function onManifests(
  facts: Facts,
  evaluate: (manifests: readonly ManifestFact[]) => Verdict,
): Verdict {
  return facts.manifests === undefined || facts.manifests.length === 0
    ? unknown('no manifests among the facts')
    : evaluate(facts.manifests);
}

/** Passes where nothing is found that could be wrong, though there were manifests to look at. */
export function noneWrong(findings: readonly Finding[], nothing: string): Verdict {
  return findings.length === 0 ? pass(nothing) : verdictOf(findings, nothing);
}

/** An object as people name it. */
export function showManifest({ kind, metadata }: ManifestFact): string {
  return metadata.namespace === undefined
    ? `${kind} ${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** Namespaces that belong to the system itself. */
export function isSystemNamespace(name: string): boolean {
  return /^(kube-system|kube-public|kube-node-lease|calico-(system|apiserver)|tigera-operator|cilium(-.*)?)$/.test(
    name,
  );
}
