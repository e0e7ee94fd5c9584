import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { planStack, type StackPlan } from '../../../stacks/cluster/plan-stack';
import { makeBlueprint } from './blueprint-inputs';

const plans = new Map<string, StackPlan>();

/** Everything that the planners make of the default cluster with the changes of a test. */
export function makePlan(changes: Partial<BlueprintInput> = {}): StackPlan {
  const key = JSON.stringify(changes);
  const known = plans.get(key) ?? planStack(makeBlueprint(changes));
  plans.set(key, known);
  return known;
}
