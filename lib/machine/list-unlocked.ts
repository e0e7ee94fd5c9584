import { isLocked } from './artifacts';
import type { MachineArtifact, MachineConfig } from './machine-config';

/** Artifacts that no lock knows a checksum of, each once, by name, version and architecture. */
export function listUnlocked(
  machines: readonly Pick<MachineConfig, 'artifacts'>[],
): readonly MachineArtifact[] {
  const unlocked = new Map<string, MachineArtifact>();
  for (const artifact of machines.flatMap(({ artifacts }) => artifacts)) {
    const { name, version, architecture } = artifact;
    if (!isLocked(artifact)) unlocked.set(`${name} ${version} ${architecture}`, artifact);
  }
  return [...unlocked.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, artifact]) => artifact);
}
