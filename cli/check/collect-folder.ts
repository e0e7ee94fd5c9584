import type { Blueprint } from '../../lib/blueprint/blueprint';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type {
  CertificateFact,
  Facts,
  MachineFact,
  ResourceFact,
} from '../../lib/conformance/facts';
import type { MachineArtifact } from '../../lib/machine/machine-config';
import { collectManifests } from './collect-manifests';

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

/** Reads back what `plan` wrote. */
export function collectPlanFolder(folder: string, today: string): PlanFolder {
  const blueprint = readJson(folder, 'blueprint.json') as Blueprint;
  const folders = readdirSync(path.join(folder, 'machines'))
    .sort()
    .map((name) => path.join(folder, 'machines', name));
  const machines = folders.map((each) => readJson(each, 'machine.json') as MachineJson);
  return {
    blueprint,
    machines,
    facts: {
      source: 'plan',
      kubernetesVersion: blueprint.kubernetes.version,
      today,
      resources: readJson(folder, 'resources.json') as ResourceFact[],
      certificates: readJson(folder, 'certificates.json') as CertificateFact[],
      machines: machines.map((machine, index) => readMachine(folders[index] ?? '', machine)),
      manifests: collectManifests([path.join(folder, 'manifests')]),
    },
  };
}

/** What checks need of `machine.json`. */
interface MachineJson {
  readonly name: string;
  readonly role: MachineFact['role'];
  readonly artifacts: readonly MachineArtifact[];
  readonly files: readonly {
    readonly path: string;
    readonly mode: string;
    readonly owner: string;
  }[];
}

function readMachine(folder: string, machine: MachineJson): MachineFact {
  return {
    name: machine.name,
    role: machine.role,
    userData: readFileSync(path.join(folder, 'user-data'), 'utf8'),
    artifacts: machine.artifacts.map(({ name, version }) => ({ name, version })),
    files: Object.fromEntries(
      machine.files.map((file) => [
        file.path,
        {
          content: readFileSync(path.join(folder, file.path), 'utf8'),
          mode: file.mode,
          owner: file.owner,
        },
      ]),
    ),
  };
}

function readJson(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
}
