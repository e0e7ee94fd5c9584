import type { Blueprint } from '../blueprint/blueprint';
import type { AddressPlan } from '../network/address-plan';
import { planInitialCluster } from './plan-member-flags';

/**
 * Path below `/<cluster>/` of what machines look up of the tier when they start, instead of carrying
 * it with them. Nothing secret may ever lie below it: who may list a path sees all that is there.
 *
 * @see docs/decisions/0043-members-are-looked-up.md
 */
export const tierDirectoryPath = 'etcd/tier';

/** Stands in rendered files where the machine puts the address of a member, once for each. */
export const memberAddressToken = '@HC_ETCD_MEMBER@';

/** A parameter of the directory; plain text. */
export interface TierParameter {
  /** Last part of its path: the name of a member, or `initial-members`. */
  readonly name: string;
  readonly value: string;
  /** Whether it keeps its first value for ever. */
  readonly writtenOnce: boolean;
}

/**
 * The address of each member, and who founds the cluster: the members that there are when it is made,
 * as `--initial-cluster` has them. No other member ever starts a cluster, so that a member added later
 * joins the one that is there or waits.
 */
export function planTierDirectory(
  blueprint: Blueprint,
  addresses: AddressPlan,
): readonly TierParameter[] {
  return [
    ...Object.entries(addresses.etcdMembers).map(([name, value]) => ({
      name,
      value,
      writtenOnce: false,
    })),
    { name: 'initial-members', value: planInitialCluster(blueprint, addresses), writtenOnce: true },
  ];
}
