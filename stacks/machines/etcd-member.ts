import * as pulumi from '@pulumi/pulumi';
import { Volume } from '@pulumi/aws/ebs/volume';
import { Instance } from '@pulumi/aws/ec2/instance';
import { VolumeAttachment } from '@pulumi/aws/ec2/volumeAttachment';
import { Record } from '@pulumi/aws/route53/record';
import { componentType, type DataLife, type Tags } from '../component-args';
import { someIdsFrom, type IdList } from '../id-list';

/** Settings that all members share. */
export interface EtcdMachine extends DataLife {
  readonly imageId: pulumi.Input<string>;
  /** Whether a member keeps the image that it was made from when another is given. @default false */
  readonly keepImage?: boolean;
  readonly instanceType: string;
  readonly securityGroupIds: IdList;
  readonly placementGroupId: pulumi.Input<string>;
  /** Key of root and data volume. */
  readonly keyArn: pulumi.Input<string>;
  readonly dataVolume: {
    readonly sizeGibibytes: number;
    readonly type: 'gp3' | 'io2';
    readonly iops: number;
  };
  readonly tags: Tags;
}

/** Arguments of {@link EtcdMember}. */
export interface EtcdMemberArgs extends EtcdMachine {
  /** Such as `etcd-0`. */
  readonly member: string;
  /** Availability zone of machine and data volume. */
  readonly zone: string;
  /** Subnet in that zone, which holds `privateIp`. */
  readonly subnetId: pulumi.Input<string>;
  /** Fixed: certificates and the other members know it. */
  readonly privateIp: string;
  /** Instance profile with the role of this member. */
  readonly instanceProfileName: pulumi.Input<string>;
  /** User-data for a data volume; never holds a secret. */
  readonly userData: (dataVolumeId: pulumi.Output<string>) => pulumi.Output<string>;
  /** Host name and zone of its DNS record. @default none */
  readonly dns?: { readonly zoneId: pulumi.Input<string>; readonly hostName: string };
  /** Resolves when this member may be touched; must not depend on a resource. */
  readonly turn: Promise<void>;
  /** What must exist before the machine starts. */
  readonly after: readonly pulumi.Resource[];
}

/** One member: a machine with a fixed address and an encrypted data volume that outlives it. */
export class EtcdMemberMachine extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  readonly dataVolumeId: pulumi.Output<string>;
  /** Known when the machine has its volume. */
  readonly attachmentId: pulumi.Output<string>;

  constructor(name: string, args: EtcdMemberArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType('EtcdMember'), name, {}, opts);
    const child = { parent: this };
    const volume = new Volume(
      `${name}-data`,
      {
        availabilityZone: args.zone,
        size: args.dataVolume.sizeGibibytes,
        type: args.dataVolume.type,
        iops: args.dataVolume.iops,
        encrypted: true,
        kmsKeyId: args.keyArn,
        finalSnapshot: true,
        tags: { ...args.tags, Name: `${name}-data` },
      },
      { ...child, protect: args.protect ?? true, retainOnDelete: args.retain ?? true },
    );
    const instance = this.instance(name, args, volume);
    const attachment = new VolumeAttachment(
      `${name}-data`,
      {
        deviceName: '/dev/sdf',
        instanceId: instance.id,
        volumeId: volume.id,
        stopInstanceBeforeDetaching: true,
      },
      { ...child, deleteBeforeReplace: true },
    );
    if (args.dns) {
      new Record(
        name,
        {
          zoneId: args.dns.zoneId,
          name: args.dns.hostName,
          type: 'A',
          ttl: 60,
          records: [args.privateIp],
        },
        child,
      );
    }
    this.instanceId = instance.id;
    this.dataVolumeId = volume.id;
    this.attachmentId = attachment.id;
    this.registerOutputs({ instanceId: this.instanceId, dataVolumeId: this.dataVolumeId });
  }

  private instance(name: string, args: EtcdMemberArgs, volume: Volume): Instance {
    // Waiting for its turn is part of the user-data: nothing about the machine is decided before.
    const userData = pulumi.all([args.userData(volume.id), args.turn]).apply(([text]) => text);
    return new Instance(
      name,
      {
        ami: args.imageId,
        instanceType: args.instanceType,
        subnetId: args.subnetId,
        privateIp: args.privateIp,
        associatePublicIpAddress: false,
        vpcSecurityGroupIds: someIdsFrom('EtcdMember', 'securityGroupIds', args.securityGroupIds),
        iamInstanceProfile: args.instanceProfileName,
        placementGroupId: args.placementGroupId,
        ebsOptimized: true,
        monitoring: true,
        metadataOptions: {
          httpEndpoint: 'enabled',
          httpTokens: 'required',
          httpPutResponseHopLimit: 1,
          httpProtocolIpv6: 'disabled',
          instanceMetadataTags: 'disabled',
        },
        // The host fails, the machine comes back elsewhere with address and volumes.
        maintenanceOptions: { autoRecovery: 'default' },
        rootBlockDevice: {
          volumeType: 'gp3',
          volumeSize: 20,
          encrypted: true,
          kmsKeyId: args.keyArn,
          deleteOnTermination: true,
          tags: { ...args.tags, Name: `${name}-root` },
        },
        userData,
        userDataReplaceOnChange: true,
        tags: { ...args.tags, Name: name },
      },
      // The address and the volume are free only when the old machine is gone.
      {
        parent: this,
        deleteBeforeReplace: true,
        dependsOn: [...args.after],
        ...(args.keepImage === true ? { ignoreChanges: ['ami'] } : {}),
      },
    );
  }
}
