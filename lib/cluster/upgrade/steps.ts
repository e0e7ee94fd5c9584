import type { Blueprint } from '../../blueprint/blueprint';
import { hasNewKinds } from '../../kubernetes/releases';
import type { MachineChange } from './machines';
import type { SettingChange } from './settings';

/** One machine or pool at a time. */
export interface UpgradeStep {
  /** Such as `etcd-0`, `control-plane 1 of 3`, `manifests` or `worker-general`. */
  readonly machine: string;
  readonly action: string;
  /** What has to hold before the next step. */
  readonly done: string;
}

/** What differs, as far as steps follow from it. */
export interface UpgradeChanges {
  readonly configuration: readonly SettingChange[];
  readonly machines: readonly MachineChange[];
  readonly manifests: MachineChange['parts'];
}

/**
 * The order of an upgrade: etcd before the control plane before workers, since an API server may be
 * newer than a kubelet and never older. Machines that nothing changes for are left alone. The
 * bastion is last: until then it is the known way in.
 */
export function planUpgradeSteps(
  from: Blueprint,
  to: Blueprint,
  { configuration, machines, manifests }: UpgradeChanges,
): readonly UpgradeStep[] {
  const of = (tier: RegExp) => machines.filter(({ machine }) => tier.test(machine));
  const members = of(/^etcd-/);
  const controlPlane = of(/^control-plane$/).length > 0 ? controlPlaneSteps(to) : [];
  // Kinds that only a new API server knows wait for the first one, which applies them at its start.
  const wait = hasNewKinds(from.kubernetes.minorVersion, to.kubernetes.minorVersion) ? 1 : 0;
  const steps = [
    ...(members.length + controlPlane.length > 0 ? [snapshot] : []),
    ...members.map(({ machine }) => replaceMember(machine)),
    ...controlPlane.slice(0, wait),
    ...(manifests.length > 0 ? [applyManifests(manifests.length)] : []),
    ...controlPlane.slice(wait),
    ...of(/^worker-/).map((pool) => poolStep(pool, to)),
    ...of(/^bastion$/).map(bastionStep),
  ];
  // Networks, groups' sizes, buckets: what is changed in place.
  return steps.length === 0 && configuration.length > 0 ? [inPlace] : steps;
}

const snapshot: UpgradeStep = {
  machine: 'etcd',
  action: 'take a snapshot (systemctl start etcd-backup.service on one member)',
  done: 'the snapshot is in the bucket',
};

const inPlace: UpgradeStep = {
  machine: 'cloud resources',
  action: 'pulumi up; no machine is replaced',
  done: 'pulumi up has ended without an error',
};

function replaceMember(name: string): UpgradeStep {
  return {
    machine: name,
    action: 'replace the machine; its data volume and address stay',
    done: 'all members answer as healthy and have the same revision',
  };
}

/** They are in the bucket before any template of machines changes. */
function applyManifests(count: number): UpgradeStep {
  return {
    machine: 'manifests',
    action: `${count} ${count === 1 ? 'object comes, goes or changes' : 'objects come, go or change'}; each control-plane machine looks every five minutes`,
    done: 'the start of the first new control-plane machine, or apply-manifests.service on one, has ended well',
  };
}

function controlPlaneSteps({ controlPlane, kubernetes }: Blueprint): UpgradeStep[] {
  return Array.from({ length: controlPlane.machines }, (_, index) => ({
    machine: `control-plane ${index + 1} of ${controlPlane.machines}`,
    action: 'replace the machine',
    done: `its API server is ready with ${kubernetes.version} and its scheduler runs`,
  }));
}

function poolStep({ machine, change }: MachineChange, { kubernetes }: Blueprint): UpgradeStep {
  const ready = `every node of the pool is Ready with ${kubernetes.version}`;
  switch (change) {
    case 'new':
      return { machine, action: 'the pool is made', done: ready };
    case 'changed':
      return {
        machine,
        action: 'refresh the instances of the pool, one after the other, each drained first',
        done: ready,
      };
    case 'gone':
      return {
        machine,
        action: 'drain every node of the pool before the pool is taken away',
        done: 'no node of the pool is left',
      };
  }
}

function bastionStep({ machine, change }: MachineChange): UpgradeStep {
  return {
    machine,
    action: { new: 'it is made', changed: 'replace the machine', gone: 'it is taken away' }[change],
    done: change === 'gone' ? 'its group is gone' : 'it accepts SSH connections',
  };
}
