import { synthesizeManifests, type ManifestFile } from '../../constructs/manifests';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import type { MachineConfig } from '../../lib/machine/machine-config';
import { planMachines } from '../../lib/machine/plan-machines';
import { planAddresses, type AddressPlan } from '../../lib/network/address-plan';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import type { PortMatrix } from '../../lib/network/port-matrix';
import { planPki, type PkiPlan } from '../../lib/pki/pki-plan';
import { HardenedCluster } from '../../stacks/hardened-cluster';
import type { RegisteredResource } from './monitor';
import type { PkiStore } from './pki-store';
import { runProgram } from './run-program';

/** Everything a plan knows before it is written down. */
export interface PlannedCluster {
  readonly blueprint: Blueprint;
  readonly addresses: AddressPlan;
  readonly portMatrix: PortMatrix;
  readonly pki: PkiPlan;
  readonly machines: readonly MachineConfig[];
  readonly manifests: readonly ManifestFile[];
  readonly resources: readonly RegisteredResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Runs every pure planner, the cdk8s app and the Pulumi program for one configuration. */
export async function planCluster(
  blueprint: Blueprint,
  store: PkiStore,
  now: Date,
): Promise<PlannedCluster> {
  const planned = {
    blueprint,
    addresses: planAddresses(blueprint),
    portMatrix: planPortMatrix(blueprint),
    pki: planPki(blueprint),
    machines: planMachines(blueprint),
    manifests: synthesizeManifests(blueprint),
  };
  const { resources, outputs } = await runProgram(
    () => {
      const cluster = new HardenedCluster(blueprint.name, { ...planned, allowUnlocked: true });
      return { ...cluster.outputs };
    },
    {
      project: 'hardened-cluster',
      stack: blueprint.name,
      region: blueprint.region,
      pki: store,
      now,
    },
  );
  return { ...planned, resources, outputs };
}
