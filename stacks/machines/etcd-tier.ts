import * as pulumi from '@pulumi/pulumi';
import { PlacementGroup } from '@pulumi/aws/ec2/placementGroup';
import { parseCidr } from '../../lib/blueprint/ipv4';
import type { Problem } from '../../lib/blueprint/problem';
import { awaitReadiness, type ReadinessTiming } from './await-readiness';
import { componentType, validateArgs, type Tags } from '../component-args';
import { EtcdMemberMachine, type EtcdMachine, type EtcdMemberArgs } from './etcd-member';

/** One member of the tier. */
export type EtcdTierMember = Pick<
  EtcdMemberArgs,
  | 'member'
  | 'zone'
  | 'subnetId'
  | 'privateIp'
  | 'instanceProfileName'
  | 'userData'
  | 'dns'
  | 'after'
> & {
  /** SHA-256 of its bundle; part of the object that reports its health. */
  readonly bundleSha256: string;
};

/** Arguments of {@link EtcdTier}. */
export interface EtcdTierArgs {
  /** What all members are made from. */
  readonly machine: Omit<EtcdMachine, 'placementGroupId'>;
  /** In the order in which they are replaced; a further member is appended. */
  readonly members: readonly EtcdTierMember[];
  /** Bucket that members report their health to. */
  readonly bucketName: pulumi.Input<string>;
  /** Object in it that exists once the cluster was formed for the first time. */
  readonly bootstrappedKey: string;
  /** How long a member may take to become healthy. @default 20 minutes, asked every 10 seconds */
  readonly readiness?: ReadinessTiming;
  /** On everything that is made. */
  readonly tags: Tags;
}

/**
 * The etcd members, on hosts of their own and spread over zones. Each is created or replaced only
 * when the one before it is healthy, so that never two are gone at once.
 */
export class EtcdTier extends pulumi.ComponentResource {
  /** Data volumes by member. */
  readonly dataVolumeIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: EtcdTierArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('EtcdTier', problemsOf(args));
    super(componentType('EtcdTier'), name, {}, opts);
    const placement = new PlacementGroup(
      name,
      { strategy: 'spread', spreadLevel: 'rack', tags: { ...args.tags, Name: name } },
      { parent: this },
    );
    let turn: Promise<void> = Promise.resolve();
    const volumes: [string, pulumi.Output<string>][] = [];
    for (const { bundleSha256, ...member } of args.members) {
      const machineOfMember = new EtcdMemberMachine(
        `${name}-${member.member}`,
        { ...args.machine, ...member, placementGroupId: placement.placementGroupId, turn },
        { parent: this },
      );
      volumes.push([member.member, machineOfMember.dataVolumeId]);
      turn = this.nextTurn(args, member.member, bundleSha256, machineOfMember);
    }
    this.dataVolumeIds = Object.fromEntries(volumes);
    this.registerOutputs({});
  }

  /**
   * Resolves when the member before has its volume and is healthy; at once in a preview.
   *
   * A promise and not an output: the engine deletes what depends on a resource along with it when a
   * replacement begins with the deletion, and would so take down every member after this one.
   */
  private nextTurn(
    { bucketName, bootstrappedKey, readiness }: EtcdTierArgs,
    member: string,
    bundleSha256: string,
    machine: EtcdMemberMachine,
  ): Promise<void> {
    if (pulumi.runtime.isDryRun()) return Promise.resolve();
    return new Promise((done, fail) => {
      pulumi
        .all([machine.instanceId, bucketName, machine.attachmentId])
        .apply(([instanceId, bucket]) =>
          awaitReadiness(
            { member, bundleSha256, instanceId, bucketName: bucket, bootstrappedKey },
            { parent: this },
            readiness,
          ).then(done, fail),
        );
    });
  }
}

function problemsOf({ members }: EtcdTierArgs): Problem[] {
  return [
    ...(members.length > 0 ? [] : [{ path: 'members', got: [], expected: 'at least one member' }]),
    ...members.flatMap(({ member, privateIp, bundleSha256 }, index) => [
      ...(members.findIndex((o) => o.member === member || o.privateIp === privateIp) === index
        ? []
        : [
            {
              path: `members[${index}]`,
              got: { member, privateIp },
              expected: 'a name and an address not used before',
            },
          ]),
      ...(parseCidr(`${privateIp}/32`)
        ? []
        : [
            {
              path: `members[${index}].privateIp`,
              got: privateIp,
              expected: 'an IPv4 address such as "10.0.24.4"',
            },
          ]),
      ...(/^[0-9a-f]{64}$/.test(bundleSha256)
        ? []
        : [
            {
              path: `members[${index}].bundleSha256`,
              got: bundleSha256,
              expected: 'a SHA-256 in hexadecimal',
            },
          ]),
    ]),
  ];
}
