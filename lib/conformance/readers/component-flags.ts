import type { Facts, ManifestFact } from '../facts';
import { machineDocuments, type MachineDocument } from './documents';
import { parseFlags, type Flags } from './flags';
import { kubeadmDefaults } from './kubeadm-defaults';
import { memoize } from './memoize';
import { isMapping, mappingsAt, textAt, textsAt, valueAt, type Mapping } from './values';

/** Programs of the control plane that run as static pods. */
export type ControlPlaneComponent =
  'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'etcd';

/** Flags of one process, and where they were read. */
export interface ComponentFlags {
  readonly component: ControlPlaneComponent;
  /** Such as `control-plane: /etc/kubernetes/kubeadm.yaml`. */
  readonly location: string;
  readonly flags: Flags;
}

/**
 * Flags of every instance of a component: out of kubeadm's ClusterConfiguration, static pod
 * manifests on machines, and pods of a running cluster.
 */
export function componentFlags(
  facts: Facts,
  component: ControlPlaneComponent,
): readonly ComponentFlags[] {
  return allComponentFlags(facts).filter((found) => found.component === component);
}

const allComponentFlags = memoize((facts: Facts): readonly ComponentFlags[] => [
  ...(facts.machines ?? []).flatMap(machineDocuments).flatMap(readDocument),
  ...(facts.manifests ?? []).flatMap((manifest) =>
    readPod(manifest, `pod ${manifest.metadata.name}`),
  ),
]);

function readDocument(document: MachineDocument): ComponentFlags[] {
  const location = `${document.machine.name}: ${document.path}`;
  if (document.kind === 'Pod') return readPod(document.content, location);
  if (document.kind !== 'ClusterConfiguration') return [];
  return (['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const).map(
    (component) => ({ component, location, flags: readCluster(document.content, component) }),
  );
}

const kubeadmSections = {
  'kube-apiserver': 'apiServer',
  'kube-controller-manager': 'controllerManager',
  'kube-scheduler': 'scheduler',
} as const;

/** kubeadm's own flags with `extraArgs` over them: a list since v1beta4, a mapping before. */
function readCluster(cluster: Mapping, component: keyof typeof kubeadmSections): Flags {
  const extra = valueAt(cluster, kubeadmSections[component], 'extraArgs');
  const pairs: [string, string][] = Array.isArray(extra)
    ? extra.filter(isMapping).map((row) => [textAt(row, 'name') ?? '', textAt(row, 'value') ?? ''])
    : Object.keys(isMapping(extra) ? extra : {}).map((key) => [key, textAt(extra, key) ?? '']);
  const flags = new Map<string, readonly string[]>();
  for (const [name, value] of pairs) flags.set(name, [...(flags.get(name) ?? []), value]);
  const defaults = kubeadmDefaults(cluster, component, flags);
  return new Map([...defaults.map(([name, value]) => [name, [value]] as const), ...flags]);
}

function readPod(pod: ManifestFact | Mapping, location: string): ComponentFlags[] {
  if (textAt(pod, 'kind') !== 'Pod') return [];
  return mappingsAt(pod, 'spec', 'containers').flatMap((container) => {
    const words = [...textsAt(container, 'command'), ...textsAt(container, 'args')];
    const program = words[0]?.split('/').at(-1);
    const component = components.find((name) => name === program);
    return component ? [{ component, location, flags: parseFlags(words.slice(1)) }] : [];
  });
}

const components: readonly ControlPlaneComponent[] = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'etcd',
];
