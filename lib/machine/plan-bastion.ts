import type { Blueprint } from '../blueprint/blueprint';
import type { PortMatrix } from '../network/port-matrix';
import type { MachinePart } from './machine-config';
import { planSsh } from './plan-ssh';

/** What makes a machine the bastion: its SSH server, which lets people jump on and nothing else. */
export function planBastion(blueprint: Blueprint, portMatrix: PortMatrix): MachinePart {
  return planSsh(blueprint, 'bastion', portMatrix);
}
