import type { BlueprintConfig } from './schema/blueprint-schema';

type Profile = BlueprintConfig['profile'];

/** Types of amd64 machines that name none; those of arm64 are the defaults of the schema and the profile. */
const amd64Types: Readonly<Record<'etcd' | 'controlPlane' | 'bastion', Record<Profile, string>>> = {
  etcd: { standard: 'm7i.large', strict: 'm7i.large', development: 't3.small' },
  controlPlane: { standard: 'm7i.large', strict: 'm7i.large', development: 't3.medium' },
  bastion: { standard: 't3.micro', strict: 't3.micro', development: 't3.micro' },
};

/** Names a type where a configuration names the architecture amd64 alone. */
export function withUsualTypes(input: unknown, profile: Profile): unknown {
  if (!isObject(input)) return input;
  const machines = Object.entries(amd64Types).flatMap(([key, types]) =>
    key in input ? [[key, withType(input[key], types[profile])] as const] : [],
  );
  const { workers } = input;
  return {
    ...input,
    ...Object.fromEntries(machines),
    ...(Array.isArray(workers)
      ? { workers: workers.map((pool: unknown) => withType(pool, 'm7i.large')) }
      : {}),
  };
}

function withType(machines: unknown, amd64Type: string): unknown {
  return isObject(machines) &&
    machines.architecture === 'amd64' &&
    machines.instanceType === undefined
    ? { ...machines, instanceType: amd64Type }
    : machines;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
