import type { Verdict } from '../../check';
import type { Facts, ManifestFact, SourceLocation } from '../../facts';
import { nothingFound, unknown, verdictOf, type Finding } from '../../finding';

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
  return findings.length === 0 ? nothingFound(nothing) : verdictOf(findings, nothing);
}

/** An object as people name it. */
export function showManifest({ kind, metadata }: ManifestFact): string {
  return metadata.namespace === undefined
    ? `${kind} ${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** Where an object stands, for collectors of files. */
export function locationOf(facts: Facts, manifest: ManifestFact): SourceLocation | undefined {
  return facts.locations?.get(manifest);
}

/** An object as people name it, after its file and line. */
export function showPlace(facts: Facts, manifest: ManifestFact): string {
  const location = locationOf(facts, manifest);
  const shown = showManifest(manifest);
  return location ? `${location.file}:${location.line}: ${shown}` : shown;
}

/** Namespaces that belong to the system itself. */
export function isSystemNamespace(name: string): boolean {
  return /^(kube-system|kube-public|kube-node-lease|calico-(system|apiserver)|tigera-operator|cilium(-.*)?)$/.test(
    name,
  );
}
