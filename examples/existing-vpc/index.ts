// Worker pool and firewall of this project in a VPC that somebody else made: every id is an input.
import * as pulumi from '@pulumi/pulumi';
import type { PortMatrix } from '../../lib/network/port-matrix';
import { ClusterFirewall } from '../../stacks/network/cluster-firewall';
import { EncryptionKeys } from '../../stacks/trust/encryption-keys';
import { InterfaceEndpoints } from '../../stacks/network/interface-endpoints';
import { MachineIdentity } from '../../stacks/machines/machine-identity';
import { WorkerPool } from '../../stacks/machines/worker-pool';

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
    ports: { from: 443, to: 443 },
    protocol: 'tcp',
    why: 'AWS APIs by interface endpoints',
    clauses: [],
  },
  {
    id: 'pods',
    from: { kind: 'tier', tier: 'worker' },
    to: { kind: 'tier', tier: 'worker' },
    ports: { from: 4789, to: 4789 },
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
  statements: [],
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
