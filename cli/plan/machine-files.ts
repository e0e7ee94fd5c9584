import { renderBundle } from '../../lib/machine/bundle';
import type { BundleFile } from '../../lib/machine/bundle-file';
import type { MachineArtifact, MachineConfig } from '../../lib/machine/machine-config';
import { json } from './json';
import type { OutputFile } from './replace-folder';

/** `machine.json`: what a folder of `machines/` does not show by its files. */
export interface MachineJson {
  readonly name: string;
  readonly role: MachineConfig['role'];
  readonly bundleSha256: string;
  readonly artifacts: readonly MachineArtifact[];
  readonly files: readonly Pick<BundleFile, 'path' | 'mode' | 'owner'>[];
}

/**
 * `machine.json` of a pool that differs from an earlier one by the content of some files: those are in
 * its folder, everything else is as in the folder of the other. Hundreds of pools have one copy of each
 * file that they share.
 */
export interface LikeMachineJson extends Pick<MachineJson, 'name' | 'bundleSha256'> {
  /** Name of the machine that has the other files. */
  readonly like: string;
  /** Paths of the files in this folder. */
  readonly ownFiles: readonly string[];
}

interface Model {
  readonly name: string;
  readonly contents: ReadonlyMap<string, string>;
}

/** The trees of machines as they will lie on their disks. */
export function machineFiles(machines: readonly MachineConfig[]): readonly OutputFile[] {
  const models = new Map<string, Model>();
  return machines.flatMap((machine) => {
    const { files, sha256: bundleSha256 } = renderBundle(machine);
    const { name } = machine;
    const shared = describe(machine, files);
    const key = JSON.stringify(shared);
    const model = machine.role === 'worker' ? models.get(key) : undefined;
    if (model === undefined) {
      models.set(key, { name, contents: new Map(files.map((file) => [file.path, file.content])) });
      return outputs(name, files, { name, bundleSha256, ...shared });
    }
    const own = files.filter(({ path, content }) => model.contents.get(path) !== content);
    const ownFiles = own.map(({ path }) => path);
    return outputs(name, own, { name, like: model.name, bundleSha256, ownFiles });
  });
}

function outputs(
  name: string,
  files: readonly BundleFile[],
  description: MachineJson | LikeMachineJson,
): readonly OutputFile[] {
  return [
    ...files.map(({ path, content }) => ({ path: `machines/${name}${path}`, content })),
    { path: `machines/${name}/machine.json`, content: json(description) },
  ];
}

/** Everything of a machine but its name and the contents of its files. */
function describe(machine: MachineConfig, files: readonly BundleFile[]) {
  return {
    role: machine.role,
    architecture: machine.architecture,
    users: machine.users,
    packages: machine.packages,
    dataVolume: machine.dataVolume,
    units: machine.units.map(({ name, enable = true }) => ({ name, enable })),
    artifacts: machine.artifacts,
    secrets: machine.secrets,
    files: files.map(({ path, mode, owner }) => ({ path, mode, owner })),
  };
}
