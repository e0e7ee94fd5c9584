import * as pulumi from '@pulumi/pulumi';
import { synthesizeManifests } from '../../constructs/manifests';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import { planMachines } from '../../lib/cluster/plan-machines';
import { planAddresses } from '../../lib/network/address-plan';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import { planPki } from '../../lib/pki/pki-plan';
import { HardenedCluster, type HardenedClusterOutputs } from './hardened-cluster';
import { readConfig } from './read-config';

/** The Pulumi program: configuration, plans, resources, outputs. */
export function runProject(): HardenedClusterOutputs {
  const today = new Date().toISOString().slice(0, 10);
  const blueprint = resolveBlueprint(readConfig(new pulumi.Config('hardened-cluster')), { today });
  for (const warning of blueprint.warnings) void pulumi.log.warn(warning);
  for (const reason of blueprint.nonConformities) {
    void pulumi.log.warn(`does not conform: ${reason}`);
  }
  const cluster = new HardenedCluster(blueprint.name, {
    blueprint,
    machines: planMachines(blueprint),
    manifests: synthesizeManifests(blueprint),
    pki: planPki(blueprint),
    portMatrix: planPortMatrix(blueprint),
    addresses: planAddresses(blueprint),
  });
  return cluster.outputs;
}
