import type * as pulumi from '@pulumi/pulumi';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import type { MachineConfig } from '../../lib/machine/machine-config';
import type { AwsAccount, Tags } from '../component-args';
import type { ExistingParts } from './existing-parts';
import type { StackPlan } from './plan-stack';

/** What the parts of a cluster are composed with. */
export interface ClusterScope extends StackPlan {
  /** Prefix of all child names. */
  readonly name: string;
  readonly account: AwsAccount;
  readonly allowUnlocked: boolean;
  /** ARNs of those who may write to the cluster's buckets. */
  readonly deployers: pulumi.Output<readonly string[]>;
  readonly tags: Tags;
  /** What is not made. */
  readonly existing: ExistingParts;
  /** The cluster itself, parent of every component. */
  readonly parent: pulumi.Resource;
}

/** The machine of that name. */
export function machineOf({ machines }: Pick<StackPlan, 'machines'>, name: string): MachineConfig {
  const machine = machines.find((candidate) => candidate.name === name);
  if (!machine) throw new Error(`no machine ${name} was planned`);
  return machine;
}

/** The permissions boundary of the roles, where the account asks for one. */
export function boundaryOf({ access }: Pick<Blueprint, 'access'>) {
  const { permissionsBoundaryArn } = access;
  return permissionsBoundaryArn === undefined ? {} : { permissionsBoundaryArn };
}
