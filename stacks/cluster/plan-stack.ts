import { synthesizeManifests, type ManifestFile } from '../../constructs/manifests';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import { planCluster, type ClusterPlan } from '../../lib/cluster/plan-cluster';

/** The plan of a cluster with the objects inside it. */
export interface StackPlan extends ClusterPlan {
  /** Applied in this order. */
  readonly manifests: readonly ManifestFile[];
}

/** Runs every pure planner, and the cdk8s app on what they planned. */
export function planStack(blueprint: Blueprint): StackPlan {
  const plan = planCluster(blueprint);
  return { ...plan, manifests: synthesizeManifests(blueprint, plan.addresses) };
}
