import type * as pulumi from '@pulumi/pulumi';
import { getAmiOutput } from '@pulumi/aws/ec2/getAmi';
import { debianAccountOf } from '../../lib/aws/partitions';
import { partitionOf } from '../../lib/aws/regions';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import type { Architecture } from '../../lib/machine/machine-config';

/** The image that machines of one architecture start from. */
export interface MachineImage {
  readonly imageId: pulumi.Input<string>;
  /** Name of its root device: only a mapping of that name sizes and encrypts the root volume. */
  readonly rootDeviceName: pulumi.Input<string>;
  /** Whether machines keep the image that they were made from when a newer one appears. */
  readonly keepImage: boolean;
}

/** Root device of Debian's images, for what knows no other. */
const debianRootDevice = '/dev/xvda';

/**
 * The image of one architecture: the one that the configuration names, or else the newest Debian 13 of
 * the day on which a group or member was made. A newer one of Debian's replaces nothing by itself: to
 * choose the day, name the image. See docs/decisions/0067-machines-keep-their-image.md.
 */
export function findImage(
  { machineImages, region }: Pick<Blueprint, 'machineImages' | 'region'>,
  architecture: Architecture,
  opts: pulumi.InvokeOptions,
): MachineImage {
  const named = machineImages[architecture];
  if (named !== undefined) {
    return { imageId: named, rootDeviceName: rootDeviceOf(named, opts), keepImage: false };
  }
  const image = newestDebian(region, architecture, opts);
  return { imageId: image.id, rootDeviceName: image.apply(deviceOf), keepImage: true };
}

/**
 * Name of the root device of an image, as AWS says: `/dev/xvda` for Debian, `/dev/sda1` for Ubuntu.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
 */
export function rootDeviceOf(
  imageId: pulumi.Input<string>,
  opts: pulumi.InvokeOptions,
): pulumi.Output<string> {
  return getAmiOutput({ filters: [{ name: 'image-id', values: [imageId] }] }, opts).apply(deviceOf);
}

/** A data source that is not asked, as in a plan, has no answer. */
const deviceOf = ({ rootDeviceName }: { readonly rootDeviceName?: string }) =>
  rootDeviceName ?? debianRootDevice;

function newestDebian(region: string, architecture: Architecture, opts: pulumi.InvokeOptions) {
  const debianAccount = debianAccountOf(partitionOf(region));
  if (debianAccount === undefined) {
    throw new Error(`machineImages.${architecture}: no image is known in ${region}`);
  }
  return getAmiOutput(
    {
      owners: [debianAccount],
      mostRecent: true,
      filters: [
        { name: 'name', values: [`debian-13-${architecture}-*`] },
        { name: 'virtualization-type', values: ['hvm'] },
        { name: 'root-device-type', values: ['ebs'] },
      ],
    },
    opts,
  );
}
