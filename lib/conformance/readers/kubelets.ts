import type { Facts, MachineFact } from '../facts';
import { machineDocuments } from './documents';
import { flagValue, parseFlags, type Flags } from './flags';
import { memoize } from './memoize';
import { execStartFlags, readUnit, splitWords } from './systemd-unit';
import { isMapping, textAt, valueAt, type Mapping } from './values';

/** The kubelet of one machine: configuration files merged, and flags, which win over them. */
export interface Kubelet {
  readonly location: string;
  readonly machine: MachineFact;
  readonly configuration: Mapping;
  readonly flags: Flags;
}

/** Kubelets of all machines that run one; undefined where the facts hold no machines. */
export const readKubelets = memoize((facts: Facts): readonly Kubelet[] | undefined =>
  facts.machines
    ?.filter(({ role }) => role === 'control-plane' || role === 'worker')
    .flatMap((machine) => {
      const documents = machineDocuments(machine);
      const configurations = documents.filter(({ kind }) => kind === 'KubeletConfiguration');
      const flags = kubeletFlags(machine);
      if (configurations.length === 0 && flags.size === 0) return [];
      return [
        {
          location: `${machine.name}: kubelet`,
          machine,
          configuration: configurations.map(({ content }) => content).reduce(merge, {}),
          flags,
        },
      ];
    }),
);

/** Value of a setting: the flag, else the configuration, else the default of v1beta1. */
export function kubeletSetting(
  kubelet: Kubelet,
  path: readonly string[],
  flag: string,
  byDefault: string,
): { readonly value: string; readonly evidence: string } {
  const byFlag = flagValue(kubelet.flags, flag);
  const configured = textAt(kubelet.configuration, ...path);
  const name = path.join('.');
  if (byFlag !== undefined)
    return { value: byFlag, evidence: `${kubelet.location}: --${flag}=${byFlag}` };
  if (configured !== undefined) {
    return { value: configured, evidence: `${kubelet.location}: ${name}: ${configured}` };
  }
  return { value: byDefault, evidence: `${kubelet.location}: ${name} is not set (${byDefault})` };
}

const environmentFiles = ['/var/lib/kubelet/kubeadm-flags.env', '/etc/default/kubelet'];

function kubeletFlags(machine: MachineFact): Flags {
  const unit = readUnit(machine, 'kubelet.service');
  const fromFiles = environmentFiles.flatMap((path) =>
    splitWords(machine.files[path]?.content.replaceAll(/^\w+=/gm, '') ?? '').flatMap(splitWords),
  );
  const fromNodes = machineDocuments(machine).flatMap(({ content }) =>
    pairsOf(valueAt(content, 'nodeRegistration', 'kubeletExtraArgs')),
  );
  const words = [...fromFiles, ...fromNodes.map(([name, value]) => `--${name}=${value}`)];
  return new Map([...(unit ? execStartFlags(unit) : []), ...parseFlags(words)]);
}

function pairsOf(extraArgs: unknown): [string, string][] {
  if (Array.isArray(extraArgs)) {
    return extraArgs
      .filter(isMapping)
      .map((row) => [textAt(row, 'name') ?? '', textAt(row, 'value') ?? '']);
  }
  return isMapping(extraArgs)
    ? Object.keys(extraArgs).map((name) => [name, textAt(extraArgs, name) ?? ''])
    : [];
}

function merge(below: Mapping, above: Mapping): Mapping {
  return Object.fromEntries(
    [...new Set([...Object.keys(below), ...Object.keys(above)])].map((key) => {
      const [old, new_] = [below[key], above[key]];
      if (isMapping(old) && isMapping(new_)) return [key, merge(old, new_)];
      return [key, key in above ? new_ : old];
    }),
  );
}
