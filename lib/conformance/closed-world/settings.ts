import { evaluateSetting, type FlagOwner } from '../../standard/protected-settings';
import type { ClauseId } from '../../standard/clause-id';
import { protectedSettings } from '../../standard/protected-settings';
import type { Facts } from '../facts';
import { componentFlags } from '../readers/component-flags';
import { readEtcd } from '../readers/etcd-members';
import type { Flags } from '../readers/flags';
import { readKubelets } from '../readers/kubelets';
import { memoize } from '../readers/memoize';
import { isMapping, type Mapping } from '../readers/values';

/** One setting of one process as it takes effect. */
export interface EffectiveSetting {
  readonly owner: FlagOwner;
  /** Such as `etcd-0: etcd.service`. */
  readonly location: string;
  readonly flag: string;
  readonly value: string;
}

/** Flags of the kubelet that say who it is and where things lie; all others are fields of its file. */
const kubeletOwnFlags = new Set([
  'config',
  'hostname-override',
  'kubeconfig',
  'bootstrap-kubeconfig',
  'node-ip',
  'node-labels',
  'v',
]);

/** Every setting of every component among the facts. */
export const effectiveSettings = memoize((facts: Facts): readonly EffectiveSetting[] => [
  ...readEtcd(facts).flatMap(({ location, flags }) => ofFlags('etcd', location, flags)),
  ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const).flatMap((owner) =>
    componentFlags(facts, owner).flatMap(({ location, flags }) => ofFlags(owner, location, flags)),
  ),
  ...(readKubelets(facts) ?? []).flatMap(({ location, configuration, flags }) => [
    ...flatten(configuration).map(([flag, value]) => ({
      owner: 'kubelet' as const,
      location,
      flag,
      value,
    })),
    ...[...flags.keys()]
      .filter((flag) => !kubeletOwnFlags.has(flag))
      .map((flag) => ({
        owner: 'kubelet' as const,
        location,
        flag: `--${flag}`,
        value: flags.get(flag)?.at(-1) ?? '',
      })),
  ]),
]);

/** Settings that a list of the standard calls unsafe, by the clause that fixes them. */
export const unsafeSettings = memoize(
  (facts: Facts): ReadonlyMap<ClauseId, readonly EffectiveSetting[]> => {
    const found = new Map<ClauseId, EffectiveSetting[]>();
    for (const setting of effectiveSettings(facts)) {
      const { owner, flag, value } = setting;
      if (evaluateSetting(owner, flag, value) !== 'unsafe') continue;
      for (const rule of protectedSettings) {
        if (rule.owner !== owner || rule.flag !== flag) continue;
        found.set(rule.clause, [...(found.get(rule.clause) ?? []), setting]);
      }
    }
    return found;
  },
);

/** Lines about settings that are on no list, or that no list calls harmless. */
export function unreadSettings(facts: Facts, owner: FlagOwner): readonly string[] {
  return effectiveSettings(facts)
    .filter((setting) => setting.owner === owner)
    .filter(({ flag, value }) => evaluateSetting(owner, flag, value) === 'unlisted')
    .map((setting) => `${showSetting(setting)} is on no list of settings known to be harmless`);
}

/** Settings that void what other clauses rest on: a policy is worth nothing where its API is off. */
export function voidingSettings(
  facts: Facts,
  about: readonly FlagOwner[] = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
): readonly string[] {
  return effectiveSettings(facts)
    .filter(
      ({ owner, flag, value }) =>
        about.includes(owner) &&
        voiding.has(flag) &&
        evaluateSetting(owner, flag, value) === 'unsafe',
    )
    .map((setting) => `${showSetting(setting)} may void this`);
}

const voiding = new Set([
  'config-file',
  'config',
  'featureGates',
  'staticPodURL',
  'discovery',
  'discovery-srv',
  'proxy',
  'runtime-config',
  'feature-gates',
  'emulated-version',
  'etcd-servers-overrides',
  'disable-admission-plugins',
  'admission-control',
  'authorization-mode',
  'controllers',
]);

/** A setting as a line of evidence. */
export function showSetting({ owner, location, flag, value }: EffectiveSetting): string {
  const shown = value.length > 120 ? `${value.slice(0, 120)}…` : value;
  return owner === 'kubelet' && !flag.startsWith('--')
    ? `${location}: ${flag}: ${shown}`
    : `${location}: ${owner}: ${flag.startsWith('--') ? '' : '--'}${flag}=${shown}`;
}

/** A flag given twice counts with all its values: some programs join them, others take the last. */
function ofFlags(owner: FlagOwner, location: string, flags: Flags): EffectiveSetting[] {
  return [...flags].flatMap(([flag, values]) =>
    values.map((value) => ({ owner, location, flag, value })),
  );
}

function flatten(configuration: Mapping): [path: string, value: string][] {
  return Object.entries(configuration)
    .filter(([key]) => key !== 'apiVersion' && key !== 'kind')
    .flatMap(([key, value]): [string, string][] => {
      if (isMapping(value)) {
        return flatten(value).map(([path, text]) => [`${key}.${path}`, text]);
      }
      return [[key, Array.isArray(value) ? listText(value) : String(value)]];
    });
}

function listText(values: readonly unknown[]): string {
  return values.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join();
}
