import type {
  Facts,
  ManifestFact,
  MachineFact,
  ResourceFact,
} from '../../../lib/conformance/facts';

/** One change to facts. */
export type Change = (facts: Facts) => Facts;

/** Another way to violate what checks prove: none of them may pass afterwards. */
export interface Mutation {
  readonly checks: readonly string[];
  /** Kind of false pass, by its number in docs/reports.md. */
  readonly kind: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  readonly title: string;
  readonly change: Change;
}

/** Makes a row. */
export function mutation(
  checks: string | readonly string[],
  kind: Mutation['kind'],
  title: string,
  change: Change,
): Mutation {
  return { checks: typeof checks === 'string' ? [checks] : checks, kind, title, change };
}

type Machines = string | RegExp;

function onMachine(which: Machines, change: (machine: MachineFact) => MachineFact): Change {
  const chosen = ({ name }: MachineFact) =>
    typeof which === 'string' ? name === which : which.test(name);
  return (facts) => {
    const machines = facts.machines ?? [];
    if (!machines.some(chosen)) throw new Error(`no machine ${String(which)}`);
    return {
      ...facts,
      machines: machines.map((machine) => (chosen(machine) ? change(machine) : machine)),
    };
  };
}

/** Puts a file on a machine, and into the list of its boot, as its author would. */
export const addFile = (which: Machines, path: string, content: string): Change =>
  onMachine(which, (machine) => {
    const list = machine.files['/etc/hardened-cluster/boot/files'];
    return {
      ...machine,
      files: {
        ...machine.files,
        ...(list
          ? {
              '/etc/hardened-cluster/boot/files': {
                ...list,
                content: `${list.content}${path}\t0644\troot:root\tplain\n`,
              },
            }
          : {}),
        [path]: { content, mode: '0644', owner: 'root:root' },
      },
    };
  });

/** Takes a file away, also from the list of boot. */
export const removeFile = (which: Machines, path: string): Change =>
  onMachine(which, (machine) => {
    if (!(path in machine.files)) throw new Error(`${machine.name} has no ${path}`);
    return {
      ...machine,
      files: Object.fromEntries(
        Object.entries(machine.files)
          .filter(([name]) => name !== path)
          .map(([name, file]) => [
            name,
            name === '/etc/hardened-cluster/boot/files'
              ? {
                  ...file,
                  content: file.content
                    .split('\n')
                    .filter((line) => !line.startsWith(`${path}\t`))
                    .join('\n'),
                }
              : file,
          ]),
      ),
    };
  });

/** Replaces text in a file; the text must be there. */
export const edit = (which: Machines, path: string, from: string | RegExp, to: string): Change =>
  onMachine(which, (machine) => {
    const file = machine.files[path];
    const content = file?.content.replace(from, to);
    if (!file || content === undefined || content === file.content) {
      throw new Error(`${machine.name}: ${path} has no ${String(from)}`);
    }
    return { ...machine, files: { ...machine.files, [path]: { ...file, content } } };
  });

/** Sets the user-data of a machine. */
export const userData = (which: Machines, change: (text: string) => string): Change =>
  onMachine(which, (machine) => ({ ...machine, userData: change(machine.userData) }));

/** One after the other. */
export const both =
  (...changes: readonly Change[]): Change =>
  (facts) =>
    changes.reduce((changed, change) => change(changed), facts);

/** Adds a resource. */
export const addResource = (
  type: string,
  inputs: ResourceFact['inputs'],
  name = 'added',
): Change => {
  return (facts) => ({
    ...facts,
    resources: [
      ...(facts.resources ?? []),
      {
        urn: `urn:pulumi:x::x::${type}::${name}`,
        type,
        name,
        id: `${name}-id`,
        arn: `arn:aws:x:::${name}`,
        inputs,
      },
    ],
  });
};

/** Changes resources of a type whose name fits. */
export const onResources = (
  type: string,
  name: RegExp,
  change: (resource: ResourceFact, facts: Facts) => ResourceFact['inputs'],
): Change => {
  const chosen = (resource: ResourceFact) =>
    resource.type.endsWith(`:${type}`) && name.test(resource.name);
  return (facts) => {
    const resources = facts.resources ?? [];
    if (!resources.some(chosen)) throw new Error(`no ${type} ${String(name)}`);
    return {
      ...facts,
      resources: resources.map((resource) =>
        chosen(resource) ? { ...resource, inputs: change(resource, facts) } : resource,
      ),
    };
  };
};

/** Sets inputs of resources. */
export const setInputs = (type: string, name: RegExp, inputs: ResourceFact['inputs']): Change =>
  onResources(type, name, (resource) => ({ ...resource.inputs, ...inputs }));

/** Removes resources. */
export const removeResources =
  (type: string, name: RegExp): Change =>
  (facts) => {
    const resources = (facts.resources ?? []).filter(
      (resource) => !(resource.type.endsWith(`:${type}`) && name.test(resource.name)),
    );
    if (resources.length === facts.resources?.length) throw new Error(`no ${type} ${String(name)}`);
    return { ...facts, resources };
  };

/** Id of a resource, as others name it. */
export function idOf(facts: Facts, type: string, name: RegExp): string {
  const found = facts.resources?.find(
    (resource) => resource.type.endsWith(`:${type}`) && name.test(resource.name),
  );
  if (!found) throw new Error(`no ${type} ${String(name)}`);
  return found.id ?? found.urn;
}

/** Adds a manifest. */
export const addManifest =
  (apiVersion: string, kind: string, name: string, rest: object, namespace?: string): Change =>
  (facts) => ({
    ...facts,
    manifests: [
      ...(facts.manifests ?? []),
      {
        apiVersion,
        kind,
        metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        ...rest,
      },
    ],
  });

/** Changes manifests by their JSON text. */
export const editManifest = (
  kind: string,
  name: RegExp,
  change: (manifest: ManifestFact) => ManifestFact,
): Change => {
  const chosen = (manifest: ManifestFact) =>
    manifest.kind === kind && name.test(manifest.metadata.name);
  return (facts) => {
    const before = facts.manifests ?? [];
    const manifests = before.map((manifest) => (chosen(manifest) ? change(manifest) : manifest));
    if (JSON.stringify(manifests) === JSON.stringify(before)) {
      throw new Error(`${kind} ${String(name)}: nothing changed`);
    }
    return { ...facts, manifests };
  };
};

/** Sets fields of the spec of manifests. */
export const setSpec = (kind: string, name: RegExp, fields: object): Change =>
  editManifest(kind, name, (manifest) => ({
    ...manifest,
    spec: { ...(manifest.spec as object), ...fields },
  }));

/** Replaces text in the JSON of manifests. */
export const replaceInManifest = (
  kind: string,
  name: RegExp,
  from: string | RegExp,
  to: string,
): Change =>
  editManifest(
    kind,
    name,
    (manifest) => JSON.parse(JSON.stringify(manifest).replace(from, to)) as ManifestFact,
  );

/** Removes manifests. */
export const removeManifests =
  (kind: string, name: RegExp): Change =>
  (facts) => {
    const manifests = (facts.manifests ?? []).filter(
      (manifest) => !(manifest.kind === kind && name.test(manifest.metadata.name)),
    );
    if (manifests.length === facts.manifests?.length) throw new Error(`no ${kind} ${String(name)}`);
    return { ...facts, manifests };
  };
