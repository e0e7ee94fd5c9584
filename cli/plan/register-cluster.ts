import { HardenedCluster } from '../../stacks/cluster/hardened-cluster';
import type { StackPlan } from '../../stacks/cluster/plan-stack';
import type { RegisteredResource } from './monitor';
import type { PkiStore } from './pki-store';
import { runProgram } from './run-program';

/** A plan, and what the Pulumi program makes of it. */
export interface PlannedCluster extends StackPlan {
  readonly resources: readonly RegisteredResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Runs the Pulumi program on a plan. */
export async function registerCluster(
  plan: StackPlan,
  store: PkiStore,
  now: Date,
): Promise<PlannedCluster> {
  const { name, region } = plan.blueprint;
  const { resources, outputs } = await runProgram(
    () => ({ ...new HardenedCluster(name, { plan, allowUnlocked: true }).outputs }),
    { project: 'hardened-cluster', stack: name, region, pki: store, now },
  );
  return { ...plan, resources, outputs };
}
