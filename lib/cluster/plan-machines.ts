import type { Blueprint } from '../blueprint/blueprint';
import { planEtcdMember } from '../etcd/plan-etcd-member';
import { planControlPlane } from '../kubernetes/control-plane/plan-control-plane';
import { planWorker } from '../kubernetes/node/plan-worker';
import { resolveLock } from '../machine/artifact-lock';
import type { MachineConfig, MachinePart, MachineRole } from '../machine/machine-config';
import { mergeParts, type MachineIdentity } from '../machine/merge-parts';
import { planBase } from '../machine/plan-base';
import { planBastion } from '../machine/plan-bastion';
import type { NetworkPlan } from '../network/plan-network';
import { planSessionManager } from '../machine/session-manager';

/** Plans every machine of a cluster: bastion, etcd members, control plane, worker pools. */
export function planMachines(blueprint: Blueprint, network: NetworkPlan): readonly MachineConfig[] {
  const lock = resolveLock(blueprint);
  const { bastion, etcd, controlPlane, workers } = blueprint;
  const bases = new Map<MachineRole, MachinePart>();
  const base = (role: MachineRole) => {
    const known = bases.get(role) ?? planBase(blueprint, role, network);
    bases.set(role, known);
    return known;
  };
  const machine = (identity: MachineIdentity, part: MachinePart) =>
    mergeParts(identity, [
      base(identity.role),
      ...(bastion.access === 'session-manager'
        ? [planSessionManager(lock, identity.architecture)]
        : []),
      part,
    ]);
  return [
    ...(bastion.access === 'none'
      ? []
      : [
          machine(
            { name: 'bastion', role: 'bastion', architecture: bastion.architecture },
            planBastion(blueprint, network.portMatrix),
          ),
        ]),
    ...etcd.members.map((member) =>
      machine(
        { name: member.name, role: 'etcd', architecture: etcd.architecture },
        planEtcdMember(blueprint, member, lock, network.addresses),
      ),
    ),
    machine(
      { name: 'control-plane', role: 'control-plane', architecture: controlPlane.architecture },
      planControlPlane(blueprint, lock),
    ),
    ...workers.map((pool) =>
      machine(
        { name: `worker-${pool.name}`, role: 'worker', architecture: pool.architecture },
        planWorker(blueprint, pool, lock),
      ),
    ),
  ];
}
