import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineConfig } from '../../machine/machine-config';
import { planNetwork } from '../../network/plan-network';
import { planMachines } from '../plan-machines';

/** Whether something comes, goes, or is another than before. */
export type Change = 'new' | 'gone' | 'changed';

/** A machine, or a group of identical ones, that an upgrade replaces. */
export interface MachineChange {
  /** Such as `etcd-0`, `control-plane` or `worker-general`. */
  readonly machine: string;
  readonly change: Change;
  /** What of it: files, units, programs, secrets; empty for one that comes or goes. */
  readonly parts: readonly { readonly part: string; readonly change: Change }[];
}

/**
 * Machines of two configurations that are not the same. A machine is replaced when anything about
 * it differs, so this is what an upgrade replaces, and nothing else is.
 */
export function compareMachines(from: Blueprint, to: Blueprint): readonly MachineChange[] {
  const [before, after] = [from, to].map(
    (blueprint) =>
      new Map(
        planMachines(blueprint, planNetwork(blueprint)).map((machine) => [machine.name, machine]),
      ),
  );
  const names = new Set([...(after?.keys() ?? []), ...(before?.keys() ?? [])]);
  return [...names].flatMap((machine): readonly MachineChange[] => {
    const [older, newer] = [before?.get(machine), after?.get(machine)];
    if (!older) return [{ machine, change: 'new', parts: [] }];
    if (!newer) return [{ machine, change: 'gone', parts: [] }];
    const parts = compareParts(partsOf(from, older), partsOf(to, newer));
    return parts.length === 0 ? [] : [{ machine, change: 'changed', parts }];
  });
}

/** Compares by name what is there on either side. */
export function compareParts(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): MachineChange['parts'] {
  return differingNames(before, after).map((part) => ({
    part,
    change: !before.has(part) ? 'new' : after.has(part) ? 'changed' : 'gone',
  }));
}

/** Names, sorted, that stand for something else on the one side than on the other. */
export function differingNames(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}

function partsOf(blueprint: Blueprint, machine: MachineConfig): ReadonlyMap<string, string> {
  const entries = <T>(what: string, items: readonly T[], nameOf: (item: T) => string) =>
    items.map((item): [string, string] => [`${what}${nameOf(item)}`, JSON.stringify(item)]);
  return new Map([
    ...entries('', machine.files, ({ path }) => path),
    ...entries('unit ', machine.units, ({ name }) => name),
    ...entries('program ', machine.artifacts, ({ name }) => name),
    ...entries('secret ', machine.secrets, ({ path }) => path),
    ...entries('package ', machine.packages, (name) => name),
    ...entries('user ', machine.users, ({ name }) => name),
    ['instance', JSON.stringify(instanceOf(blueprint, machine))],
  ]);
}

/** What AWS is asked for. An image that is not named is not known here. */
function instanceOf(blueprint: Blueprint, { name, role, architecture }: MachineConfig): object {
  const { machineImages } = blueprint;
  const chosen = {
    bastion: blueprint.bastion,
    etcd: blueprint.etcd,
    'control-plane': blueprint.controlPlane,
    worker: blueprint.workers.find((pool) => name === `worker-${pool.name}`),
  }[role];
  return {
    architecture,
    image: machineImages[architecture],
    instanceType: chosen?.instanceType,
    ...(chosen && 'rootVolumeGibibytes' in chosen
      ? { rootVolumeGibibytes: chosen.rootVolumeGibibytes }
      : {}),
    ...(chosen && 'capacity' in chosen ? { capacity: chosen.capacity } : {}),
  };
}
