import { listUnlocked } from '../lib/machine/list-unlocked';
import type { MachineConfig } from '../lib/machine/machine-config';

/** What `pulumi up` would refuse: artifacts whose checksum no lock knows. */
export function unlockedWarnings(machines: readonly Pick<MachineConfig, 'artifacts'>[]): string[] {
  const count = listUnlocked(machines).length;
  return count === 0
    ? []
    : [`artifacts: ${count} without a known checksum; run hardened-cluster lock`];
}
