import type { Facts, MachineFact } from '../facts';
import { componentFlags } from './component-flags';
import type { Flags } from './flags';
import { parseFlags } from './flags';
import { memoize } from './memoize';
import { directiveValues, execStartFlags, readUnit, splitWords } from './systemd-unit';

/** Flags of one etcd process. */
export interface EtcdProcess {
  readonly location: string;
  readonly flags: Flags;
}

/**
 * etcd as a systemd service of machines, and as static pods. A service that starts a script which
 * ends in etcd has its flags in the files that the unit names.
 */
export const readEtcd = memoize((facts: Facts): readonly EtcdProcess[] => [
  ...(facts.machines ?? []).flatMap((machine) => {
    const unit = readUnit(machine, 'etcd.service');
    if (!unit) return [];
    const flags = new Map([...flagFiles(machine, unit), ...execStartFlags(unit)]);
    return [{ location: `${machine.name}: etcd.service`, flags }];
  }),
  ...componentFlags(facts, 'etcd'),
]);

function flagFiles(machine: MachineFact, unit: Parameters<typeof execStartFlags>[0]): Flags {
  const named = [
    ...directiveValues(unit, 'EnvironmentFile').map((path) => path.replace(/^-/, '')),
    ...directiveValues(unit, 'ExecStart').flatMap(splitWords),
  ];
  const words = named
    // Programs of this project call other programs: their words are not etcd's.
    .filter((path) => !path.startsWith('/usr/local/lib/hardened-cluster/'))
    .map((path) => machine.files[path]?.content ?? '')
    .flatMap((content) => content.split(/\r?\n/))
    .map((line) => line.trim().replace(/\s*\\$/, ''))
    .filter((line) => line.startsWith('--'));
  return parseFlags(words.flatMap(splitWords));
}

/** Machines whose role is etcd; undefined where the facts hold no machines. */
export function etcdMachines(facts: Facts): readonly MachineFact[] | undefined {
  return facts.machines?.filter(({ role }) => role === 'etcd');
}
