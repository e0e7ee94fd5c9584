import { contains, parseNetwork } from '../../blueprint/ipv4';

/** Whether one network or address lies within another; false where one of them is neither. */
export function isWithin(cidr: string, outer: string): boolean {
  const [inner, around] = [parseNetwork(cidr), parseNetwork(outer)];
  return inner !== undefined && around !== undefined && contains(around, inner);
}
