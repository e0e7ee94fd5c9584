import { checkAccess, checkBastion } from './checks/access-checks';
import type { ConfigCheck } from './checks/config-check';
import { checkCompaction, checkControlPlane, checkEtcd, checkPools } from './checks/machine-checks';
import { checkKnownFlags } from './checks/flag-checks';
import { checkInstanceTypes } from './checks/instance-checks';
import { checkNetworks } from './checks/network-checks';
import { checkNodePorts, checkNodes } from './checks/node-checks';
import { checkArns, checkImages, checkZones } from './checks/region-checks';
import { checkAuditLog, checkDataVolume } from './checks/storage-checks';
import { checkTags } from './checks/tag-checks';
import { checkFlags, checkNamespaces, checkPodRoles, checkWaivers } from './checks/policy-checks';
import { checkPrivateAccess, checkRuleLimits } from './checks/private-access-checks';
import { checkKubernetesVersion } from './checks/version-checks';
import type { Problem } from './problem';
import type { BlueprintConfig } from './schema/blueprint-schema';

const configChecks: readonly ConfigCheck[] = [
  checkZones,
  checkImages,
  checkArns,
  checkTags,
  checkNetworks,
  checkAccess,
  checkPrivateAccess,
  checkRuleLimits,
  checkBastion,
  checkKubernetesVersion,
  checkEtcd,
  checkCompaction,
  checkDataVolume,
  checkInstanceTypes,
  checkAuditLog,
  checkControlPlane,
  checkPools,
  checkNodes,
  checkNodePorts,
  checkNamespaces,
  checkPodRoles,
  checkWaivers,
  checkFlags,
  checkKnownFlags,
];

/** Everything the schema alone can't see. Empty when all is well. */
export function checkConfig(config: BlueprintConfig, today: string): Problem[] {
  return configChecks.flatMap((check) => check(config, today));
}
