import * as pulumi from '@pulumi/pulumi';
import { VpcEndpoint } from '@pulumi/aws/ec2/vpcEndpoint';
import { VpcEndpointRouteTableAssociation } from '@pulumi/aws/ec2/vpcEndpointRouteTableAssociation';
import { componentType, type AwsAccount, type Tags } from '../component-args';
import { planS3EndpointPolicy, registryBuckets } from '../iam/endpoint-policies';
import { renderPolicy } from '../iam/policy-document';

type RouteTables = Readonly<Record<string, pulumi.Input<string>>>;

export interface S3EndpointsArgs {
  readonly vpcId: pulumi.Input<string>;
  readonly account: AwsAccount;
  /** Route tables by key of machines that also pull images from registries kept in S3. */
  readonly routeTableIds: RouteTables;
  /** Route tables by key of machines that need the cluster's buckets and nothing else. */
  readonly isolatedRouteTableIds: RouteTables;
  /** Buckets of the cluster. */
  readonly bucketNames: readonly pulumi.Input<string>[];
  readonly tags: Tags;
}

/** Two gateway endpoints for S3: to the cluster's buckets alone, and to image registries as well. */
export class S3Endpoints extends pulumi.ComponentResource {
  /** Managed prefix list of S3, for security-group rules. */
  readonly prefixListId: pulumi.Output<string>;
  /** Routes to the endpoints: before they exist, machines reach no bucket by them. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: S3EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType('S3Endpoints'), name, {}, opts);
    const registries = registryBuckets(args.account.region);
    const nodes = this.gateway(`${name}-nodes`, args, registries);
    const isolated = this.gateway(`${name}-isolated`, args, []);
    this.prefixListId = nodes.prefixListId;
    this.ready = [
      ...this.associate(`${name}-nodes`, nodes, args.routeTableIds),
      ...this.associate(`${name}-isolated`, isolated, args.isolatedRouteTableIds),
    ];
    this.registerOutputs({ prefixListId: this.prefixListId });
  }

  private gateway(
    name: string,
    args: S3EndpointsArgs,
    readableBuckets: readonly string[],
  ): VpcEndpoint {
    const { id: accountId, partition, region } = args.account;
    return new VpcEndpoint(
      name,
      {
        vpcId: args.vpcId,
        serviceName: `com.amazonaws.${region}.s3`,
        vpcEndpointType: 'Gateway',
        policy: renderPolicy(
          { accountId, partition, region, bucketNames: [...args.bucketNames] },
          (facts) => planS3EndpointPolicy({ ...facts, readableBuckets }),
        ),
        tags: { ...args.tags, Name: name },
      },
      { parent: this },
    );
  }

  private associate(
    name: string,
    endpoint: VpcEndpoint,
    routeTableIds: RouteTables,
  ): VpcEndpointRouteTableAssociation[] {
    return Object.entries(routeTableIds).map(
      ([key, routeTableId]) =>
        new VpcEndpointRouteTableAssociation(
          `${name}-${key}`,
          { vpcEndpointId: endpoint.id, routeTableId },
          { parent: this },
        ),
    );
  }
}
