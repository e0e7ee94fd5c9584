'use strict';

// Runs one compiled program against Pulumi's own mocks; prints `done` when it ended well.
const path = require('node:path');
const pulumi = require('@pulumi/pulumi');

const outputs = {
  vpcId: 'vpc-1',
  internetGatewayId: 'igw-1',
  storageKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1',
  s3PrefixListId: 'pl-1',
  'privateSubnet-a': 'subnet-a',
  'privateSubnet-b': 'subnet-b',
};

/** What data sources answer. */
const answers = {
  'aws:ec2/getVpc:getVpc': {
    cidrBlock: '10.0.0.0/16',
    enableDnsHostnames: true,
    enableDnsSupport: true,
  },
  'aws:ec2/getSubnets:getSubnets': { ids: [] },
  'aws:kms/getKey:getKey': {
    arn: 'arn:aws:kms:eu-central-1:123456789012:key/1',
    enabled: true,
    keyUsage: 'ENCRYPT_DECRYPT',
    keySpec: 'SYMMETRIC_DEFAULT',
  },
  'aws:index/getCallerIdentity:getCallerIdentity': {
    accountId: '123456789012',
    arn: 'arn:aws:sts::123456789012:assumed-role/deployer/session',
  },
};

pulumi.runtime.setAllConfig({
  'network:stack': 'acme/network/prod',
  'network:account': '123456789012',
  'network:image': 'ami-1',
  'etcd:account': '123456789012',
  'etcd:image': 'ami-1',
  'etcd:securityGroup': 'sg-1',
  'etcd:bundleSha256': '0'.repeat(64),
  'etcd:subnet-a': 'subnet-a',
  'etcd:subnet-b': 'subnet-b',
  'etcd:subnet-c': 'subnet-c',
});

async function main() {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: `${name}-id`,
        state: type === 'pulumi:pulumi:StackReference' ? { ...inputs, outputs } : inputs,
      }),
      call: ({ token, inputs }) => ({ ...inputs, ...answers[token] }),
    },
    'project',
    'stack',
    // A preview: what only a cloud can answer is not waited for.
    true,
  );
  await pulumi.runtime.runInPulumiStack(async () => require(path.resolve(process.argv[2])));
  // The program ends before the last of its resources is registered.
  await pulumi.runtime.disconnect();
  process.stdout.write('done\n');
  // Timers of readiness and the SDK's connections may be left.
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
