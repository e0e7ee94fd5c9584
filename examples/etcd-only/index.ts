// The etcd tier alone, for a control plane that stands elsewhere: three members with data volumes
// that outlive them, replaced one at a time.
import * as pulumi from '@pulumi/pulumi';
import { EncryptionKeys, EtcdTier, MachineIdentity, SecureBucket } from 'hardened-cluster/stacks';

const config = new pulumi.Config('etcd');
const account = { id: config.require('account'), partition: 'aws', region: 'eu-central-1' };
const tags = { team: 'platform' };

const keys = new EncryptionKeys('store-keys', {
  cluster: 'store',
  account,
  logPrefix: '/store',
  tags,
});
const snapshots = new SecureBucket('store-snapshots', {
  bucketName: `store-snapshots-${config.require('account')}`,
  account,
  keyArn: keys.storage,
  objectLockDays: 14,
  holdsData: true,
  tags,
});

const tier = new EtcdTier('store', {
  members: ['a', 'b', 'c'].map((zone, index) => {
    const member = `etcd-${index}`;
    const identity = new MachineIdentity(`store-${member}`, {
      roleName: `store-${member}`,
      description: `Member ${member}`,
      // The member reports its health, and reads and writes snapshots.
      statements: snapshots.bucketName.apply((bucket) => [
        {
          Sid: 'Bucket',
          Effect: 'Allow' as const,
          Action: ['s3:GetObject', 's3:PutObject'],
          Resource: [
            `arn:aws:s3:::${bucket}/etcd/*`,
            `arn:aws:s3:::${bucket}/state/etcd/${member}/*`,
          ],
        },
      ]),
      tags,
    });
    return {
      member,
      zone: `eu-central-1${zone}`,
      subnetId: config.require(`subnet-${zone}`),
      privateIp: `10.20.${index}.10`,
      instanceProfileName: identity.instanceProfileName,
      bundleSha256: config.require('bundleSha256'),
      userData: (volume: pulumi.Output<string>) => pulumi.interpolate`#!/bin/sh\n# ${volume}\n`,
      after: [...identity.permissions, ...snapshots.ready],
    };
  }),
  machine: {
    imageId: config.require('image'),
    instanceType: 'm7g.large',
    dataVolume: { sizeGibibytes: 20, type: 'gp3', iops: 3000 },
    securityGroupIds: [config.require('securityGroup')],
    keyArn: keys.storage,
    tags,
  },
  bucketName: snapshots.bucketName,
  bootstrappedKey: 'etcd/bootstrapped',
  tags,
});

/** Data volumes by member. */
export const dataVolumeIds = tier.dataVolumeIds;
