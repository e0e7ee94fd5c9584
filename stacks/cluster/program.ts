import * as pulumi from '@pulumi/pulumi';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import { HardenedCluster, type HardenedClusterOutputs } from './hardened-cluster';
import { planStack } from './plan-stack';
import { readConfig, requireSameRegion } from './read-config';

/** The Pulumi program: configuration, plan, resources, outputs. */
export function runProject(): HardenedClusterOutputs {
  const today = new Date().toISOString().slice(0, 10);
  const blueprint = resolveBlueprint(readConfig(new pulumi.Config('hardened-cluster')), { today });
  requireSameRegion(new pulumi.Config('aws').get('region'), blueprint);
  for (const warning of blueprint.warnings) void pulumi.log.warn(warning);
  for (const reason of blueprint.nonConformities) {
    void pulumi.log.warn(`does not conform: ${reason}`);
  }
  return new HardenedCluster(blueprint.name, { plan: planStack(blueprint) }).outputs;
}
