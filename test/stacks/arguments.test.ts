import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactFileName } from '../../lib/machine/artifacts';
import { planPki } from '../../lib/pki/pki-plan';
import { ArgumentsError } from '../../stacks/component-args';
import { ClusterFirewall } from '../../stacks/network/cluster-firewall';
import { ClusterPki } from '../../stacks/trust/cluster-pki';
import { ClusterSecrets } from '../../stacks/trust/cluster-secrets';
import { ControlPlane } from '../../stacks/machines/control-plane';
import { EtcdTier } from '../../stacks/machines/etcd-tier';
import { HardenedCluster } from '../../stacks/cluster/hardened-cluster';
import { InterfaceEndpoints } from '../../stacks/network/interface-endpoints';
import { LogGroups } from '../../stacks/storage/log-groups';
import { MachineGroup } from '../../stacks/machines/machine-group';
import { MachineIdentity } from '../../stacks/machines/machine-identity';
import { NetworkLoadBalancer } from '../../stacks/network/network-load-balancer';
import { PrivateNetwork } from '../../stacks/network/private-network';
import { SecureBucket } from '../../stacks/storage/secure-bucket';
import { WorkerPool } from '../../stacks/machines/worker-pool';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { makePlan } from '../support/cluster/cluster-plan';
import { recordRun } from '../support/cluster/mocks';
import { limits } from '../../lib/aws/limits';
import { planAddresses } from '../../lib/network/address-plan';
import type { PortMatrix } from '../../lib/network/port-matrix';

const account = { id: '123456789012', partition: 'aws', region: 'eu-central-1' };
const common = { account, tags: {} };
const zone = (name: string, index: number) => ({
  zone: name,
  public: `10.0.${index * 4}.0/24`,
  private: `10.0.${index * 4 + 1}.0/24`,
  'control-plane': `10.0.${index * 4 + 2}.0/24`,
  etcd: `10.0.${index * 4 + 3}.0/24`,
});
const network = { natGateways: 'single', portMatrix: [], tags: {} } as const;
const machine = {
  imageId: 'ami-1',
  instanceType: 'm7g.large',
  minimum: 1,
  maximum: 1,
  subnetIds: ['subnet-1'],
  securityGroupIds: ['sg-1'],
  instanceProfileArn: 'arn',
  userData: '',
  rootVolumeGibibytes: 20,
  keyArn: 'arn',
  tags: {},
};
const group = { ...machine, minimumHealthyPercentage: 90, warmupSeconds: 300 };
const member = (name: string, privateIp: string) => ({
  member: name,
  zone: 'eu-central-1a',
  subnetId: 'subnet-1',
  privateIp,
  instanceProfileName: 'profile',
  userData: () => {
    throw new Error('not called');
  },
  after: [],
  bundleSha256: '0'.repeat(64),
});
const tier = {
  machine: {
    imageId: 'ami-1',
    instanceType: 'm7g.large',
    dataVolume: { sizeGibibytes: 20, type: 'gp3', iops: 3000 },
    securityGroupIds: ['sg-1'],
    keyArn: 'arn',
    tags: {},
  },
  bucketName: 'bucket',
  bootstrappedKey: 'etcd/bootstrapped',
  tags: {},
} as const;
const balancer = {
  vpcId: 'vpc-1',
  internal: true,
  subnetIds: ['subnet-1'],
  securityGroupIds: ['sg-1'],
  preserveClientIp: false,
  accessLogBucket: 'logs',
  accessLogPrefix: 'internal',
  deletionProtection: true,
  tags: {},
};
const pki = planPki(makeBlueprint(), planAddresses(makeBlueprint()));
const firstSecret = pki.secrets.slice(0, 1);

/** Ports of etcd members that workers reach, none beside another. */
const scatteredPorts = (count: number): PortMatrix =>
  Array.from({ length: count }, (_, index) => ({
    id: `port-${index}`,
    from: { kind: 'tier', tier: 'worker' },
    to: { kind: 'tier', tier: 'etcd' },
    ports: { from: 100 + 2 * index, to: 100 + 2 * index },
    protocol: 'tcp',
    why: 'a test',
    clauses: [],
  }));

/** What is wrong, and every line of the error. */
const rows: readonly (readonly [name: string, make: () => unknown, lines: readonly string[]])[] = [
  [
    'a VPC that is no network',
    () => new PrivateNetwork('n', { ...network, vpcCidr: '10.0.0.0/33', subnets: [zone('a', 0)] }),
    ['PrivateNetwork: vpcCidr: got "10.0.0.0/33", expected an IPv4 CIDR such as "10.0.0.0/16"'],
  ],
  [
    'a VPC without zones',
    () => new PrivateNetwork('n', { ...network, vpcCidr: '10.0.0.0/16', subnets: [] }),
    ['PrivateNetwork: subnets: got [], expected the subnets of at least one zone'],
  ],
  [
    'subnets that overlap, lie outside or belong to a zone named twice',
    () =>
      new PrivateNetwork('n', {
        ...network,
        vpcCidr: '10.0.0.0/16',
        subnets: [
          { ...zone('a', 0), etcd: '10.1.0.0/24' },
          { ...zone('a', 1), public: '10.0.0.0/23' },
        ],
      }),
    [
      'PrivateNetwork: subnets[1].zone: got "a", expected a zone not named before',
      'PrivateNetwork: subnets[0].etcd: got "10.1.0.0/24", expected a network inside 10.0.0.0/16',
      'PrivateNetwork: subnets[1].public: got "10.0.0.0/23", expected a network outside subnets[0].public (10.0.0.0/24)',
    ],
  ],
  [
    'more ports than a network ACL has entries for',
    () =>
      new PrivateNetwork('n', {
        ...network,
        vpcCidr: '10.0.0.0/16',
        subnets: [zone('a', 0)],
        portMatrix: scatteredPorts(limits.entriesOfNetworkAcl),
      }),
    [
      'PrivateNetwork: portMatrix: got "21 egress entries for the private subnets", expected ports that fit into the 20 entries of a network ACL',
      'PrivateNetwork: portMatrix: got "21 ingress entries for the etcd subnets", expected ports that fit into the 20 entries of a network ACL',
    ],
  ],
  [
    'a rule from outside to a kubelet',
    () =>
      new ClusterFirewall('f', {
        vpcId: 'vpc-1',
        s3PrefixListId: 'pl-1',
        tags: {},
        portMatrix: [
          {
            id: 'kubelet',
            from: { kind: 'cidrs', name: 'api-clients', cidrs: ['203.0.113.0/24'] },
            to: { kind: 'tier', tier: 'worker' },
            ports: { from: 10250, to: 10250 },
            protocol: 'tcp',
            why: 'No',
            clauses: [],
          },
        ],
      }),
    [
      'ClusterFirewall: portMatrix[0] (kubelet).to: got {"tier":"worker","ports":{"from":10250,"to":10250},"protocol":"tcp"}, expected from outside only TCP 6443 of the load balancers, 30000-32767 of workers and 22 of the bastion',
    ],
  ],
  [
    'a service that is none',
    () =>
      new InterfaceEndpoints('e', {
        ...common,
        vpcId: 'vpc-1',
        subnetIds: ['subnet-1'],
        securityGroupIds: ['sg-1'],
        services: ['kms', 'KMS'],
      }),
    ['InterfaceEndpoints: services[1]: got "KMS", expected a service such as "kms", once'],
  ],
  [
    'a role name that IAM refuses',
    () => new MachineIdentity('i', { roleName: 'a b', description: '', statements: [], tags: {} }),
    ['MachineIdentity: roleName: got "a b", expected an IAM name of 1 to 64 characters'],
  ],
  [
    'a certificate of an unknown CA that is renewed too late',
    () =>
      new ClusterPki('p', {
        cluster: 'c',
        plan: {
          ...pki,
          certificates: pki.certificates.map((certificate, index) =>
            index === 0 ? { ...certificate, ca: 'unknown-ca', renewBeforeDays: 365 } : certificate,
          ),
        },
      }),
    [
      'ClusterPki: etcd-0-server.ca: got "unknown-ca", expected a CA of the plan',
      'ClusterPki: etcd-0-server.renewBeforeDays: got 365, expected days from 1 to 364',
    ],
  ],
  [
    'two secrets of one name',
    () =>
      new ClusterSecrets('s', {
        cluster: 'c',
        secrets: [...firstSecret, ...firstSecret],
        valueOf: () => 'value',
        keyArn: 'arn',
        tags: {},
      }),
    [
      'ClusterSecrets: secrets[1].parameter: got "etcd/members/etcd-0/ca", expected a path such as "control-plane/etcd-client", once',
    ],
  ],
  [
    'logs that are kept for no time',
    () =>
      new LogGroups('l', { prefix: '/c', retentionDays: { audit: 0 }, keyArn: 'arn', tags: {} }),
    ['LogGroups: retentionDays.audit: got 0, expected days from 1 to 3653'],
  ],
  [
    'a bucket with a wrong name and lock',
    () =>
      new SecureBucket('b', {
        ...common,
        bucketName: 'Data',
        objectLockDays: 0,
        holdsData: true,
      }),
    [
      'SecureBucket: objectLockDays: got 0, expected a number of days such as 14',
      'SecureBucket: bucketName: got "Data", expected 3 to 63 lower-case letters, digits and hyphens',
    ],
  ],
  [
    'a group of impossible size',
    () =>
      new MachineGroup('g', {
        ...group,
        minimum: 3,
        maximum: 2,
        rootVolumeGibibytes: 1,
        subnetIds: [],
      }),
    [
      'MachineGroup: maximum: got 2, expected at least 3',
      'MachineGroup: rootVolumeGibibytes: got 1, expected at least 8',
      'MachineGroup: subnetIds: got [], expected the id of at least one',
    ],
  ],
  [
    'a listener named twice',
    () =>
      new NetworkLoadBalancer('b', {
        ...balancer,
        listeners: [
          { key: 'api', port: 6443 },
          { key: 'api', port: 70000 },
        ],
      }),
    [
      'NetworkLoadBalancer: listeners[1].port: got 70000, expected a port from 1 to 65535',
      'NetworkLoadBalancer: listeners[1]: got {"key":"api","port":70000}, expected a key and a port not used before',
    ],
  ],
  [
    'a control plane without clients',
    () => new ControlPlane('c', { ...machine, machines: 0, loadBalancers: [] }),
    [
      'ControlPlane: machines: got 0, expected a number of machines from 1 on',
      'ControlPlane: loadBalancers: got [], expected at least the one inside the VPC',
    ],
  ],
  [
    'a NodePort that is none, without a load balancer',
    () => new WorkerPool('w', { ...machine, nodePorts: [443] }),
    [
      'WorkerPool: nodePorts[0]: got 443, expected a port from 30000 to 32767',
      'WorkerPool: loadBalancer: got nothing, expected the one that listens on nodePorts',
    ],
  ],
  [
    'two members at one address',
    () =>
      new EtcdTier('e', {
        ...tier,
        members: [
          member('etcd-0', '10.0.0.4'),
          member('etcd-1', '10.0.0.4'),
          member('etcd-2', 'x'),
        ],
      }),
    [
      'EtcdTier: members[1]: got {"member":"etcd-1","privateIp":"10.0.0.4"}, expected a name and an address not used before',
      'EtcdTier: members[2].privateIp: got "x", expected an IPv4 address such as "10.0.24.4"',
    ],
  ],
  [
    'no members at all',
    () => new EtcdTier('e', { ...tier, members: [] }),
    ['EtcdTier: members: got [], expected at least one member'],
  ],
  [
    'a cluster without one of its machines',
    () => {
      const plan = makePlan();
      const machines = plan.machines.filter(({ name }) => name !== 'etcd-3');
      return new HardenedCluster('prod', { plan: { ...plan, machines }, allowUnlocked: true });
    },
    ['HardenedCluster: machines: got nothing, expected a machine etcd-3'],
  ],
];

describe('arguments', () => {
  test.each(rows)('fails before anything is registered: %s', async (_name, make, lines) => {
    let error: unknown;
    const { resources } = await recordRun(() => {
      try {
        make();
      } catch (thrown) {
        error = thrown;
      }
      return {};
    });
    expect(error).toBeInstanceOf(ArgumentsError);
    expect(error instanceof Error ? error.message.split('\n') : []).toEqual(lines);
    expect(resources).toEqual([]);
  });

  test('fails before anything is registered when artifacts are not locked', async () => {
    const make = () => new HardenedCluster('prod', { plan: makePlan() });
    let message = '';
    const { resources } = await recordRun(() => {
      try {
        make();
      } catch (thrown) {
        message = thrown instanceof Error ? thrown.message : '';
      }
      return {};
    });
    expect(message.split('\n')).toContainEqual(
      expect.stringMatching(
        /^HardenedCluster: artifacts\.sha256\.aws-iam-authenticator\.[0-9.]+\.arm64: got nothing, expected the published SHA-256/,
      ),
    );
    expect(resources).toEqual([]);
  });

  test('fails when a file of the artifact folder is missing or is not what the lock says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'artifacts-'));
    try {
      const plan = makePlan({ artifacts: { source: folder } });
      const etcd = plan.machines
        .flatMap(({ artifacts }) => artifacts)
        .find((artifact) => artifact.name === 'etcd');
      if (!etcd) throw new Error('no etcd artifact');
      writeFileSync(join(folder, artifactFileName(etcd)), 'something else');
      expect(() => new HardenedCluster('prod', { plan, allowUnlocked: true })).toThrow(
        `HardenedCluster: ${join(folder, artifactFileName(etcd))}: got "`,
      );
      expect(() => new HardenedCluster('prod', { plan, allowUnlocked: true })).toThrow(
        'HardenedCluster: artifacts.source: got nothing, expected a file ',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
