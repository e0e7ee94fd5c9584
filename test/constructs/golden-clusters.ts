import { synthesizeManifests, type ManifestFile } from '../../constructs/manifests';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

/** A cluster with one namespace of each sort, in the two profiles that conform. */
export const clusters: Readonly<Record<'standard' | 'strict', Blueprint>> = {
  standard: makeBlueprint({
    namespaces: [
      { name: 'shop', ingressFromNamespaces: ['web'], egressToCidrs: ['0.0.0.0/0'] },
      { name: 'web', apiServerAccess: true },
    ],
  }),
  strict: makeBlueprint({
    profile: 'strict',
    kubernetes: { version: '1.37', sandboxRuntime: 'gvisor' },
    images: { allowedRegistries: ['registry.example.com'] },
    principals: { breakGlassRoleArns: ['arn:aws:iam::123456789012:role/break-glass'] },
    workers: [
      { name: 'general' },
      { name: 'batch', taints: [{ key: 'batch', effect: 'NoSchedule' }] },
    ],
    namespaces: [{ name: 'vault', roleArns: ['arn:aws:iam::123456789012:role/vault'] }],
  }),
};

/** Their manifests. */
export const manifests: Readonly<Record<keyof typeof clusters, readonly ManifestFile[]>> = {
  standard: synthesizeManifests(clusters.standard),
  strict: synthesizeManifests(clusters.strict),
};

/** An object as the tests look at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** All objects of a cluster. */
export function objectsOf(cluster: keyof typeof clusters): readonly Manifest[] {
  return manifests[cluster].flatMap(({ objects }) => objects as readonly Manifest[]);
}

/** What distinguishes an object from all others. */
export function identityOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}
