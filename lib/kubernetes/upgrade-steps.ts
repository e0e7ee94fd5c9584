import type { Blueprint } from '../blueprint/blueprint';
import type { SettingChange } from './upgrade';

/** One machine or pool at a time. */
export interface UpgradeStep {
  /** Such as `etcd-0`, `control-plane 1 of 3` or `worker-general`. */
  readonly machine: string;
  readonly action: string;
  /** What has to hold before the next step. */
  readonly done: string;
}

/**
 * The order of an upgrade: etcd before the control plane before workers, since an API server may be
 * newer than a kubelet and never older. Tiers that nothing changes for are left alone.
 */
export function planUpgradeSteps(
  from: Blueprint,
  to: Blueprint,
  settings: readonly SettingChange[],
): readonly UpgradeStep[] {
  const newEtcd = from.etcd.version !== to.etcd.version;
  const newKubernetes = from.kubernetes.version !== to.kubernetes.version;
  const changed = (program: string) => settings.some((change) => change.program === program);
  const controlPlane =
    newKubernetes ||
    JSON.stringify(from.kubernetes.encryption) !== JSON.stringify(to.kubernetes.encryption) ||
    settings.some(({ program }) => program !== 'kubelet of workers');
  const workers = newKubernetes || changed('kubelet of workers');
  if (!newEtcd && !controlPlane && !workers) return [];
  return [
    {
      machine: 'etcd',
      action: 'take a snapshot (systemctl start etcd-backup.service on one member)',
      done: 'the snapshot is in the bucket',
    },
    ...(newEtcd ? to.etcd.members.map(({ name }) => replaceMember(name)) : []),
    ...(controlPlane ? controlPlaneSteps(to) : []),
    ...(workers
      ? to.workers.map((pool) => ({
          machine: `worker-${pool.name}`,
          action: 'refresh the instances of the pool, one after the other, each drained first',
          done: `every node of the pool is Ready with ${to.kubernetes.version}`,
        }))
      : []),
  ];
}

function replaceMember(name: string): UpgradeStep {
  return {
    machine: name,
    action: 'replace the machine; its data volume and address stay',
    done: 'all members answer as healthy and have the same revision',
  };
}

function controlPlaneSteps({ controlPlane, kubernetes }: Blueprint): UpgradeStep[] {
  return Array.from({ length: controlPlane.machines }, (_, index) => ({
    machine: `control-plane ${index + 1} of ${controlPlane.machines}`,
    action: 'replace the machine',
    done: `its API server is ready with ${kubernetes.version} and its scheduler runs`,
  }));
}
