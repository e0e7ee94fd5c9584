import { contains, parseNetwork } from '../../blueprint/ipv4';

/** Whether one network or address lies within another; false where one of them is neither. */
export function isWithin(cidr: string, outer: string): boolean {
  const [inner, around] = [parseNetwork(cidr), parseNetwork(outer)];
  return inner !== undefined && around !== undefined && contains(around, inner);
}

/** Whether a network is so wide that it stands for everybody. */
export function isWide(cidr: string): boolean {
  const match = /\/(\d+)$/.exec(cidr.trim());
  if (!match) return false;
  return Number(match[1]) < (cidr.includes(':') ? 19 : 8);
}
