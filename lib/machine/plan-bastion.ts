import type { Blueprint } from '../blueprint/blueprint';
import type { MachinePart } from './machine-config';

/** What only the bastion has. */
export function planBastion(blueprint: Blueprint): MachinePart {
  return blueprint.bastion.access === 'none' ? {} : {};
}
