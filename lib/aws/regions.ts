import data from './data/regions.json';

/** What is known of a region. */
export interface RegionFacts {
  readonly name: string;
  /** `aws`, `aws-us-gov`, `aws-cn` and so on. */
  readonly partition: string;
  /** Zones that every account has, in order. */
  readonly zones: readonly string[];
  /** Zones that some accounts have. */
  readonly someZones: readonly string[];
}

const rows: Readonly<Record<string, readonly string[]>> = data.rows;
const suffixes: Readonly<Record<string, string>> = data.partitions;

/** Where the facts are from, and the day they were taken, `YYYY-MM-DD`. */
export const regionSource = { source: data.source, asOf: data.asOf } as const;

/** Every region that AWS had on that day. */
export const regionNames: readonly string[] = Object.keys(rows);

/** What is known of a region; undefined for one that was not there on that day. */
export function regionFacts(name: string): RegionFacts | undefined {
  const row = rows[name];
  if (row === undefined) return undefined;
  const [partition = '', zones = '', someZones = ''] = row;
  const named = (letters: string) => Array.from(letters, (letter) => name + letter);
  return { name, partition, zones: named(zones), someZones: named(someZones) };
}

/** Partition of a region: that of its row, or `aws` where there is none. */
export function partitionOf(region: string): string {
  return regionFacts(region)?.partition ?? 'aws';
}

/** Domain that the services of a partition are in, such as `amazonaws.com`. */
export function dnsSuffixOf(partition: string): string {
  const suffix = suffixes[partition];
  if (suffix === undefined) throw new Error(`unknown partition ${partition}`);
  return suffix;
}

/** Zones to use where none are named: the first three that every account has, or fewer. */
export function usualZones(region: string): readonly string[] {
  return regionFacts(region)?.zones.slice(0, 3) ?? [];
}
