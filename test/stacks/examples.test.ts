import { describe, expect, jest, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { recordRun } from '../support/cluster/mocks';

async function runExample(name: string, config: Readonly<Record<string, string>>) {
  pulumi.runtime.setAllConfig({ ...config });
  return recordRun(
    () => {
      jest.requireActual(`../../examples/${name}`);
      return {};
    },
    {
      stackOutputs: {
        vpcId: 'vpc-1',
        s3PrefixListId: 'pl-1',
        'privateSubnet-a': 'subnet-a',
        'privateSubnet-b': 'subnet-b',
      },
    },
  );
}

const counts = (resources: readonly { readonly type: string; readonly custom: boolean }[]) => {
  const result: Record<string, number> = {};
  for (const { type, custom } of resources) {
    const short = type.split(':').at(-1) ?? '';
    if (custom) result[short] = (result[short] ?? 0) + 1;
  }
  return result;
};

describe('examples', () => {
  test('existing-vpc registers a pool, its firewall and endpoint', async () => {
    const { resources } = await runExample('existing-vpc', {
      'network:stack': 'acme/network/prod',
      'network:account': '123456789012',
      'network:image': 'ami-1',
    });
    expect(counts(resources)).toEqual({
      Alias: 3,
      Group: 1,
      InstanceProfile: 1,
      Key: 3,
      LaunchTemplate: 1,
      Role: 1,
      RolePolicy: 1,
      SecurityGroup: 2,
      SecurityGroupEgressRule: 2,
      SecurityGroupIngressRule: 3,
      VpcEndpoint: 1,
    });
  });

  test('etcd-only registers three members and their bucket', async () => {
    const { resources } = await runExample('etcd-only', {
      'etcd:account': '123456789012',
      'etcd:image': 'ami-1',
      'etcd:securityGroup': 'sg-1',
      'etcd:bundleSha256': '0'.repeat(64),
      'etcd:subnet-a': 'subnet-a',
      'etcd:subnet-b': 'subnet-b',
      'etcd:subnet-c': 'subnet-c',
    });
    expect(counts(resources)).toMatchObject({
      Instance: 3,
      Volume: 3,
      VolumeAttachment: 3,
      Bucket: 1,
      BucketObjectLockConfiguration: 1,
    });
  });
});
