import * as pulumi from '@pulumi/pulumi';
import { Record } from '@pulumi/aws/route53/record';
import { Zone } from '@pulumi/aws/route53/zone';
import { componentType, type Tags } from '../component-args';

export interface ClusterDnsArgs {
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
  readonly tags: Tags;
}

/** Names inside the VPC. */
export class ClusterDns extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  /** Before it exists, machines don't find the API. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: ClusterDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType('ClusterDns'), name, {}, opts);
    const zone = new Zone(
      name,
      {
        name: args.domain,
        comment: 'Names inside the VPC of the cluster',
        vpcs: [{ vpcId: args.vpcId }],
        tags: { ...args.tags, Name: name },
      },
      { parent: this },
    );
    const api = new Record(
      `${name}-api`,
      {
        zoneId: zone.zoneId,
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
    this.zoneId = zone.zoneId;
    this.ready = [api];
    this.registerOutputs({ zoneId: this.zoneId });
  }
}
