import type { Blueprint } from '../blueprint/blueprint';
import { parseCidr, renderAddress, renderCidr, sizeOf, type Ipv4Network } from '../blueprint/ipv4';
import { forEachKind, type SubnetKind } from './subnet-kinds';

/** The subnets of one zone. */
export interface ZoneSubnets {
  readonly zone: string;
  /** NAT gateway, public load balancer, bastion. */
  readonly public: string;
  /** Workers, interface endpoints. */
  readonly private: string;
  /** Control-plane machines and the internal load balancer: addresses tell them from workers. */
  readonly 'control-plane': string;
  /** etcd members; no route to the internet. */
  readonly etcd: string;
}

/** Addresses of everything that has a fixed one. All CIDRs and addresses are IPv4 text. */
export interface AddressPlan {
  readonly vpc: string;
  readonly subnets: readonly ZoneSubnets[];
  /** Private address of each etcd member by its name. */
  readonly etcdMembers: Readonly<Record<string, string>>;
  /**
   * Where machines of a kind may ever be, whatever zones and members are in use: the subnets of every
   * slot. What names these stays the same when a zone or a member is added.
   */
  readonly reserved: ReservedNetworks;
}

/** One network a slot, in the order of the slots. */
export interface ReservedNetworks extends Readonly<Record<SubnetKind, readonly string[]>> {
  /** Private and control-plane subnets of each slot as one network. */
  readonly nodes: readonly string[];
  /** The part of each etcd subnet that members get their addresses from. */
  readonly etcdMembers: readonly string[];
}

/** Zones the VPC is cut for, whatever the number in use, so that a further one moves nothing. */
export function zoneSlots(vpcPrefix: number): number {
  return vpcPrefix <= 21 ? 8 : 4;
}

/**
 * Cuts the VPC, or the cluster's part of it, into one slot a zone, and each slot into quarters: private, control plane, public and
 * etcd. Depends on a zone's place in the list only, so that appending a zone, a pool or a member
 * moves nothing.
 */
export function planAddresses(
  blueprint: Pick<Blueprint, 'network' | 'zones' | 'etcd'>,
): AddressPlan {
  const { vpcCidr, subnetCidr = vpcCidr } = blueprint.network;
  const room = parseCidr(subnetCidr);
  if (!room) throw new Error(`network.subnetCidr is no CIDR: ${subnetCidr}`);
  const slots = cutSlots(room);
  const subnets = blueprint.zones.map((zone, index) => {
    const slot = slots[index];
    if (!slot) throw new Error(`no room for zone ${zone} in ${subnetCidr}`);
    return { zone, ...slot };
  });
  const etcdByZone = new Map<string, Ipv4Network>(subnets.map(({ zone, etcd }) => [zone, etcd]));
  const taken = new Map<string, number>();
  const etcdMembers = blueprint.etcd.members.map(({ name, zone }): [string, string] => {
    const subnet = etcdByZone.get(zone);
    if (!subnet) throw new Error(`${name} is in zone ${zone}, which has no subnet`);
    const index = taken.get(zone) ?? 0;
    taken.set(zone, index + 1);
    return [name, renderAddress(subnet.base + firstMemberAddress + index)];
  });
  return {
    vpc: vpcCidr,
    subnets: subnets.map((subnet) => ({
      zone: subnet.zone,
      ...forEachKind((kind) => renderCidr(subnet[kind])),
    })),
    etcdMembers: Object.fromEntries(etcdMembers),
    reserved: {
      ...forEachKind((kind) => slots.map((slot) => renderCidr(slot[kind]))),
      nodes: slots.map(({ private: { base, prefix } }) => renderCidr({ base, prefix: prefix - 1 })),
      etcdMembers: slots.map(({ etcd: { base } }) => renderCidr({ base, prefix: memberPrefix })),
    },
  };
}

function cutSlots(room: Ipv4Network) {
  const count = zoneSlots(room.prefix);
  const slot = room.prefix + Math.log2(count);
  const prefix = slot + Math.log2(order.length);
  return Array.from({ length: count }, (_, index) => {
    const base = room.base + index * sizeOf(slot);
    return forEachKind((kind) => ({ base: base + order.indexOf(kind) * sizeOf(prefix), prefix }));
  });
}

/** Quarters of a slot, from its first address on; the two of nodes make up one network. */
const order: readonly SubnetKind[] = ['private', 'control-plane', 'public', 'etcd'];

/** AWS keeps the first four addresses of a subnet and the last. */
const firstMemberAddress = 4;

/** Sixteen addresses: seven members, the most there are, fit into one zone beside what AWS keeps. */
const memberPrefix = 28;
