import type { Blueprint } from '../blueprint/blueprint';
import { compareVersions } from '../blueprint/version';
import { planApiServerFlags } from './api-server-flags';
import { planControllerManagerFlags } from './controller-manager-flags';
import { renderArguments, type Flags } from './flags';
import { planKubeletConfiguration } from './kubelet-configuration';
import { featuresOf } from './releases';
import { planSchedulerFlags } from './scheduler-flags';
import { planUpgradeSteps, type UpgradeStep } from './upgrade-steps';

/** A setting of one program that differs between two configurations. */
export interface SettingChange {
  /** Such as `kube-apiserver`, or `kubelet of workers`. */
  readonly program: string;
  /** Flag, or top-level field of the kubelet's configuration file. */
  readonly setting: string;
  /** Undefined where it was not set. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What an upgrade changes and how it goes. */
export interface UpgradePlan {
  readonly kubernetes: VersionChange;
  readonly etcd: VersionChange;
  readonly settings: readonly SettingChange[];
  /** What comes or goes with the new minor, in words. */
  readonly notes: readonly string[];
  /** In this order, each only after the one before has succeeded; empty when nothing changes. */
  readonly steps: readonly UpgradeStep[];
  /** Why this upgrade must not be done; empty when it may. */
  readonly refusals: readonly string[];
}

interface VersionChange {
  readonly from: string;
  readonly to: string;
}

/** Compares two configurations of one cluster. */
export function planUpgrade(from: Blueprint, to: Blueprint): UpgradePlan {
  const refusals = refuse(from, to);
  const settings = compareSettings(from, to);
  return {
    kubernetes: { from: from.kubernetes.version, to: to.kubernetes.version },
    etcd: { from: from.etcd.version, to: to.etcd.version },
    settings,
    notes: notes(from, to),
    steps: refusals.length > 0 ? [] : planUpgradeSteps(from, to, settings),
    refusals,
  };
}

/** @see https://kubernetes.io/releases/version-skew-policy/ */
function refuse(from: Blueprint, to: Blueprint): string[] {
  const minors = (version: string) => version.split('.').map(Number);
  const [, fromMinor = 0] = minors(from.kubernetes.version);
  const [, toMinor = 0] = minors(to.kubernetes.version);
  const [, fromEtcd = 0] = minors(from.etcd.version);
  const [, toEtcd = 0] = minors(to.etcd.version);
  const [fromKeys, toKeys] = [from, to].map(({ kubernetes }) => kubernetes.encryption.keys);
  const lostKeys = (fromKeys ?? []).slice(0, 1).filter((key) => !(toKeys ?? []).includes(key));
  return [
    ...(from.name === to.name ? [] : [`name: got "${to.name}", expected "${from.name}"`]),
    ...(toMinor > fromMinor + 1
      ? [
          `kubernetes.version: got "${to.kubernetes.version}", expected at most 1.${fromMinor + 1}: minors are not skipped`,
        ]
      : []),
    ...(toMinor < fromMinor
      ? [
          `kubernetes.version: got "${to.kubernetes.version}", expected 1.${fromMinor} or later: what a newer minor has stored an older one can't always read`,
        ]
      : []),
    ...(toEtcd > fromEtcd + 1 || compareVersions(to.etcd.version, from.etcd.version) < 0
      ? [
          `etcd.version: got "${to.etcd.version}", expected "${from.etcd.version}" to the next minor: etcd goes one minor at a time and never back`,
        ]
      : []),
    ...(toEtcd !== fromEtcd && toMinor !== fromMinor
      ? [
          `etcd.version: got "${to.etcd.version}" together with Kubernetes "${to.kubernetes.version}", expected one of the two at a time`,
        ]
      : []),
    ...(from.etcd.members.length === to.etcd.members.length
      ? []
      : [
          `etcd.members: got ${to.etcd.members.length}, expected ${from.etcd.members.length}: members are added and removed by themselves`,
        ]),
    ...lostKeys.map(
      (key) =>
        `kubernetes.encryption.keys: got ${JSON.stringify(toKeys)}, expected "${key}" among them: Secrets are still encrypted with it`,
    ),
  ];
}

function notes(from: Blueprint, to: Blueprint): string[] {
  const [before, after] = [featuresOf(from.kubernetes.minor), featuresOf(to.kubernetes.minor)];
  return [
    ...(!before.mutatingAdmissionPolicy && after.mutatingAdmissionPolicy
      ? [
          'MutatingAdmissionPolicy is there without further flags: the manifests use it for the tokens of default service accounts',
        ]
      : []),
    ...(before.crictl === after.crictl ? [] : [`crictl ${before.crictl} -> ${after.crictl}`]),
  ];
}

function compareSettings(from: Blueprint, to: Blueprint): SettingChange[] {
  const programs: readonly (readonly [string, (blueprint: Blueprint) => Map<string, string>])[] = [
    ['kube-apiserver', (blueprint) => ofFlags(planApiServerFlags(blueprint))],
    ['kube-controller-manager', (blueprint) => ofFlags(planControllerManagerFlags(blueprint))],
    ['kube-scheduler', (blueprint) => ofFlags(planSchedulerFlags(blueprint))],
    [
      'kubelet of the control plane',
      (blueprint) => ofFields(planKubeletConfiguration(blueprint, 'control-plane')),
    ],
    ['kubelet of workers', (blueprint) => ofFields(planKubeletConfiguration(blueprint, 'worker'))],
  ];
  return programs.flatMap(([program, settingsOf]) => {
    const [before, after] = [settingsOf(from), settingsOf(to)];
    return [...new Set([...before.keys(), ...after.keys()])]
      .sort()
      .filter((setting) => before.get(setting) !== after.get(setting))
      .map((setting) => ({
        program,
        setting,
        from: before.get(setting),
        to: after.get(setting),
      }));
  });
}

function ofFlags(flags: Flags): Map<string, string> {
  return new Map(renderArguments(flags).map(({ name, value }) => [name, value]));
}

function ofFields(configuration: object): Map<string, string> {
  return new Map(
    Object.entries(configuration).map(([field, value]) => [field, JSON.stringify(value)]),
  );
}
