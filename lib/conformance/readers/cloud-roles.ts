import type { MachineRole } from '../../machine/machine-config';
import type { Facts, ResourceFact } from '../facts';
import { readCloud, resourcesOfKind } from './cloud';
import { readHosts } from './hosts';
import { textAt } from './values';

const patterns: readonly (readonly [MachineRole, RegExp])[] = [
  ['bastion', /bastion|jump/i],
  ['etcd', /etcd/i],
  ['control-plane', /control-?plane|master/i],
  ['worker', /worker|node(?!-?port)/i],
];

/** The tier that a resource belongs to, by its name or its Name tag; undefined when neither says. */
export function roleOf({ name, inputs }: ResourceFact): MachineRole | undefined {
  const words = [name, textAt(inputs, 'tags', 'Name') ?? '', textAt(inputs, 'name') ?? ''];
  for (const word of words) {
    const found = patterns.find(([, pattern]) => pattern.test(word));
    if (found) return found[0];
  }
  return undefined;
}

/** Keys of the security groups of a tier: those of its machines, else those of its name. */
export function groupsOfRole(facts: Facts, role: MachineRole): ReadonlySet<string> {
  const hosts = (readHosts(facts) ?? []).filter(({ resource }) => roleOf(resource) === role);
  const used = hosts.flatMap(({ groups }) => groups);
  if (used.length > 0) return new Set(used);
  const cloud = readCloud(facts);
  const named = cloud ? resourcesOfKind(cloud, 'SecurityGroup') : [];
  return new Set(named.filter((group) => roleOf(group) === role).map(({ urn }) => urn));
}
