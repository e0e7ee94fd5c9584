import type { Blueprint } from '../blueprint/blueprint';
import { planAddresses, type AddressPlan } from './address-plan';
import { planPortMatrix } from './plan-port-matrix';
import type { PortMatrix } from './port-matrix';

/** Addresses and allowed flows of a cluster; planned once, and handed to all that is built on them. */
export interface NetworkPlan {
  readonly addresses: AddressPlan;
  readonly portMatrix: PortMatrix;
}

/** Plans the network of a cluster. */
export function planNetwork(blueprint: Blueprint): NetworkPlan {
  return { addresses: planAddresses(blueprint), portMatrix: planPortMatrix(blueprint) };
}
