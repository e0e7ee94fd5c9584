import type { Facts, ManifestFact } from '../../facts';
import { memoize } from '../memoize';
import { isMapping, mappingsAt, valueAt, type Mapping } from '../values';

/** A pod, or the template that pods are made from. */
export interface PodSubject {
  readonly manifest: ManifestFact;
  readonly spec: Mapping;
  readonly annotations: Mapping;
  readonly namespace: string | undefined;
  readonly serviceAccount: string;
}

/** Kinds of Kubernetes itself that hold no pod; everything else is looked through. */
const podless = new Set(
  'ClusterRole ClusterRoleBinding ConfigMap CustomResourceDefinition Endpoints EndpointSlice Event Ingress Lease Namespace NetworkPolicy Node PersistentVolume PersistentVolumeClaim Role RoleBinding Secret Service ServiceAccount StorageClass'.split(
    ' ',
  ),
);

/** Every pod and pod template among the manifests, those of custom resources as well. */
export const readPods = memoize((facts: Facts): readonly PodSubject[] =>
  (facts.manifests ?? [])
    .filter(({ kind }) => !podless.has(kind))
    .flatMap((manifest) =>
      [...podSpecs(manifest, manifest)].map(({ spec, parent }): PodSubject => {
        const annotations = valueAt(parent, 'metadata', 'annotations');
        const account = spec.serviceAccountName ?? spec.serviceAccount;
        return {
          manifest,
          spec,
          annotations: isMapping(annotations) ? annotations : {},
          namespace: manifest.metadata.namespace,
          serviceAccount: typeof account === 'string' && account !== '' ? account : 'default',
        };
      }),
    ),
);

/** Containers of every kind. */
export function containersOf(spec: Mapping): readonly Mapping[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
    mappingsAt(spec, key),
  );
}

interface FoundSpec {
  readonly spec: Mapping;
  readonly parent: Mapping;
}

/** What has containers is the spec of a pod, wherever it stands. */
function* podSpecs(value: unknown, parent: Mapping): Generator<FoundSpec> {
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) yield* podSpecs(item, parent);
    return;
  }
  if (!isMapping(value)) return;
  if (containersOf(value).some((container) => 'image' in container || 'name' in container)) {
    yield { spec: value, parent };
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    if (key === 'metadata' || key === 'status' || typeof child !== 'object') continue;
    yield* podSpecs(child, value);
  }
}
