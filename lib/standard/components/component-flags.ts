import etcd35 from './data/etcd-3.5.json';
import etcd36 from './data/etcd-3.6.json';
import kubernetes136 from './data/kubernetes-1.36.json';
import kubernetes137 from './data/kubernetes-1.37.json';
import type { FlagOwner } from '../protected-settings';

interface KubernetesFlags {
  readonly source: string;
  readonly asOf: string;
  readonly flags: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly featureGates: readonly string[];
  readonly kubeletFields: Readonly<Record<string, string>>;
}

/** What the programs of a minor version said of themselves; others are not known. */
const kubernetes: Readonly<Record<string, KubernetesFlags>> = {
  '1.36': kubernetes136,
  '1.37': kubernetes137,
};
const etcd: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '3.5': etcd35.flags,
  '3.6': etcd36.flags,
};

/**
 * Flags of a program with the word for their type, as its `--help` has them; for the kubelet the top-level
 * fields of its configuration. Undefined where nobody has asked that minor version.
 */
export function knownFlags(
  owner: FlagOwner,
  minor: string,
): Readonly<Record<string, string>> | undefined {
  if (owner === 'etcd') return etcd[minor];
  const known = kubernetes[minor];
  return owner === 'kubelet' ? known?.kubeletFields : known?.flags[owner];
}

/** Feature gates that the components of a minor version of Kubernetes know. */
export function knownFeatureGates(minor: string): readonly string[] | undefined {
  return kubernetes[minor]?.featureGates;
}

/** Minor versions of Kubernetes whose flags are known. */
export const minorsWithKnownFlags: readonly string[] = Object.keys(kubernetes);

const whole = /^-?\d+$/;
const forms: Readonly<Record<string, readonly [form: RegExp, expected: string]>> = {
  bool: [/^(true|false|True|False|TRUE|FALSE|t|f|T|F|0|1)$/, '"true" or "false"'],
  int: [whole, 'a whole number'],
  int32: [whole, 'a whole number'],
  float: [/^-?\d+(\.\d+)?(e-?\d+)?$/i, 'a number'],
  float32: [/^-?\d+(\.\d+)?(e-?\d+)?$/i, 'a number'],
  duration: [/^(0|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+)$/, 'a duration such as "30s" or "1h30m"'],
  ip: [/^[0-9a-f.:]+$/i, 'an IP address'],
  Level: [whole, 'a whole number'],
};

/** What a flag of a type takes, where a value is not that; undefined where it is, or nobody knows. */
export function flagValueProblem(type: string, value: string): string | undefined {
  const form = forms[type];
  return form === undefined || form[0].test(value) ? undefined : form[1];
}
