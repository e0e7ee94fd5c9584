import { checkAccess, checkBastion } from './checks/access-checks';
import type { ConfigCheck } from './checks/config-check';
import { checkCompaction, checkControlPlane, checkEtcd, checkPools } from './checks/machine-checks';
import { checkNetworks, checkZones } from './checks/network-checks';
import { checkFlags, checkNamespaces, checkWaivers } from './checks/policy-checks';
import { checkPrivateAccess, checkRuleLimits } from './checks/private-access-checks';
import { checkKubernetesVersion } from './checks/version-checks';
import type { Problem } from './problem';
import type { BlueprintConfig } from './schema/blueprint-schema';

const configChecks: readonly ConfigCheck[] = [
  checkZones,
  checkNetworks,
  checkAccess,
  checkPrivateAccess,
  checkRuleLimits,
  checkBastion,
  checkKubernetesVersion,
  checkEtcd,
  checkCompaction,
  checkControlPlane,
  checkPools,
  checkNamespaces,
  checkWaivers,
  checkFlags,
];

/** Everything the schema alone can't see. Empty when all is well. */
export function checkConfig(config: BlueprintConfig, today: string): Problem[] {
  return configChecks.flatMap((check) => check(config, today));
}
