import type { Facts } from '../facts';
import { flagList } from './flags';
import { readKubelets } from './kubelets';

/** Names of the labels that nodes have or give themselves. */
export interface NodeLabels {
  readonly location: string;
  readonly names: readonly string[];
}

/** Labels of Node objects where a cluster runs, else those that kubelets are told to set. */
export function nodeLabels(facts: Facts): readonly NodeLabels[] {
  const nodes = (facts.manifests ?? []).filter(({ kind }) => kind === 'Node');
  if (nodes.length > 0) {
    return nodes.map(({ metadata }) => ({
      location: `node ${metadata.name}`,
      names: Object.keys(metadata.labels ?? {}),
    }));
  }
  return (readKubelets(facts) ?? []).map(({ location, flags }) => ({
    location,
    names: flagList(flags, 'node-labels').map((label) => label.split('=')[0] ?? ''),
  }));
}
