import { createRequire } from 'node:module';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import type * as Planner from './plan-stack';
import type { StackPlan } from './plan-stack';

/**
 * The whole plan of a cluster, for programs that look at it or change it before it is built. The app
 * inside is loaded here and now: the components alone need no cdk8s.
 */
export function planStack(blueprint: Blueprint): StackPlan {
  const planner = createRequire(__filename)('./plan-stack') as typeof Planner;
  return planner.planStack(blueprint);
}
