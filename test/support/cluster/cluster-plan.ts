import { synthesizeManifests } from '../../../constructs/manifests';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { planMachines } from '../../../lib/cluster/plan-machines';
import { planAddresses } from '../../../lib/network/address-plan';
import { planPortMatrix } from '../../../lib/network/plan-port-matrix';
import { planPki } from '../../../lib/pki/pki-plan';
import type { HardenedClusterArgs } from '../../../stacks/cluster/hardened-cluster';
import { makeBlueprint } from './blueprint-inputs';

const plans = new Map<string, HardenedClusterArgs>();

/** Everything that the planners make of the default cluster with the changes of a test. */
export function makePlan(changes: Partial<BlueprintInput> = {}): HardenedClusterArgs {
  const key = JSON.stringify(changes);
  const known = plans.get(key) ?? plan(changes);
  plans.set(key, known);
  return known;
}

function plan(changes: Partial<BlueprintInput>): HardenedClusterArgs {
  const blueprint = makeBlueprint(changes);
  return {
    blueprint,
    machines: planMachines(blueprint),
    manifests: synthesizeManifests(blueprint),
    pki: planPki(blueprint),
    portMatrix: planPortMatrix(blueprint),
    addresses: planAddresses(blueprint),
    // Checksums of the artifacts that upstream publishes none of are the user's to lock.
    allowUnlocked: true,
  };
}
