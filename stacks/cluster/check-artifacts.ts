import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../lib/blueprint/problem';
import { artifactFileName, isLocked } from '../../lib/machine/artifacts';
import type { MachineArtifact, MachineConfig } from '../../lib/machine/machine-config';

/** What is checked of the artifacts of some machines. */
export interface ArtifactCheck {
  readonly machines: readonly MachineConfig[];
  /** `upstream`, or a folder. */
  readonly artifactSource: string;
  readonly allowUnlocked: boolean;
}

/** Artifacts whose checksum no lock knows, and files of a folder that are not what the lock says. */
export function checkArtifacts(check: ArtifactCheck): Problem[] {
  const artifacts = new Map(
    check.machines
      .flatMap((machine) => machine.artifacts)
      .map((artifact) => [artifactFileName(artifact), artifact]),
  );
  return [...artifacts].flatMap(([file, artifact]) => [
    ...(isLocked(artifact) || check.allowUnlocked
      ? []
      : [
          {
            path: `artifacts.sha256.${artifact.name}.${artifact.version}.${artifact.architecture}`,
            got: undefined,
            expected: 'the published SHA-256: `hardened-cluster lock` writes it down',
          },
        ]),
    ...(check.artifactSource === 'upstream'
      ? []
      : checkFile(join(check.artifactSource, file), artifact)),
  ]);
}

function checkFile(path: string, { sha256, sha512 }: MachineArtifact): Problem[] {
  if (!existsSync(path)) {
    return [{ path: 'artifacts.source', got: undefined, expected: `a file ${path}` }];
  }
  const [algorithm, expected] =
    sha256 === undefined ? (['sha512', sha512] as const) : (['sha256', sha256] as const);
  if (expected === undefined) return [];
  const got = createHash(algorithm).update(readFileSync(path)).digest('hex');
  return got === expected ? [] : [{ path, got, expected: `${algorithm} ${expected}` }];
}
