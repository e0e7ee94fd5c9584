import * as pulumi from '@pulumi/pulumi';
import { SecurityGroup } from '@pulumi/aws/ec2/securityGroup';
import { SecurityGroupEgressRule } from '@pulumi/aws/vpc/securityGroupEgressRule';
import {
  SecurityGroupIngressRule,
  type SecurityGroupIngressRuleArgs,
} from '@pulumi/aws/vpc/securityGroupIngressRule';
import { packetTooBig } from '../../lib/aws/hops';
import type { Peer, PortMatrix, PortRule, Tier } from '../../lib/network/port-matrix';
import { checkPortMatrix } from './check-port-matrix';
import { componentType, validateArgs, type Tags } from '../component-args';

/** Arguments of {@link ClusterFirewall}. */
export interface ClusterFirewallArgs {
  /** VPC that it belongs to. */
  readonly vpcId: pulumi.Input<string>;
  /** Every allowed flow, and why. */
  readonly portMatrix: PortMatrix;
  /** Managed prefix list of S3, for egress to the gateway endpoint. */
  readonly s3PrefixListId: pulumi.Input<string>;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** What a tier is, as the description of its security group. */
const descriptions: Readonly<Record<Tier, string>> = {
  'public-load-balancer': 'Public load balancer',
  'internal-load-balancer': 'Load balancer of the API inside the VPC',
  bastion: 'Bastion',
  'control-plane': 'Control-plane machines',
  worker: 'Worker machines',
  etcd: 'etcd members',
  endpoints: 'Interface endpoints of AWS APIs',
};

/**
 * One security group a tier and one rule a flow: an ingress rule where it ends and an egress rule
 * where it begins, group to group. Nothing else is allowed in either direction.
 */
export class ClusterFirewall extends pulumi.ComponentResource {
  /** Every rule: before they exist, machines reach nothing. */
  readonly ready: readonly pulumi.Resource[];
  private readonly groups: ReadonlyMap<Tier, SecurityGroup>;

  constructor(name: string, args: ClusterFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('ClusterFirewall', checkPortMatrix(args.portMatrix));
    super(componentType('ClusterFirewall'), name, {}, opts);
    this.groups = new Map(
      tiersOf(args.portMatrix).map((tier) => [tier, this.group(name, tier, args)]),
    );
    this.ready = [
      ...args.portMatrix.flatMap((rule) => [
        ...this.ingress(name, rule, args),
        ...this.egress(name, rule, args),
      ]),
      ...this.pathMtu(name, args),
    ];
    this.registerOutputs({});
  }

  /** Id of a tier's security group. */
  groupId(tier: Tier): pulumi.Output<string> {
    const group = this.groups.get(tier);
    if (!group) throw new Error(`the port matrix has no tier ${tier}`);
    return group.id;
  }

  /** Security groups by tier. */
  groupIds(): Readonly<Record<string, pulumi.Output<string>>> {
    return Object.fromEntries([...this.groups].map(([tier, { id }]) => [tier, id]));
  }

  private group(name: string, tier: Tier, { vpcId, tags }: ClusterFirewallArgs): SecurityGroup {
    return new SecurityGroup(
      `${name}-${tier}`,
      {
        vpcId,
        description: descriptions[tier],
        revokeRulesOnDelete: true,
        tags: { ...tags, Name: `${name}-${tier}` },
      },
      { parent: this },
    );
  }

  private ingress(
    name: string,
    rule: PortRule,
    args: ClusterFirewallArgs,
  ): SecurityGroupIngressRule[] {
    if (rule.to.kind !== 'tier') return [];
    const securityGroupId = this.groupId(rule.to.tier);
    return this.peers(rule.from, args).map((peer) => {
      const ruleName = `${name}-${rule.id}-in${peer.suffix}`;
      return new SecurityGroupIngressRule(
        ruleName,
        { securityGroupId, ...this.flow(ruleName, rule, args), ...peer.args },
        { parent: this },
      );
    });
  }

  private egress(
    name: string,
    rule: PortRule,
    args: ClusterFirewallArgs,
  ): SecurityGroupEgressRule[] {
    if (rule.from.kind !== 'tier') return [];
    const securityGroupId = this.groupId(rule.from.tier);
    return this.peers(rule.to, args).map((peer) => {
      const ruleName = `${name}-${rule.id}-out${peer.suffix}`;
      return new SecurityGroupEgressRule(
        ruleName,
        { securityGroupId, ...this.flow(ruleName, rule, args), ...peer.args },
        { parent: this },
      );
    });
  }

  /**
   * Routers on the way report here that a packet is too large. Endpoints never need it: they clamp
   * the segment size.
   */
  private pathMtu(name: string, { tags }: ClusterFirewallArgs): SecurityGroupIngressRule[] {
    return [...this.groups]
      .filter(([tier]) => tier !== 'endpoints')
      .map(([tier, group]) => {
        const ruleName = `${name}-${tier}-path-mtu-in`;
        return new SecurityGroupIngressRule(
          ruleName,
          {
            securityGroupId: group.id,
            ipProtocol: 'icmp',
            fromPort: packetTooBig.type,
            toPort: packetTooBig.code,
            cidrIpv4: '0.0.0.0/0',
            description: 'Path MTU discovery (fragmentation needed)',
            tags: { ...tags, Name: ruleName },
          },
          { parent: this },
        );
      });
  }

  private flow(
    ruleName: string,
    { ports, protocol, why }: PortRule,
    { tags }: ClusterFirewallArgs,
  ) {
    return {
      ipProtocol: protocol,
      fromPort: ports.from,
      toPort: ports.to,
      description: why,
      tags: { ...tags, Name: ruleName },
    };
  }

  /** The other end of a rule; one entry a network, since a rule takes only one. */
  private peers(peer: Peer, { s3PrefixListId }: ClusterFirewallArgs): readonly RulePeer[] {
    switch (peer.kind) {
      case 'tier':
        return [{ suffix: '', args: { referencedSecurityGroupId: this.groupId(peer.tier) } }];
      case 'cidrs':
        return peer.cidrs.map((cidr) => ({
          suffix: `-${cidr.replaceAll(/[./]/g, '-')}`,
          args: { cidrIpv4: cidr },
        }));
      case 'prefix-list':
        return [{ suffix: '', args: { prefixListId: s3PrefixListId } }];
    }
  }
}

interface RulePeer {
  readonly suffix: string;
  readonly args: Pick<
    SecurityGroupIngressRuleArgs,
    'cidrIpv4' | 'prefixListId' | 'referencedSecurityGroupId'
  >;
}

function tiersOf(matrix: PortMatrix): readonly Tier[] {
  const named = matrix
    .flatMap(({ from, to }) => [from, to])
    .flatMap((peer) => (peer.kind === 'tier' ? [peer.tier] : []));
  return [...new Set(named)].sort();
}
