import type { MachineFact } from '../facts';
import { parseFlags, type Flags } from './flags';

/** A directive of a unit, such as `ExecStart` of `[Service]`. */
export interface Directive {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

const unitFolders = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

/** Directives of a unit with those of its drop-ins; undefined where the machine has no such unit. */
export function readUnit(machine: MachineFact, name: string): readonly Directive[] | undefined {
  const paths = Object.keys(machine.files).sort();
  const own = unitFolders
    .map((folder) => `${folder}/${name}`)
    .find((path) => path in machine.files);
  const dropIns = paths.filter((path) =>
    unitFolders.some((folder) => path.startsWith(`${folder}/${name}.d/`) && path.endsWith('.conf')),
  );
  const found = [...(own === undefined ? [] : [own]), ...dropIns];
  if (found.length === 0) return undefined;
  return found.flatMap((path) => parseUnit(machine.files[path]?.content ?? ''));
}

/** Names of all units of a machine, such as `etcd.service`. */
export function unitNames(machine: MachineFact): readonly string[] {
  const names = Object.keys(machine.files).flatMap((path) => {
    const folder = unitFolders.find((prefix) => path.startsWith(`${prefix}/`));
    const rest = folder === undefined ? '' : path.slice(folder.length + 1);
    return /^[^/]+\.(service|timer|path|socket|mount|target)$/.test(rest) ? [rest] : [];
  });
  return [...new Set(names)].sort();
}

/** Reads the text of a unit file; a trailing backslash continues a line. */
export function parseUnit(content: string): readonly Directive[] {
  const directives: Directive[] = [];
  let section = '';
  for (const line of content.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const header = /^\s*\[(.+)\]\s*$/.exec(line);
    if (header?.[1] !== undefined) section = header[1];
    const directive = /^\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (directive?.[1] !== undefined && !/^\s*[#;]/.test(line)) {
      directives.push({ section, name: directive[1], value: directive[2] ?? '' });
    }
  }
  return directives;
}

/** Values of a directive; an empty value takes back those before it, as systemd has it. */
export function directiveValues(unit: readonly Directive[], name: string): readonly string[] {
  return unit
    .filter((directive) => directive.name === name)
    .reduce<readonly string[]>((values, { value }) => (value === '' ? [] : [...values, value]), []);
}

/** Flags of the program that a service starts. */
export function execStartFlags(unit: readonly Directive[]): Flags {
  return parseFlags(directiveValues(unit, 'ExecStart').flatMap(splitWords));
}

/** Splits a command line into words; quotes keep blanks together. */
export function splitWords(line: string): readonly string[] {
  const words = line.match(/(?:[^\s"']+|"(?:\\.|[^"\\])*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, '$1$2'));
}
