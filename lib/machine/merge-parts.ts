import type {
  MachineArtifact,
  MachineConfig,
  MachineFile,
  MachinePart,
  MachineSecret,
  MachineUnit,
  MachineUser,
} from './machine-config';

/** What tells one machine from another, besides its parts. */
export type MachineIdentity = Pick<MachineConfig, 'name' | 'role' | 'architecture'>;

/**
 * Merges the parts of a machine in their order; units start in that order too.
 *
 * @throws Error once, with every path, unit or user that two parts claim with different content.
 */
export function mergeParts(
  identity: MachineIdentity,
  parts: readonly MachinePart[],
): MachineConfig {
  const problems: string[] = [];
  const dedupe = <T>(
    what: string,
    items: readonly (readonly T[] | undefined)[],
    key: (item: T) => string,
  ) => {
    const seen = new Map<string, T>();
    return items
      .flatMap((list) => list ?? [])
      .filter((item) => {
        const name = key(item);
        const before = seen.get(name);
        if (before === undefined) {
          seen.set(name, item);
          return true;
        }
        if (JSON.stringify(before) !== JSON.stringify(item)) {
          problems.push(`${identity.name}: ${what} ${name}: got two different ones, expected one`);
        }
        return false;
      });
  };
  const volumes = parts.flatMap(({ dataVolume }) => (dataVolume === undefined ? [] : [dataVolume]));
  if (volumes.length > 1) {
    problems.push(`${identity.name}: data volumes: got ${volumes.length}, expected at most one`);
  }
  const users = dedupe<MachineUser>(
    'user',
    parts.map((part) => part.users),
    ({ name }) => name,
  );
  dedupe<MachineUser>('user id', [users], ({ id }) => String(id));
  const machine: MachineConfig = {
    ...identity,
    users,
    files: dedupe<MachineFile>(
      'file',
      parts.map((part) => part.files),
      ({ path }) => path,
    ),
    units: dedupe<MachineUnit>(
      'unit',
      parts.map((part) => part.units),
      ({ name }) => name,
    ),
    artifacts: dedupe<MachineArtifact>(
      'artifact',
      parts.map((part) => part.artifacts),
      ({ name }) => name,
    ),
    secrets: dedupe<MachineSecret>(
      'secret',
      parts.map((part) => part.secrets),
      ({ path }) => path,
    ),
    packages: [...new Set(parts.flatMap(({ packages }) => packages ?? []))].sort(),
    ...(volumes[0] === undefined ? {} : { dataVolume: volumes[0] }),
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return machine;
}
