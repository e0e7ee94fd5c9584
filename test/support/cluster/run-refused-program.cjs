'use strict';

// Runs a program that ends with an error while its resources are prepared, as the Pulumi CLI would: the
// compiled components, in a process of their own. Prints what was registered, and why it ended.
const pulumi = require('@pulumi/pulumi');
const aws = require('@pulumi/aws/provider');
const { InterfaceEndpoints, SecureBucket } = require('../../../dist/stacks/components.js');

const account = { id: '123456789012', partition: 'aws', region: 'eu-central-1' };
const programs = {
  'other-region': () =>
    new SecureBucket(
      'data',
      { account, holdsData: false, tags: {} },
      { providers: [new aws.Provider('other', { region: 'us-east-1' })] },
    ),
  'empty-list': () =>
    new InterfaceEndpoints('endpoints', {
      vpcId: 'vpc-1',
      account,
      subnetIds: pulumi.output(Promise.resolve([])),
      securityGroupIds: ['sg-1'],
      services: ['kms'],
      tags: {},
    }),
};

const registered = [];
const refused = new Set();
process.on('unhandledRejection', ({ message }) => {
  refused.add(message);
  setTimeout(() => {
    process.stdout.write(JSON.stringify({ registered, refused: [...refused] }));
    process.exit(0);
  }, 100);
});

const region = process.argv[2] === 'other-region' ? 'us-east-1' : account.region;
void pulumi.runtime
  .setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push(type);
        return { id: `${name}-id`, state: inputs };
      },
      call: () => ({ region }),
    },
    'project',
    'stack',
    false,
  )
  .then(() => pulumi.runtime.runInPulumiStack(async () => void programs[process.argv[2]]()));
