import type * as pulumi from '@pulumi/pulumi';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import type { StoredManifest } from '../../lib/kubernetes/control-plane/manifest-store';
import type { MachineConfig } from '../../lib/machine/machine-config';
import type { AddressPlan } from '../../lib/network/address-plan';
import type { PortMatrix } from '../../lib/network/port-matrix';
import type { PkiPlan } from '../../lib/pki/pki-plan';
import type { AwsAccount, Tags } from '../component-args';

/** Everything that the pure planners made of one Blueprint. */
export interface ClusterPlan {
  readonly blueprint: Blueprint;
  readonly machines: readonly MachineConfig[];
  readonly manifests: readonly StoredManifest[];
  readonly pki: PkiPlan;
  readonly portMatrix: PortMatrix;
  readonly addresses: AddressPlan;
}

/** What the parts of a cluster are composed with. */
export interface ClusterScope extends ClusterPlan {
  /** Prefix of all child names. */
  readonly name: string;
  readonly account: AwsAccount;
  readonly allowUnlocked: boolean;
  /** ARNs of those who may write to the cluster's buckets. */
  readonly deployers: pulumi.Output<readonly string[]>;
  readonly tags: Tags;
  /** The cluster itself, parent of every component. */
  readonly parent: pulumi.Resource;
}

/** The machine of that name. */
export function machineOf({ machines }: ClusterPlan, name: string): MachineConfig {
  const machine = machines.find((candidate) => candidate.name === name);
  if (!machine) throw new Error(`no machine ${name} was planned`);
  return machine;
}
