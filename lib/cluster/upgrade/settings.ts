import { parse } from 'yaml';
import type { Blueprint } from '../../blueprint/blueprint';
import { planAdmissionFiles } from '../../kubernetes/access/admission-configuration';
import { planApiServerFlags } from '../../kubernetes/control-plane/api-server-flags';
import { planAuditFiles } from '../../kubernetes/access/audit-policy';
import { planAuthenticationFiles } from '../../kubernetes/access/authentication-configuration';
import { planControllerManagerFlags } from '../../kubernetes/control-plane/controller-manager-flags';
import { planEncryptionFiles } from '../../kubernetes/access/encryption-configuration';
import { renderArguments, type Flags } from '../../kubernetes/control-plane/flags';
import { planAuthenticatorFiles } from '../../kubernetes/access/iam-authenticator';
import { planKubeletConfiguration } from '../../kubernetes/node/kubelet-configuration';
import { planSchedulerFlags } from '../../kubernetes/control-plane/scheduler-flags';
import { differingNames } from './machines';

/** A setting of one program or file that differs between two configurations. */
export interface SettingChange {
  /** Such as `kube-apiserver`, `kubelet of workers`, or the path of a file of the control plane. */
  readonly program: string;
  /** Flag, top-level field of the kubelet's configuration, or path in a file: `a.b[0].c`. */
  readonly setting: string;
  /** Undefined where it was not set. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

type Settings = ReadonlyMap<string, string>;

/** Every choice of the configuration itself, whatever comes of it. */
export function compareConfigurations(from: Blueprint, to: Blueprint): readonly SettingChange[] {
  return compare('configuration', choicesOf(from), choicesOf(to));
}

function choicesOf(blueprint: Blueprint): Settings {
  // What is not chosen but follows: from the day, the name or the other choices.
  const derived = new Set(['today', 'warnings', 'nonConformities', 'names']);
  return leavesOf(
    Object.fromEntries(Object.entries(blueprint).filter(([name]) => !derived.has(name))),
  );
}

/** Flags, kubelet fields, and what the API server reads from files: admission, audit, people. */
export function compareSettings(from: Blueprint, to: Blueprint): readonly SettingChange[] {
  const [before, after] = [settingsOf(from), settingsOf(to)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((program) =>
    compare(program, before.get(program) ?? new Map(), after.get(program) ?? new Map()),
  );
}

function settingsOf(blueprint: Blueprint): ReadonlyMap<string, Settings> {
  const files = [
    ...planAdmissionFiles(blueprint),
    ...planAuditFiles(),
    ...planAuthenticationFiles(blueprint),
    ...planAuthenticatorFiles(blueprint),
    ...planEncryptionFiles(blueprint),
  ];
  return new Map([
    ['kube-apiserver', ofFlags(planApiServerFlags(blueprint))],
    ['kube-controller-manager', ofFlags(planControllerManagerFlags(blueprint))],
    ['kube-scheduler', ofFlags(planSchedulerFlags(blueprint))],
    [
      'kubelet of the control plane',
      ofFields(planKubeletConfiguration(blueprint, 'control-plane')),
    ],
    ['kubelet of workers', ofFields(planKubeletConfiguration(blueprint, 'worker'))],
    ...files.map(({ path, content }): [string, Settings] => [
      path,
      leavesOf(parse(content) as object),
    ]),
  ]);
}

function compare(program: string, before: Settings, after: Settings): readonly SettingChange[] {
  return differingNames(before, after).map((setting) => ({
    program,
    setting,
    from: before.get(setting),
    to: after.get(setting),
  }));
}

function ofFlags(flags: Flags): Settings {
  return new Map(renderArguments(flags).map(({ name, value }) => [name, value]));
}

function ofFields(configuration: object): Settings {
  return new Map(
    Object.entries(configuration).map(([field, value]) => [field, JSON.stringify(value)]),
  );
}

/** Every value of a document by its path; what is empty has none. */
function leavesOf(document: unknown, path = ''): Settings {
  if (document === undefined) return new Map();
  if (typeof document !== 'object' || document === null) {
    return new Map([[path, JSON.stringify(document)]]);
  }
  const inside: readonly (readonly [string, unknown])[] = Array.isArray(document)
    ? document.map((item: unknown, index) => [`${path}[${index}]`, item])
    : Object.entries(document).map(([name, value]) => [
        path === '' ? name : `${path}.${name}`,
        value,
      ]);
  return new Map(inside.flatMap(([name, value]) => [...leavesOf(value, name)]));
}
