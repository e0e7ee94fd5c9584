import * as pulumi from '@pulumi/pulumi';
import { Group } from '@pulumi/aws/autoscaling/group';
import { LaunchTemplate } from '@pulumi/aws/ec2/launchTemplate';
import type { Problem } from '../../lib/blueprint/problem';
import { componentType, validateArgs, type Tags } from '../component-args';
import { idsFrom, problemsOfNoIds, someIdsFrom, type IdList } from '../id-list';
import { rootDeviceOf } from './machine-image';

/** Arguments of {@link MachineGroup}. */
export interface MachineGroupArgs {
  /** Image that machines start from. */
  readonly imageId: pulumi.Input<string>;
  /** Whether machines keep the image of the first time when another is given. @default false */
  readonly keepImage?: boolean;
  /**
   * Name of the image's root device; a wrong one leaves the root volume as the image has it.
   * @default what AWS says of the image
   */
  readonly rootDeviceName?: pulumi.Input<string>;
  /** EC2 instance type, such as `m7g.large`. */
  readonly instanceType: string;
  /** Least number of machines, from 0 on. */
  readonly minimum: number;
  /** Greatest number of machines. */
  readonly maximum: number;
  /** Least share of machines that stay in service while others are replaced, in percent. */
  readonly minimumHealthyPercentage: number;
  /** Seconds a new machine gets before its health counts. */
  readonly warmupSeconds: number;
  /** @default 'on-demand' */
  readonly capacity?: 'on-demand' | 'spot';
  /** One a zone. */
  readonly subnetIds: IdList;
  /** Security groups of the machines. */
  readonly securityGroupIds: IdList;
  /** Instance profile of the machines. */
  readonly instanceProfileArn: pulumi.Input<string>;
  /** Plain text; never a secret. */
  readonly userData: pulumi.Input<string>;
  /** Size of the root volume in GiB, 8 at least. */
  readonly rootVolumeGibibytes: number;
  /** Key of the root volume. */
  readonly keyArn: pulumi.Input<string>;
  /**
   * Load-balancer target groups. What they call unhealthy gets no traffic and is not replaced: a
   * target answers by a workload or an API server that may be away for a reason of its own.
   * @default none
   */
  readonly targetGroupArns?: IdList;
  /** What must exist before the first machine starts. @default nothing */
  readonly after?: readonly pulumi.Resource[];
  /** Also on the machines and their volumes. */
  readonly tags: Tags;
}

/**
 * Identical machines in an auto-scaling group: IMDSv2 only with hop limit 1, encrypted volumes, no
 * public address, replaced step by step when anything about them changes.
 */
export class MachineGroup extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;

  constructor(name: string, args: MachineGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('MachineGroup', problemsOf(args));
    super(componentType('MachineGroup'), name, {}, opts);
    const template = this.template(name, args);
    const group = new Group(
      name,
      {
        minSize: args.minimum,
        maxSize: args.maximum,
        vpcZoneIdentifiers: someIdsFrom('MachineGroup', 'subnetIds', args.subnetIds),
        launchTemplate: {
          id: template.id,
          version: template.latestVersion.apply((version) => `${version}`),
        },
        ...targetsOf(args),
        // See docs/decisions/0068-health-of-machines-alone.md.
        healthCheckType: 'EC2',
        healthCheckGracePeriod: args.warmupSeconds,
        defaultInstanceWarmup: args.warmupSeconds,
        ...(args.capacity === 'spot' ? { capacityRebalance: true } : {}),
        instanceRefresh: {
          strategy: 'Rolling',
          preferences: {
            minHealthyPercentage: args.minimumHealthyPercentage,
            instanceWarmup: `${args.warmupSeconds}`,
          },
        },
        // The program does not stand still while machines boot; the load balancer tells.
        waitForCapacityTimeout: '0',
        tags: Object.entries({ ...args.tags, Name: name })
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
      },
      { parent: this, dependsOn: [...(args.after ?? [])] },
    );
    this.groupName = group.name;
    this.registerOutputs({ groupName: this.groupName });
  }

  private template(name: string, args: MachineGroupArgs): LaunchTemplate {
    const tags = { ...args.tags, Name: name };
    return new LaunchTemplate(
      name,
      {
        imageId: args.imageId,
        instanceType: args.instanceType,
        iamInstanceProfile: { arn: args.instanceProfileArn },
        ebsOptimized: 'true',
        monitoring: { enabled: true },
        metadataOptions: {
          httpEndpoint: 'enabled',
          httpTokens: 'required',
          httpPutResponseHopLimit: 1,
          httpProtocolIpv6: 'disabled',
          instanceMetadataTags: 'disabled',
        },
        networkInterfaces: [
          {
            deviceIndex: 0,
            associatePublicIpAddress: 'false',
            deleteOnTermination: 'true',
            securityGroups: someIdsFrom('MachineGroup', 'securityGroupIds', args.securityGroupIds),
          },
        ],
        blockDeviceMappings: [
          {
            deviceName: args.rootDeviceName ?? rootDeviceOf(args.imageId, { parent: this }),
            ebs: {
              volumeType: 'gp3',
              volumeSize: args.rootVolumeGibibytes,
              encrypted: 'true',
              kmsKeyId: args.keyArn,
              deleteOnTermination: 'true',
            },
          },
        ],
        ...(args.capacity === 'spot'
          ? {
              instanceMarketOptions: {
                marketType: 'spot',
                spotOptions: { spotInstanceType: 'one-time' },
              },
            }
          : {}),
        userData: pulumi
          .output(args.userData)
          .apply((text) => Buffer.from(text).toString('base64')),
        tagSpecifications: ['instance', 'network-interface', 'volume'].map((resourceType) => ({
          resourceType,
          tags,
        })),
        updateDefaultVersion: true,
        tags,
      },
      { parent: this, ...(args.keepImage === true ? { ignoreChanges: ['imageId'] } : {}) },
    );
  }
}

/** Nothing rather than an empty list: the provider would take over whatever is attached. */
function targetsOf({ targetGroupArns: targets }: MachineGroupArgs) {
  if (targets === undefined || (Array.isArray(targets) && targets.length === 0)) return {};
  return { targetGroupArns: idsFrom(targets) };
}

function problemsOf(args: MachineGroupArgs): Problem[] {
  const { minimum, maximum, minimumHealthyPercentage, rootVolumeGibibytes, subnetIds } = args;
  return [
    ...(Number.isInteger(minimum) && minimum >= 0
      ? []
      : [{ path: 'minimum', got: minimum, expected: 'a number of machines from 0 on' }]),
    ...(Number.isInteger(maximum) && maximum >= Math.max(1, minimum)
      ? []
      : [{ path: 'maximum', got: maximum, expected: `at least ${Math.max(1, minimum)}` }]),
    ...(minimumHealthyPercentage >= 0 && minimumHealthyPercentage <= 100
      ? []
      : [
          {
            path: 'minimumHealthyPercentage',
            got: minimumHealthyPercentage,
            expected: 'a percentage from 0 to 100',
          },
        ]),
    ...(rootVolumeGibibytes >= 8
      ? []
      : [{ path: 'rootVolumeGibibytes', got: rootVolumeGibibytes, expected: 'at least 8' }]),
    ...problemsOfNoIds('subnetIds', subnetIds),
    ...problemsOfNoIds('securityGroupIds', args.securityGroupIds),
  ];
}
