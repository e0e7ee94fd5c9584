import type { Blueprint } from '../blueprint/blueprint';
import { kernelSettingsFile } from './hardening/kernel-settings';
import type { MachinePart, MachineRole } from './machine-config';
import { libraryFile, scriptFile } from './script-file';

/** What every machine has: its boot and the hardening of its operating system. */
export function planBase(blueprint: Blueprint, role: MachineRole): MachinePart {
  return {
    files: [
      libraryFile(),
      scriptFile('boot.sh'),
      scriptFile('fetch-secrets.sh'),
      scriptFile('install-artifacts.sh'),
      scriptFile('mount-data-volume.sh'),
      kernelSettingsFile(role),
    ],
    packages: role === 'etcd' ? [] : ['auditd', 'nftables'],
  };
}
