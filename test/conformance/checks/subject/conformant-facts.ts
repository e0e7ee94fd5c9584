import type { Facts, ManifestFact, ResourceFact } from '../../../../lib/conformance/facts';
import { conformantCertificates } from './certificates';
import { conformantMachines } from './machines';
import { conformantManifests } from './manifests';
import { conformantResources } from './resources';

/** Small hand-made facts that every check but those of one topic passes on. */
export const conformantFacts: Facts = {
  source: 'plan',
  kubernetesVersion: '1.36.4',
  today: '2026-09-01',
  machines: conformantMachines,
  resources: conformantResources,
  manifests: conformantManifests,
  certificates: conformantCertificates,
};

/** One change to facts. */
export type Mutation = (facts: Facts) => Facts;

/**
 * Replaces a text in one file of one machine.
 *
 * @throws Error when the text is not there, so that a mutation never changes nothing
 */
export function replaceInFile(machine: string, path: string, from: string, to: string): Mutation {
  return (facts) => ({
    ...facts,
    machines: replaceOne(
      facts.machines,
      ({ name }) => name === machine,
      (found) => {
        const file = found.files[path];
        if (!file?.content.includes(from)) throw new Error(`${machine}: ${path} has no ${from}`);
        const content = file.content.replace(from, to);
        return { ...found, files: { ...found.files, [path]: { ...file, content } } };
      },
    ),
  });
}

/** Takes a file from a machine. */
export function removeFile(machine: string, path: string): Mutation {
  return (facts) => ({
    ...facts,
    machines: replaceOne(
      facts.machines,
      ({ name }) => name === machine,
      (found) => {
        if (!(path in found.files)) throw new Error(`${machine} has no ${path}`);
        return {
          ...found,
          files: Object.fromEntries(Object.entries(found.files).filter(([key]) => key !== path)),
        };
      },
    ),
  });
}

/** Adds a file to a machine. */
export function addFile(machine: string, path: string, content: string): Mutation {
  return (facts) => ({
    ...facts,
    machines: replaceOne(
      facts.machines,
      ({ name }) => name === machine,
      (found) => ({
        ...found,
        files: { ...found.files, [path]: { content, mode: '0644', owner: 'root:root' } },
      }),
    ),
  });
}

/** Sets inputs of one resource, found by the last part of its type and by its name. */
export function setInputs(kind: string, name: string, inputs: ResourceFact['inputs']): Mutation {
  return (facts) => ({
    ...facts,
    resources: replaceOne(
      facts.resources,
      (resource) => resource.type.endsWith(`:${kind}`) && resource.name === name,
      (found) => ({ ...found, inputs: { ...found.inputs, ...inputs } }),
    ),
  });
}

/** Adds one resource. */
export function addResource(resource: ResourceFact): Mutation {
  return (facts) => ({ ...facts, resources: [...(facts.resources ?? []), resource] });
}

/** Removes one resource. */
export function removeResource(kind: string, name: string): Mutation {
  return (facts) => {
    const resources = (facts.resources ?? []).filter(
      (resource) => !(resource.type.endsWith(`:${kind}`) && resource.name === name),
    );
    if (resources.length === facts.resources?.length) throw new Error(`no ${kind} ${name}`);
    return { ...facts, resources };
  };
}

/** Adds one manifest. */
export function addManifest(manifest: ManifestFact): Mutation {
  return (facts) => ({ ...facts, manifests: [...(facts.manifests ?? []), manifest] });
}

/** Sets fields of one manifest. */
export function setManifest(
  kind: string,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): Mutation {
  return (facts) => ({
    ...facts,
    manifests: replaceOne(
      facts.manifests,
      (manifest) => manifest.kind === kind && manifest.metadata.name === name,
      (found) => ({ ...found, ...fields }),
    ),
  });
}

/** Removes one manifest. */
export function removeManifest(kind: string, name: string): Mutation {
  return (facts) => {
    const manifests = (facts.manifests ?? []).filter(
      (manifest) => !(manifest.kind === kind && manifest.metadata.name === name),
    );
    if (manifests.length === facts.manifests?.length) throw new Error(`no ${kind} ${name}`);
    return { ...facts, manifests };
  };
}

/** Sets fields of the facts themselves. */
export function setFacts(fields: Partial<Facts>): Mutation {
  return (facts) => ({ ...facts, ...fields });
}

function replaceOne<T>(
  items: readonly T[] | undefined,
  matches: (item: T) => boolean,
  change: (item: T) => T,
): readonly T[] {
  if (items?.some(matches) !== true) throw new Error('nothing to mutate');
  return items.map((item) => (matches(item) ? change(item) : item));
}
