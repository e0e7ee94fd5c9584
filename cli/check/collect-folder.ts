import type { Blueprint } from '../../lib/blueprint/blueprint';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type {
  CertificateFact,
  Facts,
  MachineFact,
  ResourceFact,
} from '../../lib/conformance/facts';
import type { LikeMachineJson, MachineJson } from '../plan/machine-files';
import { InputError } from '../input-error';
import { collectOwnManifests } from './collect-manifests';
import { readSource } from './read-source';

/** Whether a folder is one that `plan` wrote. */
export function isPlanFolder(folder: string): boolean {
  return ['resources.json', 'firewall.json', 'machines'].every((name) =>
    existsSync(path.join(folder, name)),
  );
}

/** The cluster a plan folder describes, beside its facts. */
export interface PlanFolder {
  readonly facts: Facts;
  readonly blueprint: Blueprint;
  readonly machines: readonly MachineJson[];
}

/**
 * Reads back what `plan` wrote.
 *
 * @throws InputError with one message where the folder is damaged.
 */
export function collectPlanFolder(folder: string, today: string): PlanFolder {
  try {
    return readPlanFolder(folder, today);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError([`${folder}: got a damaged folder (${reason}), expected one plan wrote`]);
  }
}

function readPlanFolder(folder: string, today: string): PlanFolder {
  const blueprint = readJson(folder, 'blueprint.json') as Blueprint;
  const folders = readdirSync(path.join(folder, 'machines'))
    .sort()
    .map((name) => path.join(folder, 'machines', name));
  const machines = folders.map(readMachine);
  return {
    blueprint,
    machines: machines.map(({ description }) => description),
    facts: {
      source: 'plan',
      kubernetesVersion: blueprint.kubernetes.version,
      today,
      resources: readJson(folder, 'resources.json') as ResourceFact[],
      certificates: readJson(folder, 'certificates.json') as CertificateFact[],
      machines: machines.map(({ fact }) => fact),
      manifests: collectOwnManifests(path.join(folder, 'manifests')),
    },
  };
}

/** A machine, whose files that it shares with another pool lie in the folder of that one. */
function readMachine(folder: string): { description: MachineJson; fact: MachineFact } {
  const read = readJson(folder, 'machine.json') as MachineJson | LikeMachineJson;
  const other = 'like' in read ? path.join(folder, '..', read.like) : folder;
  const description =
    'like' in read
      ? { ...(readJson(other, 'machine.json') as MachineJson), name: read.name }
      : read;
  const own = new Set('like' in read ? read.ownFiles : []);
  return {
    description,
    fact: {
      name: description.name,
      role: description.role,
      userData: readText(path.join(folder, 'user-data')),
      artifacts: description.artifacts.map(({ name, version }) => ({ name, version })),
      files: Object.fromEntries(
        description.files.map((file) => [
          file.path,
          {
            content: readText(path.join(own.has(file.path) ? folder : other, file.path)),
            mode: file.mode,
            owner: file.owner,
          },
        ]),
      ),
    },
  };
}

function readJson(folder: string, name: string): unknown {
  const file = path.join(folder, name);
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InputError([`${file}: got malformed JSON (${error.message})`]);
  }
}

function readText(file: string): string {
  const source = readSource(file);
  if ('problem' in source) throw new InputError([source.problem]);
  return source.text;
}
