import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { artifactFileName } from '../../../lib/machine/artifacts';
import type { Architecture } from '../../../lib/machine/machine-config';
import { makePlan } from '../cluster/cluster-plan';
import { minimalInput } from '../cluster/blueprint-inputs';

type Checksums = Record<string, Record<string, Partial<Record<Architecture, string>>>>;

/**
 * The default cluster with the changes of a test, and its artifacts as small files of a folder that
 * the configuration locks by their own checksums: nothing is downloaded.
 */
export function engineConfig(
  folder: string,
  changes: Partial<BlueprintInput> = {},
): Readonly<Record<string, unknown>> {
  mkdirSync(folder, { recursive: true });
  const checksums: Checksums = {};
  for (const artifact of makePlan(changes).machines.flatMap(({ artifacts }) => artifacts)) {
    const content = `fake for ${artifact.name} ${artifact.version} ${artifact.architecture}\n`;
    writeFileSync(join(folder, artifactFileName(artifact)), content);
    const versions = (checksums[artifact.name] ??= {});
    (versions[artifact.version] ??= {})[artifact.architecture] = createHash('sha256')
      .update(content)
      .digest('hex');
  }
  const input = { ...minimalInput, ...changes, artifacts: { source: folder, sha256: checksums } };
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [`hardened-cluster:${key}`, value]),
  );
}
