/** First and last address of an IPv4 network as numbers; undefined for anything else. */
export function rangeOf(cidr: string): readonly [first: number, last: number] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(cidr);
  if (!match) return undefined;
  const address = match.slice(1, 5).reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(match[5] ?? 32));
  const first = Math.floor(address / size) * size;
  return [first, first + size - 1];
}

/** Whether one network lies within another. */
export function isWithin(cidr: string, outer: string): boolean {
  const [inner, around] = [rangeOf(cidr), rangeOf(outer)];
  return (
    inner !== undefined && around !== undefined && inner[0] >= around[0] && inner[1] <= around[1]
  );
}
