// Worker pool and firewall of this project in a VPC that somebody else made: every id is an input.
import * as pulumi from '@pulumi/pulumi';
import { namedPorts, type PortMatrix } from 'hardened-cluster';
import {
  ClusterFirewall,
  EncryptionKeys,
  InterfaceEndpoints,
  MachineIdentity,
  WorkerPool,
} from 'hardened-cluster/stacks';

const config = new pulumi.Config('network');
const network = new pulumi.StackReference(config.require('stack'));
const vpcId = network.requireOutput('vpcId') as pulumi.Output<string>;
const subnetIds = ['a', 'b'].map(
  (zone) => network.requireOutput(`privateSubnet-${zone}`) as pulumi.Output<string>,
);
const account = { id: config.require('account'), partition: 'aws', region: 'eu-central-1' };
const tags = { team: 'platform' };

/** Workers talk to AWS endpoints and to each other's pods, and to nothing else. */
const portMatrix: PortMatrix = [
  {
    id: 'endpoints-from-worker',
    from: { kind: 'tier', tier: 'worker' },
    to: { kind: 'tier', tier: 'endpoints' },
    ports: { from: namedPorts.https, to: namedPorts.https },
    protocol: 'tcp',
    why: 'AWS APIs by interface endpoints',
    clauses: [],
  },
  {
    id: 'pods',
    from: { kind: 'tier', tier: 'worker' },
    to: { kind: 'tier', tier: 'worker' },
    ports: { from: namedPorts.vxlan, to: namedPorts.vxlan },
    protocol: 'udp',
    why: 'Pod network (VXLAN)',
    clauses: [],
  },
];

const firewall = new ClusterFirewall('shop-firewall', {
  vpcId,
  portMatrix,
  s3PrefixListId: network.requireOutput('s3PrefixListId') as pulumi.Output<string>,
  tags,
});
new InterfaceEndpoints('shop-endpoints', {
  vpcId,
  account,
  subnetIds,
  securityGroupIds: [firewall.groupId('endpoints')],
  services: ['sts'],
  tags,
});
const keys = new EncryptionKeys('shop-keys', {
  cluster: 'shop',
  account,
  logPrefix: '/shop',
  tags,
});
const identity = new MachineIdentity('shop-worker', {
  roleName: 'shop-worker',
  description: 'Workers of the shop',
  statements: [
    {
      Sid: 'FindCluster',
      Effect: 'Allow',
      Action: ['ec2:DescribeInstances'],
      // EC2 has no narrower resource for it.
      Resource: ['*'],
    },
  ],
  tags,
});
const pool = new WorkerPool('shop-worker-general', {
  imageId: config.require('image'),
  instanceType: 'm7g.large',
  minimum: 2,
  maximum: 4,
  nodePorts: [],
  subnetIds,
  securityGroupIds: [firewall.groupId('worker')],
  instanceProfileArn: identity.instanceProfileArn,
  userData: '#!/bin/sh\n',
  rootVolumeGibibytes: 50,
  keyArn: keys.storage,
  after: identity.permissions,
  tags,
});

/** Name of the auto-scaling group. */
export const groupName = pool.groupName;
