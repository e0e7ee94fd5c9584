import type { Blueprint } from '../blueprint/blueprint';
import { planEtcdMember } from '../etcd/plan-etcd-member';
import { planControlPlane } from '../kubernetes/plan-control-plane';
import { planWorker } from '../kubernetes/plan-worker';
import { resolveLock } from './artifact-lock';
import type { MachineConfig } from './machine-config';
import { mergeParts } from './merge-parts';
import { planBase } from './plan-base';
import { planBastion } from './plan-bastion';

/** Plans every machine of a cluster: bastion, etcd members, control plane, worker pools. */
export function planMachines(blueprint: Blueprint): readonly MachineConfig[] {
  const lock = resolveLock(blueprint);
  const { bastion, etcd, controlPlane, workers } = blueprint;
  return [
    ...(bastion.access === 'none'
      ? []
      : [
          mergeParts({ name: 'bastion', role: 'bastion', architecture: bastion.architecture }, [
            planBase(blueprint, 'bastion'),
            planBastion(blueprint),
          ]),
        ]),
    ...etcd.members.map((member) =>
      mergeParts({ name: member.name, role: 'etcd', architecture: etcd.architecture }, [
        planBase(blueprint, 'etcd'),
        planEtcdMember(blueprint, member, lock),
      ]),
    ),
    mergeParts(
      { name: 'control-plane', role: 'control-plane', architecture: controlPlane.architecture },
      [planBase(blueprint, 'control-plane'), planControlPlane(blueprint, lock)],
    ),
    ...workers.map((pool) =>
      mergeParts({ name: `worker-${pool.name}`, role: 'worker', architecture: pool.architecture }, [
        planBase(blueprint, 'worker'),
        planWorker(blueprint, pool, lock),
      ]),
    ),
  ];
}
export { listUnlocked } from './list-unlocked';
