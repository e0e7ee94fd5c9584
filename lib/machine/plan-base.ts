import type { Blueprint } from '../blueprint/blueprint';
import type { NetworkPlan } from '../network/plan-network';
import { accountFiles } from './hardening/accounts';
import { auditRulesFile } from './hardening/audit-rules';
import { journalFile } from './hardening/journal';
import { kernelModuleFiles } from './hardening/kernel-modules';
import { kernelSettingsFile } from './hardening/kernel-settings';
import { nameResolutionFile } from './hardening/name-resolution';
import { networkManagerFile } from './hardening/network-manager';
import { timeSyncFile } from './hardening/time-sync';
import { updateFiles } from './hardening/updates';
import { planHostFirewallUnit } from './host-firewall-unit';
import { planLogShipping } from './log-shipping';
import type { MachinePart, MachineRole } from './machine-config';
import { planSsh } from './plan-ssh';
import { libraryFile, programFile } from './program-file';

/** What every machine of a role has: its boot and the hardening of its operating system. */
export function planBase(
  blueprint: Blueprint,
  role: MachineRole,
  network: NetworkPlan,
): MachinePart {
  const parts = [
    boot,
    ...(role === 'control-plane' || role === 'etcd' ? [lookUp] : []),
    planHostFirewallUnit(blueprint, role, network),
    planHardening(role),
    planLogShipping(blueprint, role),
    ...(role === 'bastion' ? [] : [planSsh(blueprint, role, network.portMatrix)]),
  ];
  return {
    files: parts.flatMap(({ files = [] }) => files),
    units: parts.flatMap(({ units = [] }) => units),
    artifacts: parts.flatMap(({ artifacts = [] }) => artifacts),
    packages: parts.flatMap(({ packages = [] }) => packages),
  };
}

const boot: MachinePart = {
  files: [
    libraryFile('boot/lib.sh'),
    programFile('boot/boot.sh'),
    programFile('boot/fetch-bundle.sh'),
    programFile('boot/fetch-secrets.sh'),
    programFile('boot/install-artifacts.sh'),
    programFile('boot/mount-data-volume.sh'),
  ],
};

/** For those who talk to members of etcd. */
const lookUp: MachinePart = { files: [programFile('boot/list-etcd-tier.sh')] };

function planHardening(role: MachineRole): MachinePart {
  return {
    files: [
      ...accountFiles(),
      auditRulesFile(role),
      journalFile(),
      ...kernelModuleFiles(role),
      kernelSettingsFile(role),
      nameResolutionFile(),
      networkManagerFile(),
      timeSyncFile(),
      ...updateFiles(role),
    ],
    // etcd machines reach no mirror: with the stock image the kernel's own audit records are all.
    packages: role === 'etcd' ? [] : ['auditd'],
  };
}
