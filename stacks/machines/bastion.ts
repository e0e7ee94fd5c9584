import * as pulumi from '@pulumi/pulumi';
import { Eip } from '@pulumi/aws/ec2/eip';
import { componentType, validateArgs, type AwsAccount, type Tags } from '../component-args';
import { inRegion, problemsOfRegion } from '../check-region';
import { MachineGroup, type MachineGroupArgs } from './machine-group';
import { MachineIdentity } from './machine-identity';
import type { PolicyStatement } from '../iam/policy-document';
import { planAddressAssociation } from '../iam/machine-policies';
import { renderTakeAddress } from './take-address';

/** What the machine is made from. */
export type BastionMachine = Pick<
  MachineGroupArgs,
  | 'imageId'
  | 'keepImage'
  | 'rootDeviceName'
  | 'instanceType'
  | 'subnetIds'
  | 'securityGroupIds'
  | 'userData'
  | 'rootVolumeGibibytes'
  | 'keyArn'
  | 'after'
>;

/** Arguments of {@link Bastion}. */
export interface BastionArgs {
  /** Name of the cluster, which the name of the role begins with. */
  readonly cluster: string;
  /** Where in AWS it works. */
  readonly account: AwsAccount;
  /** Whether people connect from outside, so that it needs an address that never changes. */
  readonly publicAddress: boolean;
  /** What the role may do besides taking its address. */
  readonly statements: pulumi.Input<readonly PolicyStatement[]>;
  /** A policy that the role can never go beyond. @default none */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /** What the machine is made from. */
  readonly machine: BastionMachine;
  /** On everything that is made. */
  readonly tags: Tags;
}

/**
 * One small machine that is replaced when it fails: a group of one. It takes its Elastic IP itself
 * when it starts, so that the address outlives the machine.
 */
export class Bastion extends pulumi.ComponentResource {
  /** Undefined when no one connects from outside. */
  readonly publicIp: pulumi.Output<string> | undefined;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: BastionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, publicAddress, machine } = args;
    validateArgs('Bastion', problemsOfRegion('account.region', args.account.region));
    super(
      componentType('Bastion'),
      name,
      {},
      inRegion('Bastion', 'account.region', args.account.region, opts),
    );
    const address = publicAddress
      ? new Eip(
          name,
          {
            domain: 'vpc',
            tags: { ...args.tags, Name: name },
          },
          { parent: this },
        )
      : undefined;
    const identity = new MachineIdentity(
      name,
      {
        roleName: `${cluster}-bastion`,
        description: 'Bastion: takes its address and ships recorded sessions',
        statements: bastionStatements(args, address),
        ...(args.permissionsBoundaryArn === undefined
          ? {}
          : { permissionsBoundaryArn: args.permissionsBoundaryArn }),
        tags: args.tags,
      },
      { parent: this },
    );
    new MachineGroup(
      name,
      {
        ...machine,
        userData: address
          ? pulumi
              .all([machine.userData, address.allocationId])
              .apply(([text, allocationId]) => `${text}${renderTakeAddress(allocationId)}`)
          : machine.userData,
        minimum: 1,
        maximum: 1,
        minimumHealthyPercentage: 0,
        warmupSeconds: 300,
        instanceProfileArn: identity.instanceProfileArn,
        after: [...(machine.after ?? []), ...identity.permissions],
        tags: args.tags,
      },
      { parent: this },
    );
    this.publicIp = address?.publicIp;
    this.roleArn = identity.roleArn;
    this.registerOutputs(this.publicIp ? { publicIp: this.publicIp } : {});
  }
}

function bastionStatements(
  { cluster, account, statements }: BastionArgs,
  address: Eip | undefined,
): pulumi.Output<readonly PolicyStatement[]> {
  const { id: accountId, partition, region } = account;
  return pulumi
    .output({ accountId, partition, region, statements, allocationId: address?.allocationId ?? '' })
    .apply((facts) => [
      ...(facts.statements as readonly PolicyStatement[]),
      ...(facts.allocationId === '' ? [] : planAddressAssociation({ ...facts, cluster })),
    ]);
}
