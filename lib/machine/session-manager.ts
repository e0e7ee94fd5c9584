import type { ArtifactLock } from './artifact-lock';
import { ssmAgentArtifact } from './artifacts';
import type { Architecture, MachinePart } from './machine-config';

/** Version that is planned where the lock names none. */
const knownVersion = '3.3.1802.0';

/**
 * AWS Session Manager instead of SSH: its agent on every machine. Debian has no package of it and
 * its publisher gives signatures but no checksums, so none is shipped: the user locks one under
 * `artifacts.sha256.amazon-ssm-agent`, and until then machines refuse it.
 *
 * @see docs/machine-bastion.md
 */
export function planSessionManager(lock: ArtifactLock, architecture: Architecture): MachinePart {
  const locked = Object.keys(lock['amazon-ssm-agent'] ?? {}).sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  return { artifacts: [ssmAgentArtifact(lock, locked.at(-1) ?? knownVersion, architecture)] };
}
