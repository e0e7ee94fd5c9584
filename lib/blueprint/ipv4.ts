/** An IPv4 network as numbers; `base` is the unsigned 32-bit network address. */
export interface Ipv4Network {
  readonly base: number;
  /** 0 to 32. */
  readonly prefix: number;
}

// No leading zeros: some readers take 010 for eight.
const number = '(0|[1-9]\\d{0,2})';
const pattern = new RegExp(`^${[number, number, number, number].join('\\.')}(?:/${number})?$`);

/**
 * Parses a network such as `10.0.0.0/16`, or an address as a network of one. Bits behind the prefix
 * are dropped, as AWS and Kubernetes do; undefined for anything else, `010.0.0.0/8` among it.
 */
export function parseNetwork(text: string): Ipv4Network | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [a = 256, b = 256, c = 256, d = 256] = match.slice(1, 5).map(Number);
  const prefix = Number(match[5] ?? 32);
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { base: address - (address % sizeOf(prefix)), prefix };
}

/** Parses `10.0.0.0/16`; undefined when it is no CIDR or has bits set behind the prefix. */
export function parseCidr(text: string): Ipv4Network | undefined {
  const network = parseNetwork(text);
  return network && renderCidr(network) === text ? network : undefined;
}

/** Addresses in a network of this prefix, the first and last ones included. */
export function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** Whether two networks share an address. */
export function overlaps(a: Ipv4Network, b: Ipv4Network): boolean {
  return a.base < b.base + sizeOf(b.prefix) && b.base < a.base + sizeOf(a.prefix);
}

/** Whether `outer` holds all of `inner`. */
export function contains(outer: Ipv4Network, inner: Ipv4Network): boolean {
  return (
    outer.base <= inner.base &&
    inner.base + sizeOf(inner.prefix) <= outer.base + sizeOf(outer.prefix)
  );
}

/** Dotted notation of an unsigned 32-bit address. */
export function renderAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** `10.0.0.0/16`. */
export function renderCidr(network: Ipv4Network): string {
  return `${renderAddress(network.base)}/${network.prefix}`;
}
