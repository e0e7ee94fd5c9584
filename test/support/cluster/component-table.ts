import * as pulumi from '@pulumi/pulumi';
import { planAddresses } from '../../../lib/network/address-plan';
import { planPortMatrix } from '../../../lib/network/plan-port-matrix';
import { planPki } from '../../../lib/pki/pki-plan';
import { planTierDirectory } from '../../../lib/etcd/tier-directory';
import { planNetworkAcls } from '../../../lib/network/plan-network-acls';
import { HardenedCluster } from '../../../stacks/cluster/hardened-cluster';
import { EtcdDirectory } from '../../../stacks/machines/etcd-directory';
import { EtcdMemberMachine } from '../../../stacks/machines/etcd-member';
import { MachineContent } from '../../../stacks/machines/machine-content';
import { MachineGroup } from '../../../stacks/machines/machine-group';
import { ManifestContent } from '../../../stacks/machines/manifest-content';
import { DnsFirewall } from '../../../stacks/network/dns-firewall';
import { NetworkAclTier } from '../../../stacks/network/network-acl-tier';
import { makePlan } from './cluster-plan';
import { Bastion } from '../../../stacks/machines/bastion';
import { ClusterDns } from '../../../stacks/network/cluster-dns';
import { ClusterFirewall } from '../../../stacks/network/cluster-firewall';
import { ClusterPki } from '../../../stacks/trust/cluster-pki';
import { ClusterSecrets } from '../../../stacks/trust/cluster-secrets';
import { ControlPlane } from '../../../stacks/machines/control-plane';
import { EncryptionKeys } from '../../../stacks/trust/encryption-keys';
import { EtcdTier } from '../../../stacks/machines/etcd-tier';
import { FlowLogs } from '../../../stacks/network/flow-logs';
import { InterfaceEndpoints } from '../../../stacks/network/interface-endpoints';
import { LogGroups } from '../../../stacks/storage/log-groups';
import { MachineIdentity } from '../../../stacks/machines/machine-identity';
import { NetworkLoadBalancer } from '../../../stacks/network/network-load-balancer';
import { OidcIssuer } from '../../../stacks/trust/oidc-issuer';
import { PrivateNetwork } from '../../../stacks/network/private-network';
import { S3Endpoints } from '../../../stacks/network/s3-endpoints';
import { SecureBucket } from '../../../stacks/storage/secure-bucket';
import { SessionDocument } from '../../../stacks/machines/session-document';
import { WorkerPool } from '../../../stacks/machines/worker-pool';
import type { IdList } from '../../../stacks/id-list';
import { makeBlueprint } from './blueprint-inputs';

type Text = pulumi.Output<string>;

/** What a component of the table is made with. */
export interface TableInputs {
  /** Stands for every input that may be an output. */
  readonly any: Text;
  /** Stands for every list of ids. */
  readonly ids: IdList;
  /** Region of the account. */
  readonly region: string;
  /** Name of the component. */
  readonly name: string;
  /** Name of the cluster, which physical names begin with. */
  readonly cluster: string;
  readonly opts: pulumi.ComponentResourceOptions;
}

const blueprint = makeBlueprint();
const portMatrix = planPortMatrix(blueprint);
const pki = planPki(blueprint, planAddresses(blueprint));
const { vpc, subnets } = planAddresses(blueprint);
const plan = makePlan();
const tags = { team: 'test' };

const machine = ({ any, ids }: TableInputs) => ({
  imageId: any,
  instanceType: 'm7g.large',
  subnetIds: ids,
  securityGroupIds: ids,
  instanceProfileArn: any,
  userData: any,
  rootVolumeGibibytes: 20,
  keyArn: any,
  tags,
});
const account = ({ any, region }: TableInputs) => ({
  id: any,
  partition: any.apply(() => 'aws'),
  region,
});

/** How each component is made, every input that may be an output given as one. */
export const tableComponents: Readonly<
  Record<string, (inputs: TableInputs) => pulumi.ComponentResource>
> = {
  Bastion: (inputs) =>
    new Bastion(
      inputs.name,
      {
        cluster: inputs.cluster,
        account: account(inputs),
        publicAddress: true,
        statements: inputs.any.apply(() => []),
        permissionsBoundaryArn: inputs.any,
        machine: machine(inputs),
        tags,
      },
      inputs.opts,
    ),
  ClusterDns: (inputs) =>
    new ClusterDns(
      inputs.name,
      {
        vpcId: inputs.any,
        domain: 'c.internal',
        apiName: 'api.c.internal',
        loadBalancer: { dnsName: inputs.any, zoneId: inputs.any },
        tags,
      },
      inputs.opts,
    ),
  ClusterFirewall: (inputs) =>
    new ClusterFirewall(
      inputs.name,
      { vpcId: inputs.any, portMatrix, s3PrefixListId: inputs.any, tags },
      inputs.opts,
    ),
  ClusterPki: (inputs) =>
    new ClusterPki(inputs.name, { plan: pki, cluster: inputs.cluster }, inputs.opts),
  ClusterSecrets: (inputs) =>
    new ClusterSecrets(
      inputs.name,
      {
        cluster: inputs.cluster,
        secrets: pki.secrets,
        valueOf: () => inputs.any,
        keyArn: inputs.any,
        tags,
      },
      inputs.opts,
    ),
  ControlPlane: (inputs) =>
    new ControlPlane(
      inputs.name,
      {
        ...machine(inputs),
        machines: 3,
        loadBalancers: [{ targetGroupArn: () => inputs.any }],
      },
      inputs.opts,
    ),
  EncryptionKeys: (inputs) =>
    new EncryptionKeys(
      inputs.name,
      { cluster: inputs.cluster, account: account(inputs), logPrefix: `/${inputs.cluster}`, tags },
      inputs.opts,
    ),
  EtcdTier: (inputs) =>
    new EtcdTier(
      inputs.name,
      {
        members: ['etcd-0', 'etcd-1', 'etcd-2'].map((member, index) => ({
          member,
          zone: 'eu-central-1a',
          subnetId: inputs.any,
          privateIp: `10.0.0.${index + 4}`,
          instanceProfileName: inputs.any,
          userData: (volume: Text) => pulumi.interpolate`${volume} ${inputs.any}`,
          dns: { zoneId: inputs.any, hostName: `${member}.c.internal` },
          after: [],
          bundleSha256: '0'.repeat(64),
        })),
        machine: {
          imageId: inputs.any,
          instanceType: 'm7g.large',
          dataVolume: { sizeGibibytes: 20, type: 'gp3', iops: 3000 },
          securityGroupIds: inputs.ids,
          keyArn: inputs.any,
          tags,
        },
        bucketName: inputs.any,
        bootstrappedKey: 'etcd/bootstrapped',
        tags,
      },
      inputs.opts,
    ),
  FlowLogs: (inputs) =>
    new FlowLogs(
      inputs.name,
      {
        vpcId: inputs.any,
        account: account(inputs),
        logGroupArn: inputs.any,
        permissionsBoundaryArn: inputs.any,
        tags,
      },
      inputs.opts,
    ),
  InterfaceEndpoints: (inputs) =>
    new InterfaceEndpoints(
      inputs.name,
      {
        vpcId: inputs.any,
        account: account(inputs),
        subnetIds: inputs.ids,
        securityGroupIds: inputs.ids,
        tags,
      },
      inputs.opts,
    ),
  LogGroups: (inputs) =>
    new LogGroups(
      inputs.name,
      { prefix: `/${inputs.cluster}`, retentionDays: { audit: 200 }, keyArn: inputs.any, tags },
      inputs.opts,
    ),
  MachineIdentity: (inputs) =>
    new MachineIdentity(
      inputs.name,
      {
        roleName: `${inputs.cluster}-worker`,
        description: 'd',
        statements: inputs.any.apply(() => []),
        permissionsBoundaryArn: inputs.any,
        tags,
      },
      inputs.opts,
    ),
  NetworkLoadBalancer: (inputs) =>
    new NetworkLoadBalancer(
      inputs.name,
      {
        vpcId: inputs.any,
        internal: true,
        subnetIds: inputs.ids,
        securityGroupIds: inputs.ids,
        listeners: [{ key: 'api', port: 6443 }],
        preserveClientIp: false,
        accessLogBucket: inputs.any,
        accessLogPrefix: 'internal',
        deletionProtection: true,
        tags,
      },
      inputs.opts,
    ),
  OidcIssuer: (inputs) =>
    new OidcIssuer(
      inputs.name,
      {
        account: account(inputs),
        publicKeyPem: inputs.any.apply(() => publicKey),
        tags,
      },
      inputs.opts,
    ),
  PrivateNetwork: (inputs) =>
    new PrivateNetwork(
      inputs.name,
      { vpcCidr: vpc, subnets, natGateways: 'single', portMatrix, tags },
      inputs.opts,
    ),
  S3Endpoints: (inputs) =>
    new S3Endpoints(
      inputs.name,
      {
        vpcId: inputs.any,
        account: account(inputs),
        routeTableIds: { a: inputs.any },
        isolatedRouteTableIds: { etcd: inputs.any },
        bucketNames: inputs.ids,
        isolatedBucketNames: inputs.ids,
        tags,
      },
      inputs.opts,
    ),
  SecureBucket: (inputs) =>
    new SecureBucket(
      inputs.name,
      {
        bucketName: inputs.any,
        account: account(inputs),
        keyArn: inputs.any,
        objectLockDays: 14,
        holdsData: true,
        tags,
      },
      inputs.opts,
    ),
  SessionDocument: (inputs) =>
    new SessionDocument(
      inputs.name,
      { documentName: `${inputs.cluster}-session`, logGroupName: inputs.any, tags },
      inputs.opts,
    ),
  WorkerPool: (inputs) =>
    new WorkerPool(
      inputs.name,
      {
        ...machine(inputs),
        minimum: 1,
        maximum: 2,
        capacity: 'spot',
        nodePorts: [30080],
        loadBalancer: { targetGroupArn: () => inputs.any },
      },
      inputs.opts,
    ),
  DnsFirewall: (inputs) =>
    new DnsFirewall(
      inputs.name,
      { rules: [], failOpen: false, vpcId: inputs.any, tags },
      inputs.opts,
    ),
  EtcdDirectory: (inputs) =>
    new EtcdDirectory(
      inputs.name,
      {
        cluster: inputs.cluster,
        parameters: planTierDirectory(blueprint, planAddresses(blueprint)),
        tags,
      },
      inputs.opts,
    ),
  EtcdMemberMachine: (inputs) =>
    new EtcdMemberMachine(
      inputs.name,
      {
        member: 'etcd-0',
        zone: 'eu-central-1a',
        subnetId: inputs.any,
        privateIp: '10.0.0.4',
        instanceProfileName: inputs.any,
        userData: (volume: Text) => volume,
        turn: Promise.resolve(),
        after: [],
        imageId: inputs.any,
        instanceType: 'm7g.large',
        placementGroupId: inputs.any,
        dataVolume: { sizeGibibytes: 20, type: 'gp3', iops: 3000 },
        securityGroupIds: inputs.ids,
        keyArn: inputs.any,
        tags,
      },
      inputs.opts,
    ),
  HardenedCluster: ({ name, cluster, opts, region }) =>
    new HardenedCluster(
      name,
      { plan: makePlan({ name: cluster, region }), allowUnlocked: true },
      opts,
    ),
  MachineContent: (inputs) => {
    const content = new MachineContent(
      inputs.name,
      {
        bucket: bucketOf(inputs),
        machines: plan.machines,
        artifactSource: 'upstream',
        allowUnlocked: true,
        retain: false,
        tags,
      },
      inputs.opts,
    );
    for (const each of plan.machines) content.of(each);
    return content;
  },
  MachineGroup: (inputs) =>
    new MachineGroup(
      inputs.name,
      {
        ...machine(inputs),
        minimum: 1,
        maximum: 2,
        minimumHealthyPercentage: 90,
        warmupSeconds: 300,
        targetGroupArns: inputs.ids,
      },
      inputs.opts,
    ),
  ManifestContent: (inputs) =>
    new ManifestContent(
      inputs.name,
      {
        cluster: inputs.cluster,
        bucket: bucketOf(inputs),
        manifests: [{ name: '10-a.yaml', yaml: 'a' }],
        tags,
      },
      inputs.opts,
    ),
  NetworkAclTier: (inputs) =>
    new NetworkAclTier(
      inputs.name,
      {
        vpcId: inputs.any,
        subnetIds: { a: inputs.any },
        entries: planNetworkAcls({ vpcCidr: vpc, portMatrix }).etcd,
        tags,
      },
      inputs.opts,
    ),
};

const bucketOf = (inputs: TableInputs) =>
  new SecureBucket(
    `${inputs.name}-bucket`,
    { account: account(inputs), holdsData: false, tags },
    inputs.opts,
  );

const publicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
`;
