import { parse } from 'yaml';
import {
  flagValueProblem,
  knownFeatureGates,
  knownFlags,
} from '../../standard/components/component-flags';
import type { FlagOwner } from '../../standard/protected-settings';
import { didYouMean } from '../nearest';
import type { Problem } from '../problem';
import type { BlueprintConfig } from '../schema/blueprint-schema';
import { minorVersionOf } from '../version';
import { type ConfigCheck } from './config-check';

/** The flags that a configuration sets, program by program. */
export interface OwnedFlags {
  readonly owner: FlagOwner;
  readonly minor: string;
  readonly path: string;
  readonly flags: Readonly<Record<string, string>>;
}

/** Every list of flags in a configuration. */
export function ownedFlags({
  kubernetes,
  etcd,
}: Pick<BlueprintConfig, 'kubernetes' | 'etcd'>): readonly OwnedFlags[] {
  const owners = [
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
  ] as const;
  const minor = minorVersionOf(kubernetes.version);
  return [
    ...owners.map((owner) => ({
      owner,
      minor,
      path: `kubernetes.flags.${owner}`,
      flags: kubernetes.flags[owner],
    })),
    { owner: 'etcd', minor: minorVersionOf(etcd.version), path: 'etcd.flags', flags: etcd.flags },
  ];
}

/** Flags that the program does not have, and values that it does not take: it would exit at start. */
export const checkKnownFlags: ConfigCheck = (config) => ownedFlags(config).flatMap(problemsOf);

/** What a program would refuse of its flags. */
export function problemsOf({ owner, minor, path, flags }: OwnedFlags): Problem[] {
  const known = knownFlags(owner, minor);
  if (known === undefined) return [];
  const what = owner === 'kubelet' ? 'a field of the KubeletConfiguration' : `a flag of ${owner}`;
  return Object.entries(flags).flatMap(([flag, got]): Problem[] => {
    const place = `${path}.${flag}`;
    const type = known[flag];
    if (type === undefined) {
      const names = Object.keys(known);
      return [{ path: place, got, expected: `${what} of ${minor}${didYouMean(flag, names)}` }];
    }
    const expected =
      owner === 'kubelet' ? fieldProblem(type, got) : valueProblem(owner, flag, type, got);
    return [
      ...(expected === undefined ? [] : [{ path: place, got, expected }]),
      ...gateProblems(owner, flag, got, minor, place),
    ];
  });
}

function valueProblem(owner: FlagOwner, flag: string, type: string, got: string) {
  // etcd's usage shows defaults, not types: "0" may stand for hours with a unit.
  const unclear = owner === 'etcd' && type !== 'bool' && flag === 'auto-compaction-retention';
  return unclear ? undefined : flagValueProblem(type, got);
}

/** Fields are written as YAML. */
function fieldProblem(type: string, text: string): string | undefined {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return 'a value in YAML, such as "110" or "[a, b]"';
  }
  switch (type) {
    case 'bool':
      return typeof value === 'boolean' ? undefined : '"true" or "false"';
    case 'int':
      return Number.isInteger(value) ? undefined : 'a whole number such as "110"';
    case 'float':
      return typeof value === 'number' ? undefined : 'a number such as "0.9"';
    case 'duration':
      return typeof value === 'string' ? flagValueProblem(type, value) : durationExpected;
    case 'string':
      return typeof value === 'string' ? undefined : `text, in quotes where YAML needs them`;
    case 'list':
      return Array.isArray(value) ? undefined : 'a list such as "[a, b]"';
    default:
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? undefined
        : 'keys and values such as "{memory.available: 200Mi}"';
  }
}

const durationExpected = 'a duration such as "30s" or "1h30m"';

function gateProblems(
  owner: FlagOwner,
  flag: string,
  got: string,
  minor: string,
  path: string,
): Problem[] {
  const known = knownFeatureGates(minor);
  if (owner === 'etcd' || known === undefined) return [];
  if (flag !== 'feature-gates' && flag !== 'featureGates') return [];
  return gatesOf(flag, got).flatMap(([gate, value]) => {
    const name = gate.replace(/^kube:/, '');
    if (!known.includes(name)) {
      return [
        {
          path,
          got,
          expected: `feature gates of ${minor}, not ${JSON.stringify(name)}${didYouMean(name, known)}`,
        },
      ];
    }
    return value === 'true' || value === 'false'
      ? []
      : [{ path, got, expected: `true or false for ${name}` }];
  });
}

function gatesOf(flag: string, text: string): [gate: string, value: string][] {
  if (flag === 'feature-gates') {
    return text.split(',').map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [pair.trim(), '']
        : [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    });
  }
  const value: unknown = parse(text);
  return typeof value === 'object' && value !== null
    ? Object.entries(value).map(([gate, on]): [string, string] => [gate, String(on)])
    : [];
}
