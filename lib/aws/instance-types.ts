import data from './data/instance-types.json';

/** What is known of an EC2 instance type. */
export interface InstanceTypeFacts {
  readonly architectures: readonly string[];
  /** Whether volumes are NVMe devices whose names tell the volume (Nitro, and bare metal). */
  readonly nvmeVolumes: boolean;
  readonly encryptedVolumes: boolean;
  readonly spot: boolean;
  readonly dedicatedHostsOnly: boolean;
  readonly vcpus: number;
  readonly memoryMebibytes: number;
}

const rows: Readonly<Record<string, readonly string[]>> = data.rows;

/** Where the facts are from, and the day they were taken, `YYYY-MM-DD`. */
export const instanceTypeSource = { source: data.source, asOf: data.asOf } as const;

/** What is known of a type such as `m7g.large`; undefined for one that was not there on that day. */
export function instanceTypeFacts(type: string): InstanceTypeFacts | undefined {
  const [family = '', size = ''] = type.split('.');
  for (const row of rows[family] ?? []) {
    const [architectures = '', traits = '', ...sizes] = row.split(' ');
    const found = sizes.map((text) => text.split(':')).find(([name]) => name === size);
    if (found === undefined) continue;
    return {
      architectures: architectures === 'none' ? [] : architectures.split('/'),
      nvmeVolumes: traits.includes('n'),
      encryptedVolumes: traits.includes('e'),
      spot: traits.includes('s'),
      dedicatedHostsOnly: traits.includes('h'),
      vcpus: Number(found[1]),
      memoryMebibytes: Number(found[2]),
    };
  }
  return undefined;
}

/** Every type that was there on that day. */
export function instanceTypes(): readonly string[] {
  return Object.entries(rows).flatMap(([family, groups]) =>
    groups.flatMap((row) =>
      row
        .split(' ')
        .slice(2)
        .map((size) => `${family}.${size.slice(0, size.indexOf(':'))}`),
    ),
  );
}
