import { synthesizeManifests, type ManifestFile } from '../../constructs/manifests';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import type { MachineConfig } from '../../lib/machine/machine-config';
import { planMachines } from '../../lib/cluster/plan-machines';
import { planAddresses, type AddressPlan } from '../../lib/network/address-plan';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import type { PortMatrix } from '../../lib/network/port-matrix';
import { planPki, type PkiPlan } from '../../lib/pki/pki-plan';
import { HardenedCluster } from '../../stacks/cluster/hardened-cluster';
import type { RegisteredResource } from './monitor';
import type { PkiStore } from './pki-store';
import { runProgram } from './run-program';

/** What the pure planners and the cdk8s app make of a configuration. */
export interface ClusterParts {
  readonly blueprint: Blueprint;
  readonly addresses: AddressPlan;
  readonly portMatrix: PortMatrix;
  readonly pki: PkiPlan;
  readonly machines: readonly MachineConfig[];
  readonly manifests: readonly ManifestFile[];
}

/** Everything a plan knows: the parts, and what the Pulumi program makes of them. */
export interface PlannedCluster extends ClusterParts {
  readonly resources: readonly RegisteredResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Runs every pure planner and the cdk8s app. */
export function planParts(blueprint: Blueprint): ClusterParts {
  return {
    blueprint,
    addresses: planAddresses(blueprint),
    portMatrix: planPortMatrix(blueprint),
    pki: planPki(blueprint),
    machines: planMachines(blueprint),
    manifests: synthesizeManifests(blueprint),
  };
}

/** Runs the Pulumi program on the parts. */
export async function planCluster(
  parts: ClusterParts,
  store: PkiStore,
  now: Date,
): Promise<PlannedCluster> {
  const { name, region } = parts.blueprint;
  const { resources, outputs } = await runProgram(
    () => ({ ...new HardenedCluster(name, { ...parts, allowUnlocked: true }).outputs }),
    { project: 'hardened-cluster', stack: name, region, pki: store, now },
  );
  return { ...parts, resources, outputs };
}
