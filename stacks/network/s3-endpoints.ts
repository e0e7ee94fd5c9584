import * as pulumi from '@pulumi/pulumi';
import { VpcEndpoint } from '@pulumi/aws/ec2/vpcEndpoint';
import { VpcEndpointRouteTableAssociation } from '@pulumi/aws/ec2/vpcEndpointRouteTableAssociation';
import { componentType, validateArgs, type AwsAccount, type Tags } from '../component-args';
import { inRegion, problemsOfRegion } from '../check-region';
import { registryBucketsOf } from '../../lib/aws/registry-buckets';
import { planS3EndpointPolicy } from '../iam/endpoint-policies';
import { idsFrom, type IdList } from '../id-list';
import { renderPolicy } from '../iam/policy-document';

interface ReachableBuckets {
  readonly bucketNames: IdList;
  readonly workloadBuckets: readonly string[];
  readonly readableBuckets: readonly string[];
}

type RouteTables = Readonly<Record<string, pulumi.Input<string>>>;

/** Arguments of {@link S3Endpoints}. */
export interface S3EndpointsArgs {
  /** VPC that it belongs to. */
  readonly vpcId: pulumi.Input<string>;
  /** Where in AWS it works. */
  readonly account: AwsAccount;
  /** Route tables by key of machines that also pull images from registries kept in S3. */
  readonly routeTableIds: RouteTables;
  /** Route tables by key of machines that need the cluster's buckets and nothing else. */
  readonly isolatedRouteTableIds: RouteTables;
  /** Buckets that the machines of `routeTableIds` use. */
  readonly bucketNames: IdList;
  /** Buckets that the machines of `isolatedRouteTableIds` use. */
  readonly isolatedBucketNames: IdList;
  /** Buckets of the region that pods use by roles of their own. @default none */
  readonly workloadBuckets?: readonly string[];
  /** Buckets of the region that image layers come from, besides those that are known. @default none */
  readonly imageBuckets?: readonly string[];
  /** On everything that is made. */
  readonly tags: Tags;
}

/**
 * Two gateway endpoints for S3: one for nodes, with buckets of workloads and image registries, and one
 * that reaches nothing but a bucket of the cluster.
 */
export class S3Endpoints extends pulumi.ComponentResource {
  /** Managed prefix list of S3, for security-group rules. */
  readonly prefixListId: pulumi.Output<string>;
  /** Routes to the endpoints: before they exist, machines reach no bucket by them. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: S3EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('S3Endpoints', problemsOfRegion('account.region', args.account.region));
    super(
      componentType('S3Endpoints'),
      name,
      {},
      inRegion('S3Endpoints', 'account.region', args.account.region, opts),
    );
    const nodes = this.gateway(`${name}-nodes`, args, {
      bucketNames: args.bucketNames,
      workloadBuckets: args.workloadBuckets ?? [],
      readableBuckets: [...registryBucketsOf(args.account.region), ...(args.imageBuckets ?? [])],
    });
    const isolated = this.gateway(`${name}-isolated`, args, {
      bucketNames: args.isolatedBucketNames,
      workloadBuckets: [],
      readableBuckets: [],
    });
    this.prefixListId = nodes.prefixListId;
    this.ready = [
      ...this.associate(`${name}-nodes`, nodes, args.routeTableIds),
      ...this.associate(`${name}-isolated`, isolated, args.isolatedRouteTableIds),
    ];
    this.registerOutputs({ prefixListId: this.prefixListId });
  }

  private gateway(name: string, args: S3EndpointsArgs, buckets: ReachableBuckets): VpcEndpoint {
    const { id: accountId, partition, region } = args.account;
    return new VpcEndpoint(
      name,
      {
        vpcId: args.vpcId,
        serviceName: `com.amazonaws.${region}.s3`,
        vpcEndpointType: 'Gateway',
        policy: renderPolicy(
          { accountId, partition, region, bucketNames: idsFrom(buckets.bucketNames) },
          (facts) => planS3EndpointPolicy({ ...buckets, ...facts }),
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
