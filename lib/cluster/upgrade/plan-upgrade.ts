import type { Blueprint } from '../../blueprint/blueprint';
import { compareMachines, type MachineChange } from './machines';
import { compareManifests, type ManifestPair } from './manifests';
import { noteUpgrade } from './notes';
import { refuseUpgrade } from './refusals';
import { compareConfigurations, compareSettings, type SettingChange } from './settings';
import { planUpgradeSteps, type UpgradeStep } from './steps';

export type { SettingChange } from './settings';

/** What an upgrade changes and how it goes. */
export interface UpgradePlan {
  readonly kubernetes: VersionChange;
  readonly etcd: VersionChange;
  /** Every choice that differs, also those that change no machine. */
  readonly configuration: readonly SettingChange[];
  /** What of it the programs of Kubernetes see. */
  readonly settings: readonly SettingChange[];
  /** Machines that are replaced, with what differs on them. */
  readonly machines: readonly MachineChange[];
  /** Objects of the manifests that come, go or change. */
  readonly manifests: MachineChange['parts'];
  /** What to know beyond that, in words. */
  readonly notes: readonly string[];
  /** In this order, each only after the one before has succeeded; empty when nothing changes. */
  readonly steps: readonly UpgradeStep[];
  /** Why this upgrade must not be done; empty when it may. */
  readonly refusals: readonly string[];
}

interface VersionChange {
  readonly from: string;
  readonly to: string;
}

/**
 * Compares two configurations of one cluster. Both are rendered by this version of the program, so
 * what another version renders otherwise is not in it.
 *
 * @param manifests - In-cluster manifests of both, as the constructs make them.
 */
export function planUpgrade(from: Blueprint, to: Blueprint, manifests: ManifestPair): UpgradePlan {
  const refusals = refuseUpgrade(from, to);
  const changes = {
    configuration: compareConfigurations(from, to),
    machines: compareMachines(from, to),
    manifests: compareManifests(manifests),
  };
  return {
    kubernetes: { from: from.kubernetes.version, to: to.kubernetes.version },
    etcd: { from: from.etcd.version, to: to.etcd.version },
    ...changes,
    settings: compareSettings(from, to),
    notes: noteUpgrade(from, to),
    steps: refusals.length > 0 ? [] : planUpgradeSteps(from, to, changes),
    refusals,
  };
}
