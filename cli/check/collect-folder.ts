import type { Blueprint } from '../../lib/blueprint/blueprint';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type {
  CertificateFact,
  Facts,
  MachineFact,
  ResourceFact,
} from '../../lib/conformance/facts';
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
}

/** Reads back what `plan` wrote. */
export function collectPlanFolder(folder: string, today: string): PlanFolder {
  const blueprint = readJson(folder, 'blueprint.json') as Blueprint;
  return {
    blueprint,
    facts: {
      source: 'plan',
      kubernetesVersion: blueprint.kubernetes.version,
      today,
      resources: readJson(folder, 'resources.json') as ResourceFact[],
      certificates: readJson(folder, 'certificates.json') as CertificateFact[],
      machines: readdirSync(path.join(folder, 'machines')).map((name) =>
        readMachine(path.join(folder, 'machines', name)),
      ),
      manifests: collectManifests([path.join(folder, 'manifests')]),
    },
  };
}

interface MachineJson {
  readonly name: string;
  readonly role: MachineFact['role'];
  readonly artifacts: readonly { readonly name: string; readonly version: string }[];
  readonly files: readonly {
    readonly path: string;
    readonly mode: string;
    readonly owner: string;
  }[];
}

function readMachine(folder: string): MachineFact {
  const machine = readJson(folder, 'machine.json') as MachineJson;
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
