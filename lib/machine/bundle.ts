import { createHash } from 'node:crypto';
import { planBoot } from './boot-plan';
import type { BundleFile } from './bundle-file';
import type { MachineConfig, MachineFile } from './machine-config';
import { renderUstar } from './ustar';

/** A machine's tree of files as it is delivered: no secret, nothing that depends on the cloud. */
export interface Bundle {
  /** Sorted by path. */
  readonly files: readonly BundleFile[];
  /** Uncompressed ustar, byte for byte the same for the same machine; rendered at each reading. */
  readonly tar: Buffer;
  /** SHA-256 of `tar`, hexadecimal. */
  readonly sha256: string;
}

const bundles = new WeakMap<MachineConfig, Bundle>();

/**
 * Renders the bundle of a machine: its files, its units and the plan that `boot` follows.
 *
 * @throws Error once, with every path, mode or owner that can't be.
 */
export function renderBundle(machine: MachineConfig): Bundle {
  const known = bundles.get(machine);
  if (known !== undefined) return known;
  const files = collectFiles(machine);
  // Archives of hundreds of pools are not kept.
  const bundle = {
    files,
    get tar() {
      return renderTar(files);
    },
    sha256: createHash('sha256').update(renderTar(files)).digest('hex'),
  };
  bundles.set(machine, bundle);
  return bundle;
}

function collectFiles(machine: MachineConfig): readonly BundleFile[] {
  const installed = [
    ...machine.files,
    ...machine.units.map(({ name, content }) => ({ path: `/etc/systemd/system/${name}`, content })),
  ].map(({ path, content, mode = '0644', owner = 'root:root' }: MachineFile): BundleFile => ({
    path,
    content,
    mode,
    owner,
  }));
  const files = [...installed, ...planBoot(machine)].sort((a, b) => (a.path < b.path ? -1 : 1));
  const problems = [...files.flatMap((file) => problemsOf(file, machine)), ...duplicatesOf(files)];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return files;
}

function problemsOf({ path, mode, owner }: BundleFile, machine: MachineConfig): string[] {
  const names = new Set(['root', ...machine.users.map(({ name }) => name)]);
  const [user = '', group = ''] = owner.split(':');
  return [
    ...(/^(\/[A-Za-z0-9@.+_-]+)+$/.test(path) && !path.split('/').includes('..')
      ? []
      : [`${machine.name}: ${path}: got this path, expected an absolute one of plain characters`]),
    ...(/^0[0-7]{3}$/.test(mode)
      ? []
      : [`${machine.name}: ${path}: got mode ${mode}, expected four octal digits such as 0644`]),
    ...(names.has(user) && (names.has(group) || systemGroups.includes(group))
      ? []
      : [`${machine.name}: ${path}: got owner ${owner}, expected root or a user of the machine`]),
  ];
}

/** Groups of Debian that a file may belong to. */
const systemGroups = ['adm', 'systemd-journal'];

function duplicatesOf(files: readonly BundleFile[]): string[] {
  return files.flatMap(({ path }, index) =>
    files[index + 1]?.path === path ? [`${path}: got two files, expected one`] : [],
  );
}

/** Owners are root here; `boot` gives every file its own. */
function renderTar(files: readonly BundleFile[]): Buffer {
  return renderUstar(
    files.map(({ path, content, mode }) => ({
      name: path.slice(1),
      content,
      mode: parseInt(mode, 8),
    })),
  );
}
