import { compareParts, type MachineChange } from './machines';

/** A file of in-cluster manifests, with its objects. */
export interface ManifestObjects {
  readonly objects: readonly object[];
}

/** Manifests of the cluster before and after. */
export interface ManifestPair {
  readonly from: readonly ManifestObjects[];
  readonly to: readonly ManifestObjects[];
}

/** Objects that come, go or change, each as `Kind namespace/name`. */
export function compareManifests({ from, to }: ManifestPair): MachineChange['parts'] {
  return compareParts(objectsByName(from), objectsByName(to));
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function objectsByName(files: readonly ManifestObjects[]): ReadonlyMap<string, string> {
  const objects = files.flatMap((file) => file.objects as readonly KubernetesObject[]);
  return new Map(
    objects.map((object) => {
      const { name, namespace } = object.metadata;
      const qualifiedName = namespace === undefined ? name : `${namespace}/${name}`;
      return [`${object.kind} ${qualifiedName}`, JSON.stringify(object)];
    }),
  );
}
