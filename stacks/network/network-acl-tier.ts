import * as pulumi from '@pulumi/pulumi';
import { NetworkAcl } from '@pulumi/aws/ec2/networkAcl';
import { NetworkAclAssociation } from '@pulumi/aws/ec2/networkAclAssociation';
import { NetworkAclRule } from '@pulumi/aws/ec2/networkAclRule';
import { componentType, type Tags } from '../component-args';
import type { NetworkAclEntry } from './plan-network-acls';

export interface NetworkAclTierArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Ids of the subnets by the key that their association is named after. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  readonly entries: readonly NetworkAclEntry[];
  readonly tags: Tags;
}

/** The network ACL of one kind of subnet, its entries and associations apart from it. */
export class NetworkAclTier extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkAclTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType('NetworkAclTier'), name, {}, opts);
    const child = { parent: this };
    const acl = new NetworkAcl(
      name,
      { vpcId: args.vpcId, tags: { ...args.tags, Name: name } },
      child,
    );
    for (const { key, direction, cidr, protocol, ports, number } of args.entries) {
      new NetworkAclRule(
        `${name}-${key}`,
        {
          networkAclId: acl.id,
          egress: direction === 'egress',
          ruleNumber: number,
          ruleAction: 'allow',
          protocol,
          cidrBlock: cidr,
          fromPort: ports.from,
          toPort: ports.to,
        },
        child,
      );
    }
    for (const [key, subnetId] of Object.entries(args.subnetIds)) {
      new NetworkAclAssociation(`${name}-${key}`, { networkAclId: acl.id, subnetId }, child);
    }
    this.registerOutputs({});
  }
}
