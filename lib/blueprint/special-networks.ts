import { overlaps, parseCidr, sizeOf, type Ipv4Network } from './ipv4';

/** A network that no machine of the internet or of a VPC can be in. */
export interface SpecialNetwork {
  readonly cidr: string;
  readonly what: string;
}

/**
 * Networks with a meaning of their own. Shared address space (100.64.0.0/10) is not among them: VPCs may have it.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry/
 */
const specialNetworks: readonly SpecialNetwork[] = [
  { cidr: '0.0.0.0/8', what: '"this network"' },
  { cidr: '127.0.0.0/8', what: 'loopback' },
  { cidr: '169.254.0.0/16', what: 'link-local: the metadata service and the DNS of AWS' },
  { cidr: '224.0.0.0/4', what: 'multicast' },
  { cidr: '240.0.0.0/4', what: 'reserved' },
];

/** The special network that a network lies in or reaches into; undefined when there is none. */
export function specialNetworkOf(network: Ipv4Network): SpecialNetwork | undefined {
  return specialNetworks.find(({ cidr }) => {
    const special = parseCidr(cidr);
    return special !== undefined && overlaps(special, network);
  });
}

/** The special network that holds all of a network; undefined when there is none. */
export function specialNetworkAround(network: Ipv4Network): SpecialNetwork | undefined {
  return specialNetworks.find(({ cidr }) => {
    const special = parseCidr(cidr);
    return special !== undefined && special.prefix <= network.prefix && overlaps(special, network);
  });
}

/** Addresses that lists of networks hold together, each counted once. */
export function addressesIn(networks: readonly Ipv4Network[]): number {
  let end = 0;
  let total = 0;
  for (const { base, prefix } of [...networks].sort((a, b) => a.base - b.base)) {
    const next = base + sizeOf(prefix);
    total += Math.max(0, next - Math.max(base, end));
    end = Math.max(end, next);
  }
  return total;
}

/**
 * Whether networks together are the internet: half of all addresses or more, in however many
 * pieces they are written.
 */
export function holdEveryone(cidrs: readonly string[]): boolean {
  const networks = cidrs.map(parseCidr).filter((network) => network !== undefined);
  return addressesIn(networks) >= 2 ** 31;
}
