import type { Blueprint } from '../blueprint/blueprint';
import type { MachineConfig } from '../machine/machine-config';
import { planNetwork, type NetworkPlan } from '../network/plan-network';
import { planPki, type PkiPlan } from '../pki/pki-plan';
import { planMachines } from './plan-machines';

/** Everything that the pure planners make of one configuration. */
export interface ClusterPlan extends NetworkPlan {
  readonly blueprint: Blueprint;
  readonly pki: PkiPlan;
  /** Bastion, etcd members, control plane and worker pools, in this order. */
  readonly machines: readonly MachineConfig[];
}

/**
 * The one composition of a cluster: addresses and port matrix first, then what is built on them. The
 * command, the Pulumi program and the tests all take their plan from here.
 */
export function planCluster(blueprint: Blueprint): ClusterPlan {
  const network = planNetwork(blueprint);
  return {
    blueprint,
    ...network,
    pki: planPki(blueprint, network.addresses),
    machines: planMachines(blueprint, network),
  };
}
