import * as pulumi from '@pulumi/pulumi';
import { ResolverFirewallConfig } from '@pulumi/aws/route53/resolverFirewallConfig';
import { ResolverFirewallDomainList } from '@pulumi/aws/route53/resolverFirewallDomainList';
import { ResolverFirewallRule } from '@pulumi/aws/route53/resolverFirewallRule';
import { ResolverFirewallRuleGroup } from '@pulumi/aws/route53/resolverFirewallRuleGroup';
import { ResolverFirewallRuleGroupAssociation } from '@pulumi/aws/route53/resolverFirewallRuleGroupAssociation';
import type { DnsFirewallPlan, DnsFirewallRule } from '../../lib/network/plan-dns-firewall';
import { componentType, type Tags } from '../component-args';

/** Arguments of {@link DnsFirewall}. */
export interface DnsFirewallArgs extends DnsFirewallPlan {
  /** VPC that it belongs to. */
  readonly vpcId: pulumi.Input<string>;
  /** On everything that is made. */
  readonly tags: Tags;
}

/**
 * What the resolver of a VPC answers. Names leave any subnet by the resolver, whatever its routes,
 * ACLs and groups: nothing else filters them.
 */
export class DnsFirewall extends pulumi.ComponentResource {
  /** What must exist before names are filtered. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: DnsFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType('DnsFirewall'), name, {}, opts);
    const child = { parent: this };
    const tags = { ...args.tags, Name: name };
    const group = new ResolverFirewallRuleGroup(name, { name, tags }, child);
    const rules = args.rules.map((rule) => this.rule(name, rule, group, args));
    const association = new ResolverFirewallRuleGroupAssociation(
      name,
      {
        name,
        firewallRuleGroupId: group.id,
        vpcId: args.vpcId,
        priority: 1000,
        mutationProtection: 'DISABLED',
        tags,
      },
      { ...child, dependsOn: rules },
    );
    const config = new ResolverFirewallConfig(
      name,
      { resourceId: args.vpcId, firewallFailOpen: args.failOpen ? 'ENABLED' : 'DISABLED' },
      child,
    );
    this.ready = [association, config];
    this.registerOutputs({});
  }

  private rule(
    name: string,
    rule: DnsFirewallRule,
    group: ResolverFirewallRuleGroup,
    { tags }: DnsFirewallArgs,
  ): ResolverFirewallRule {
    const ruleName = `${name}-${rule.key}`;
    const blocked = { action: 'BLOCK', blockResponse: 'NODATA' };
    const common = { name: ruleName, firewallRuleGroupId: group.id, priority: rule.priority };
    if (rule.action === 'block-tunnelling') {
      return new ResolverFirewallRule(
        ruleName,
        {
          ...common,
          ...blocked,
          dnsThreatProtection: 'DNS_TUNNELING',
          confidenceThreshold: 'HIGH',
        },
        { parent: this },
      );
    }
    const list = new ResolverFirewallDomainList(
      ruleName,
      { name: ruleName, domains: [...rule.domains], tags: { ...tags, Name: ruleName } },
      { parent: this },
    );
    return new ResolverFirewallRule(
      ruleName,
      {
        ...common,
        ...(rule.action === 'allow'
          ? // Names that an allowed name leads to by CNAME, such as those of a CDN.
            { action: 'ALLOW', firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN' }
          : blocked),
        firewallDomainListId: list.id,
      },
      { parent: this },
    );
  }
}
