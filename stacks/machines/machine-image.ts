import type * as pulumi from '@pulumi/pulumi';
import { getAmiOutput } from '@pulumi/aws/ec2/getAmi';
import { debianAccountOf } from '../../lib/aws/partitions';
import { partitionOf } from '../../lib/aws/regions';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import type { Architecture } from '../../lib/machine/machine-config';

/**
 * The image of one architecture: the one that the configuration names, or else the newest Debian 13.
 *
 * A new image replaces machines step by step; it is how etcd members, which reach no mirror, get
 * their updates. To choose the day, name the image.
 */
export function findImage(
  { machineImages, region }: Pick<Blueprint, 'machineImages' | 'region'>,
  architecture: Architecture,
  opts: pulumi.InvokeOptions,
): pulumi.Input<string> {
  const pinned = machineImages[architecture];
  if (pinned !== undefined) return pinned;
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
  ).id;
}
