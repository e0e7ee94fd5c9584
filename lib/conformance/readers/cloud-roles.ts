import type { MachineRole } from '../../machine/machine-config';
import type { Facts, ResourceFact } from '../facts';
import { readCloud, resourcesOfKind } from './cloud';
import { readHosts } from './hosts';
import { isMapping, mappingsAt, textAt } from './values';

const patterns: readonly (readonly [MachineRole, RegExp])[] = [
  ['bastion', /bastion|jump/i],
  ['etcd', /etcd/i],
  ['control-plane', /control-?plane|master/i],
  ['worker', /worker|node(?!-?port)/i],
];

/**
 * The tier that a resource belongs to, by a tag that ends in `tier` or `role`, else by its name or
 * its Name tag; undefined when none of them says. A tag comes first: the name of a cluster may hold
 * the word for a tier.
 */
export function roleOf(resource: ResourceFact): MachineRole | undefined {
  const tags = tagsOf(resource);
  const tagged = tags.find(([key]) => /(^|[:/.-])(tier|role)$/i.test(key))?.[1];
  const words = [tagged, resource.name, tags.find(([key]) => key === 'Name')?.[1]];
  for (const word of words) {
    const found =
      word === undefined ? undefined : patterns.find(([, pattern]) => pattern.test(word));
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

/** A mapping on most resources, a list of keys and values on auto-scaling groups. */
function tagsOf({ inputs }: ResourceFact): readonly (readonly [key: string, value: string])[] {
  const { tags } = inputs;
  if (isMapping(tags)) return Object.keys(tags).map((key) => [key, textAt(tags, key) ?? '']);
  return mappingsAt(inputs, 'tags').map((row) => [
    textAt(row, 'key') ?? '',
    textAt(row, 'value') ?? '',
  ]);
}
