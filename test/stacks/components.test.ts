import { describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { Eip } from '@pulumi/aws/ec2/eip';
import { planAddresses } from '../../lib/network/address-plan';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import { planPki } from '../../lib/pki/pki-plan';
import { Bastion } from '../../stacks/machines/bastion';
import { ClusterDns } from '../../stacks/network/cluster-dns';
import { ClusterFirewall } from '../../stacks/network/cluster-firewall';
import { ClusterPki } from '../../stacks/trust/cluster-pki';
import { ClusterSecrets } from '../../stacks/trust/cluster-secrets';
import { ControlPlane } from '../../stacks/machines/control-plane';
import { EncryptionKeys } from '../../stacks/trust/encryption-keys';
import { EtcdTier } from '../../stacks/machines/etcd-tier';
import { FlowLogs } from '../../stacks/network/flow-logs';
import { InterfaceEndpoints } from '../../stacks/network/interface-endpoints';
import { LogGroups } from '../../stacks/storage/log-groups';
import { MachineIdentity } from '../../stacks/machines/machine-identity';
import { NetworkLoadBalancer } from '../../stacks/network/network-load-balancer';
import { OidcIssuer } from '../../stacks/trust/oidc-issuer';
import { PrivateNetwork } from '../../stacks/network/private-network';
import { S3Endpoints } from '../../stacks/network/s3-endpoints';
import { SecureBucket } from '../../stacks/storage/secure-bucket';
import { SessionDocument } from '../../stacks/machines/session-document';
import { WorkerPool } from '../../stacks/machines/worker-pool';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { recordRun, type RecordedResource } from '../support/cluster/mocks';

type Text = pulumi.Output<string>;

const blueprint = makeBlueprint();
const portMatrix = planPortMatrix(blueprint);
const pki = planPki(blueprint, planAddresses(blueprint));
const { vpc, subnets } = planAddresses(blueprint);
const tags = { team: 'test' };

const machine = (any: Text) => ({
  imageId: any,
  instanceType: 'm7g.large',
  subnetIds: [any],
  securityGroupIds: [any],
  instanceProfileArn: any,
  userData: any,
  rootVolumeGibibytes: 20,
  keyArn: any,
  tags,
});
const account = (any: Text) => ({
  id: any,
  partition: any.apply(() => 'aws'),
  region: 'eu-central-1',
});

/** Each component alone, every input that may be an output given as one. */
const components: Readonly<Record<string, (any: Text) => unknown>> = {
  Bastion: (any) =>
    new Bastion('x', {
      cluster: 'c',
      account: account(any),
      publicAddress: true,
      statements: any.apply(() => []),
      machine: machine(any),
      tags,
    }),
  ClusterDns: (any) =>
    new ClusterDns('x', {
      vpcId: any,
      domain: 'c.internal',
      apiName: 'api.c.internal',
      loadBalancer: { dnsName: any, zoneId: any },
      tags,
    }),
  ClusterFirewall: (any) =>
    new ClusterFirewall('x', { vpcId: any, portMatrix, s3PrefixListId: any, tags }),
  ClusterPki: () => new ClusterPki('x', { plan: pki, cluster: 'c' }),
  ClusterSecrets: (any) =>
    new ClusterSecrets('x', {
      cluster: 'c',
      secrets: pki.secrets,
      valueOf: () => any,
      keyArn: any,
      tags,
    }),
  ControlPlane: (any) =>
    new ControlPlane('x', {
      ...machine(any),
      machines: 3,
      loadBalancers: [{ targetGroupArn: () => any }],
    }),
  EncryptionKeys: (any) =>
    new EncryptionKeys('x', { cluster: 'c', account: account(any), logPrefix: '/c', tags }),
  EtcdTier: (any) =>
    new EtcdTier('x', {
      members: ['etcd-0', 'etcd-1', 'etcd-2'].map((member, index) => ({
        member,
        zone: 'eu-central-1a',
        subnetId: any,
        privateIp: `10.0.0.${index + 4}`,
        instanceProfileName: any,
        userData: (volume: Text) => pulumi.interpolate`${volume} ${any}`,
        dns: { zoneId: any, hostName: `${member}.c.internal` },
        after: [],
        bundleSha256: '0'.repeat(64),
      })),
      machine: {
        imageId: any,
        instanceType: 'm7g.large',
        dataVolume: { sizeGibibytes: 20, type: 'gp3', iops: 3000 },
        securityGroupIds: [any],
        keyArn: any,
        tags,
      },
      bucketName: any,
      bootstrappedKey: 'etcd/bootstrapped',
      tags,
    }),
  FlowLogs: (any) =>
    new FlowLogs('x', { vpcId: any, account: account(any), logGroupArn: any, tags }),
  InterfaceEndpoints: (any) =>
    new InterfaceEndpoints('x', {
      vpcId: any,
      account: account(any),
      subnetIds: [any],
      securityGroupIds: [any],
      tags,
    }),
  LogGroups: (any) =>
    new LogGroups('x', { prefix: '/c', retentionDays: { audit: 200 }, keyArn: any, tags }),
  MachineIdentity: (any) =>
    new MachineIdentity('x', {
      roleName: 'c-worker',
      description: 'd',
      statements: any.apply(() => []),
      permissionsBoundaryArn: any,
      tags,
    }),
  NetworkLoadBalancer: (any) =>
    new NetworkLoadBalancer('x', {
      vpcId: any,
      internal: true,
      subnetIds: [any],
      securityGroupIds: [any],
      listeners: [{ key: 'api', port: 6443 }],
      preserveClientIp: false,
      accessLogBucket: any,
      accessLogPrefix: 'internal',
      deletionProtection: true,
      tags,
    }),
  OidcIssuer: (any) =>
    new OidcIssuer('x', {
      account: account(any),
      publicKeyPem: any.apply(() => publicKey),
      tags,
    }),
  PrivateNetwork: () =>
    new PrivateNetwork('x', { vpcCidr: vpc, subnets, natGateways: 'single', portMatrix, tags }),
  S3Endpoints: (any) =>
    new S3Endpoints('x', {
      vpcId: any,
      account: account(any),
      routeTableIds: { a: any },
      isolatedRouteTableIds: { etcd: any },
      bucketNames: [any],
      isolatedBucketNames: [any],
      tags,
    }),
  SecureBucket: (any) =>
    new SecureBucket('x', {
      bucketName: any,
      account: account(any),
      keyArn: any,
      objectLockDays: 14,
      holdsData: true,
      tags,
    }),
  SessionDocument: (any) =>
    new SessionDocument('x', { documentName: 'c-session', logGroupName: any, tags }),
  WorkerPool: (any) =>
    new WorkerPool('x', {
      ...machine(any),
      minimum: 1,
      maximum: 2,
      capacity: 'spot',
      nodePorts: [30080],
      loadBalancer: { targetGroupArn: () => any },
    }),
};

const publicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
`;

const labels = (resources: readonly RecordedResource[]) =>
  resources
    .filter(({ name }) => name !== 'source')
    .map(({ type, name }) => `${type} ${name}`)
    .sort();

describe.each(Object.entries(components))('%s', (_name, make) => {
  test('registers the same alone, whether its inputs are known or not', async () => {
    const known = await recordRun(() => {
      make(pulumi.output('known'));
      return {};
    });
    const unknown = await recordRun(
      () => {
        // In a preview no computed value of a new resource is known.
        make(new Eip('source').publicIp);
        return {};
      },
      { preview: true },
    );
    expect(labels(known.resources).length).toBeGreaterThan(1);
    expect(labels(unknown.resources)).toEqual(labels(known.resources));
  });
});
