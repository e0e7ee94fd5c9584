import * as pulumi from '@pulumi/pulumi';
import { Record } from '@pulumi/aws/route53/record';
import { getZoneOutput } from '@pulumi/aws/route53/getZone';
import { Zone } from '@pulumi/aws/route53/zone';
import { ZoneAssociation } from '@pulumi/aws/route53/zoneAssociation';
import type { Problem } from '../../lib/blueprint/problem';
import { ArgumentsError, componentType, type Tags } from '../component-args';

/** Arguments of {@link ClusterDns}. */
export interface ClusterDnsArgs {
  /** VPC whose machines resolve the names. */
  readonly vpcId: pulumi.Input<string>;
  /** Such as `demo.internal`; resolves inside the VPC only. */
  readonly domain: string;
  /** Name of the API server, such as `api.demo.internal`. */
  readonly apiName: string;
  /** Load balancer that the API name leads to. */
  readonly loadBalancer: {
    readonly dnsName: pulumi.Input<string>;
    readonly zoneId: pulumi.Input<string>;
  };
  /**
   * A private zone that exists already, of the domain or of one above it.
   * @default a new zone of the domain, for the VPC alone
   */
  readonly existing?: {
    readonly zoneId: pulumi.Input<string>;
    /** Whether the zone has the VPC already; else it is associated with it. @default false */
    readonly associated?: boolean;
  };
  /** On everything that is made. */
  readonly tags: Tags;
}

/** Names inside the VPC. */
export class ClusterDns extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  /** Before it exists, machines don't find the API. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: ClusterDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType('ClusterDns'), name, {}, opts);
    const { existing } = args;
    this.zoneId = existing ? this.fittingZone(existing.zoneId, args) : this.zone(name, args);
    const association =
      existing && existing.associated !== true
        ? [new ZoneAssociation(name, { zoneId: this.zoneId, vpcId: args.vpcId }, { parent: this })]
        : [];
    const api = new Record(
      `${name}-api`,
      {
        zoneId: this.zoneId,
        name: args.apiName,
        type: 'A',
        aliases: [
          {
            name: args.loadBalancer.dnsName,
            zoneId: args.loadBalancer.zoneId,
            evaluateTargetHealth: false,
          },
        ],
      },
      { parent: this },
    );
    this.ready = [...association, api];
    this.registerOutputs({ zoneId: this.zoneId });
  }

  private zone(name: string, args: ClusterDnsArgs): pulumi.Output<string> {
    return new Zone(
      name,
      {
        name: args.domain,
        comment: 'Names inside the VPC of the cluster',
        vpcs: [{ vpcId: args.vpcId }],
        tags: { ...args.tags, Name: name },
      },
      { parent: this },
    ).zoneId;
  }

  /** Nothing is written into a zone that is public or of another name. */
  private fittingZone(
    zoneId: pulumi.Input<string>,
    { domain }: ClusterDnsArgs,
  ): pulumi.Output<string> {
    return getZoneOutput({ zoneId }, { parent: this }).apply((zone) => {
      const problems = problemsOfZone(zone, domain);
      if (problems.length > 0) throw new ArgumentsError('ClusterDns', problems);
      return zone.zoneId;
    });
  }
}

/** Why the names of a cluster don't belong into a zone; empty when they do. */
export function problemsOfZone(
  zone: { readonly name: string; readonly privateZone?: boolean },
  domain: string,
): readonly Problem[] {
  const name = zone.name.replace(/\.$/, '');
  const holds = domain === name || domain.endsWith(`.${name}`);
  return holds && zone.privateZone === true
    ? []
    : [
        {
          path: 'existing.zoneId',
          got: { name, privateZone: zone.privateZone },
          expected: `a private zone of ${domain}, or of a domain above it`,
        },
      ];
}
