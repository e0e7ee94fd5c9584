import { loadAll } from 'js-yaml';
import type { Facts, MachineFact, ManifestFact } from '../facts';
import { memoize } from './memoize';
import { isMapping, textAt, type Mapping } from './values';

/** A YAML document with a kind, and the file of the machine it stands in. */
export interface MachineDocument {
  readonly machine: MachineFact;
  readonly path: string;
  readonly kind: string;
  readonly content: Mapping;
}

const mayHoldYaml = /\.(ya?ml|json|conf|config)$/;
/** Configurations of components and static pods; kubeconfigs and audit policies are left alone. */
const wantedKind = /^\s*"?kind"?\s*:\s*["']?(\w*Configuration|Pod)\b/m;

/**
 * Every configuration and static pod among the files of a machine. A file that is no YAML is not looked
 * at: sshd and sysctl use the ending `.conf` too.
 */
export const machineDocuments = memoize((machine: MachineFact): readonly MachineDocument[] =>
  Object.entries(machine.files)
    .filter(([path, { content }]) => mayHoldYaml.test(path) && wantedKind.test(content))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, { content }]) =>
      parseDocuments(`${machine.name}: ${path}`, content).map((document) => ({
        machine,
        path,
        kind: textAt(document, 'kind') ?? '',
        content: document,
      })),
    ),
);

/** Documents of one kind over all machines; undefined where the facts hold no machines. */
export function documentsOfKind(
  facts: Facts,
  kind: string,
): readonly MachineDocument[] | undefined {
  return facts.machines?.flatMap(machineDocuments).filter((document) => document.kind === kind);
}

/** Manifests of one kind; undefined where the facts hold no manifests. */
export function manifestsOfKind(facts: Facts, kind: string): readonly ManifestFact[] | undefined {
  return facts.manifests && (manifestsByKind(facts).get(kind) ?? []);
}

const manifestsByKind = memoize((facts: Facts): ReadonlyMap<string, readonly ManifestFact[]> => {
  const byKind = new Map<string, ManifestFact[]>();
  for (const manifest of facts.manifests ?? []) {
    const known = byKind.get(manifest.kind);
    if (known) known.push(manifest);
    else byKind.set(manifest.kind, [manifest]);
  }
  return byKind;
});

function parseDocuments(location: string, content: string): readonly Mapping[] {
  try {
    return loadAll(content)
      .filter(isMapping)
      .filter((document) => typeof document.kind === 'string');
  } catch (error) {
    throw new Error(`${location} is no YAML: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}
