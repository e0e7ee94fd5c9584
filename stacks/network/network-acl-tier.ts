import * as pulumi from '@pulumi/pulumi';
import { NetworkAcl } from '@pulumi/aws/ec2/networkAcl';
import { NetworkAclAssociation } from '@pulumi/aws/ec2/networkAclAssociation';
import { NetworkAclRule } from '@pulumi/aws/ec2/networkAclRule';
import { componentType, type Tags } from '../component-args';
import type { NetworkAclEntry } from '../../lib/network/plan-network-acls';

/** Arguments of {@link NetworkAclTier}. */
export interface NetworkAclTierArgs {
  /** VPC that it belongs to. */
  readonly vpcId: pulumi.Input<string>;
  /** Ids of the subnets by the key that their association is named after. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** What passes; everything else is refused. */
  readonly entries: readonly NetworkAclEntry[];
  /** On everything that is made. */
  readonly tags: Tags;
}

/** The network ACL of one kind of subnet, its entries and associations apart from it. */
export class NetworkAclTier extends pulumi.ComponentResource {
  /** What must exist before packets pass. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: NetworkAclTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType('NetworkAclTier'), name, {}, opts);
    const child = { parent: this };
    const acl = new NetworkAcl(
      name,
      { vpcId: args.vpcId, tags: { ...args.tags, Name: name } },
      child,
    );
    const rules = args.entries.map(
      (entry) =>
        new NetworkAclRule(
          `${name}-${entry.key}`,
          {
            networkAclId: acl.id,
            egress: entry.direction === 'egress',
            ruleNumber: entry.number,
            ruleAction: 'allow',
            protocol: entry.protocol,
            cidrBlock: entry.cidr,
            ...(entry.protocol === 'icmp'
              ? { icmpType: entry.icmp.type, icmpCode: entry.icmp.code }
              : { fromPort: entry.ports.from, toPort: entry.ports.to }),
          },
          child,
        ),
    );
    const associations = Object.entries(args.subnetIds).map(
      ([key, subnetId]) =>
        new NetworkAclAssociation(`${name}-${key}`, { networkAclId: acl.id, subnetId }, child),
    );
    this.ready = [...rules, ...associations];
    this.registerOutputs({});
  }
}
