import * as pulumi from '@pulumi/pulumi';
import { bootstrappedKey, etcdBucketPrefix } from '../lib/etcd/backup-plan';
import { renderBundle } from '../lib/machine/bundle';
import { logGroupPrefix, planLogGroups } from '../lib/machine/log-groups';
import type { Architecture, MachineConfig, MachineRole } from '../lib/machine/machine-config';
import { renderUserData } from '../lib/machine/user-data';
import type { SecretPlan, SecretReader } from '../lib/pki/pki-plan';
import { Bastion } from './bastion';
import { machineOf, type ClusterScope } from './cluster-plan';
import type { ClusterSecrets } from './cluster-secrets';
import { idsOf, type ClusterNetwork } from './compose-network';
import type { ClusterStorage } from './compose-storage';
import { ControlPlane } from './control-plane';
import { EtcdTier, type EtcdTierMember } from './etcd-tier';
import { MachineContent } from './machine-content';
import { findImage } from './machine-image';
import { MachineIdentity } from './machine-identity';
import { ManifestContent } from './manifest-content';
import { renderPolicy, type PolicyStatement } from './policy-document';
import {
  bundleKey,
  planBundleAccess,
  planEtcdObjectAccess,
  planKubernetesKeyUse,
  planLogShipping,
  planManifestAccess,
  planNodeLookup,
  planSecretAccess,
  planSessionManagerAgent,
  type MachineFacts,
} from './policies/machine-policies';
import { idOf } from './private-network';
import type { SecureBucket } from './secure-bucket';
import { WorkerPool } from './worker-pool';

/** What the machines of a cluster are composed with. */
export interface MachineScope extends ClusterScope {
  readonly storage: ClusterStorage;
  readonly network: ClusterNetwork;
  readonly secrets: ClusterSecrets;
  /** Address of the OIDC issuer; undefined when tokens are for the cluster only. */
  readonly issuerUrl: pulumi.Output<string> | undefined;
}

/** The tiers. */
export interface ClusterMachines {
  readonly bastion: Bastion | undefined;
  readonly etcd: EtcdTier;
  readonly controlPlane: ControlPlane;
  readonly workers: readonly WorkerPool[];
}

/** Composes every machine, each tier under a role of its own. */
export function composeMachines(scope: MachineScope): ClusterMachines {
  const { clusterBucket, etcdBucket } = scope.storage;
  const isEtcd = ({ role }: MachineConfig) => role === 'etcd';
  const content = composeContent(scope, 'content', clusterBucket, (m) => !isEtcd(m));
  const etcdContent = composeContent(scope, 'etcd-content', etcdBucket, isEtcd);
  const image = cachedImages(scope);
  const etcd = composeEtcd(scope, etcdContent, image);
  return {
    etcd,
    controlPlane: composeControlPlane(scope, content, image),
    workers: composeWorkers(scope, content, image),
    bastion: composeBastion(scope, content, image),
  };
}

type ImageOf = (architecture: Architecture) => pulumi.Input<string>;

function cachedImages({ blueprint, parent }: MachineScope): ImageOf {
  const images = new Map<Architecture, pulumi.Input<string>>();
  return (architecture) => {
    const image = images.get(architecture) ?? findImage(blueprint, architecture, { parent });
    images.set(architecture, image);
    return image;
  };
}

function composeContent(
  scope: MachineScope,
  key: string,
  bucket: SecureBucket,
  belongs: (machine: MachineConfig) => boolean,
): MachineContent {
  const { name, parent, blueprint, machines, allowUnlocked, tags } = scope;
  return new MachineContent(
    `${name}-${key}`,
    {
      bucket,
      machines: machines.filter(belongs),
      artifactSource: blueprint.artifacts.source,
      allowUnlocked,
      retain: bucket === scope.storage.etcdBucket,
      tags,
    },
    { parent },
  );
}

function composeEtcd(scope: MachineScope, content: MachineContent, image: ImageOf): EtcdTier {
  const { name, parent, blueprint, addresses, storage, network } = scope;
  const bucket = storage.etcdBucket;
  const members = blueprint.etcd.members.map(({ name: member, zone }): EtcdTierMember => {
    const machine = machineOf(scope, member);
    const secrets = secretsOf(scope, { role: 'etcd', member });
    const identity = composeIdentity(scope, member, `etcd member ${member}`, bucket, (facts) => [
      ...planBundleAccess(facts, [member]),
      ...planSecretAccess(facts, secrets),
      ...planEtcdObjectAccess(facts, member, etcdBucketPrefix),
      ...planTierAccess(scope, 'etcd', facts, [member]),
    ]);
    return {
      member,
      zone,
      subnetId: idOf(network.network.subnetIds.etcd, zone),
      privateIp: addresses.etcdMembers[member] ?? '',
      instanceProfileName: identity.instanceProfileName,
      bundleSha256: renderBundle(machine).sha256,
      userData: (dataVolumeId) => userDataOf(scope, machine, bucket, dataVolumeId),
      dns: { zoneId: network.dns.zoneId, hostName: `${member}.${blueprint.names.domain}` },
      after: [
        ...content.of(machine),
        ...identity.permissions,
        ...scope.secrets.of((secret) => secrets.includes(secret)),
      ],
    };
  });
  return new EtcdTier(
    `${name}-etcd`,
    {
      members,
      machine: {
        imageId: image(blueprint.etcd.architecture),
        instanceType: blueprint.etcd.instanceType,
        dataVolume: blueprint.etcd.dataVolume,
        securityGroupIds: [network.firewall.groupId('etcd')],
        keyArn: storage.keys.storage,
        tags: tierTags(scope, 'etcd'),
      },
      bucketName: bucket.bucketName,
      bootstrappedKey,
      tags: tierTags(scope, 'etcd'),
    },
    { parent },
  );
}

function composeControlPlane(
  scope: MachineScope,
  content: MachineContent,
  image: ImageOf,
): ControlPlane {
  const { name, parent, blueprint, storage, network, manifests } = scope;
  const { controlPlane, kubernetes } = blueprint;
  const bucket = storage.clusterBucket;
  const machine = machineOf(scope, 'control-plane');
  const secrets = secretsOf(scope, { role: 'control-plane' });
  const applied = new ManifestContent(
    `${name}-manifests`,
    { bucket, manifests, tags: scope.tags },
    { parent },
  );
  const identity = composeIdentity(scope, 'control-plane', 'Control plane', bucket, (facts) => [
    ...planBundleAccess(facts, [machine.name]),
    ...planSecretAccess(facts, secrets),
    ...planManifestAccess(facts),
    ...planNodeLookup(),
    ...(kubernetes.encryption.provider === 'kms'
      ? planKubernetesKeyUse(kubernetes.encryption.keyArn)
      : []),
    ...planTierAccess(scope, 'control-plane', facts, [machine.name]),
  ]);
  const { internalLoadBalancer, publicLoadBalancer } = network;
  const isPublic = blueprint.access.apiCidrs.length > 0;
  return new ControlPlane(
    `${name}-control-plane`,
    {
      machines: controlPlane.machines,
      imageId: image(controlPlane.architecture),
      instanceType: controlPlane.instanceType,
      rootVolumeGibibytes: controlPlane.rootVolumeGibibytes,
      subnetIds: idsOf(network.network.subnetIds.private),
      securityGroupIds: [network.firewall.groupId('control-plane')],
      instanceProfileArn: identity.instanceProfileArn,
      userData: userDataOf(scope, machine, bucket),
      keyArn: storage.keys.storage,
      loadBalancers: [
        internalLoadBalancer,
        ...(publicLoadBalancer && isPublic ? [publicLoadBalancer] : []),
      ],
      after: [
        ...content.of(machine),
        applied.index,
        ...identity.permissions,
        ...scope.secrets.of((secret) => secrets.includes(secret)),
      ],
      tags: tierTags(scope, 'control-plane'),
    },
    { parent },
  );
}

function composeWorkers(
  scope: MachineScope,
  content: MachineContent,
  image: ImageOf,
): readonly WorkerPool[] {
  const { name, parent, blueprint, storage, network } = scope;
  const bucket = storage.clusterBucket;
  const secrets = secretsOf(scope, { role: 'worker' });
  const parameters = scope.secrets.of((secret) => secrets.includes(secret));
  const identity = composeIdentity(scope, 'worker', 'Workers', bucket, (facts) => [
    ...planBundleAccess(facts, ['worker-*']),
    ...planSecretAccess(facts, secrets),
    ...planTierAccess(scope, 'worker', facts, ['worker-*']),
  ]);
  const open = blueprint.access.nodePortCidrs.length > 0;
  return blueprint.workers.map((pool) => {
    const machine = machineOf(scope, `worker-${pool.name}`);
    return new WorkerPool(
      `${name}-worker-${pool.name}`,
      {
        imageId: image(pool.architecture),
        instanceType: pool.instanceType,
        minimum: pool.minimum,
        maximum: pool.maximum,
        capacity: pool.capacity,
        rootVolumeGibibytes: pool.rootVolumeGibibytes,
        nodePorts: open ? pool.nodePorts : [],
        ...(network.publicLoadBalancer ? { loadBalancer: network.publicLoadBalancer } : {}),
        subnetIds: idsOf(network.network.subnetIds.private),
        securityGroupIds: [network.firewall.groupId('worker')],
        instanceProfileArn: identity.instanceProfileArn,
        userData: userDataOf(scope, machine, bucket),
        keyArn: storage.keys.storage,
        after: [...content.of(machine), ...identity.permissions, ...parameters],
        tags: { ...tierTags(scope, 'worker'), 'hardened-cluster:pool': pool.name },
      },
      { parent },
    );
  });
}

function composeBastion(
  scope: MachineScope,
  content: MachineContent,
  image: ImageOf,
): Bastion | undefined {
  const { name, parent, blueprint, storage, network, account } = scope;
  if (blueprint.bastion.access === 'none') return undefined;
  const bucket = storage.clusterBucket;
  const machine = machineOf(scope, 'bastion');
  const ssh = blueprint.bastion.access === 'ssh';
  const statements = pulumi
    .output(machineFacts(scope, bucket))
    .apply((facts) => [
      ...planBundleAccess(facts, [machine.name]),
      ...planTierAccess(scope, 'bastion', facts, [machine.name]),
    ]);
  const { public: publicSubnets, private: privateSubnets } = network.network.subnetIds;
  return new Bastion(
    `${name}-bastion`,
    {
      cluster: blueprint.name,
      account,
      publicAddress: ssh,
      statements,
      machine: {
        imageId: image(blueprint.bastion.architecture),
        instanceType: blueprint.bastion.instanceType,
        rootVolumeGibibytes: 20,
        subnetIds: idsOf(ssh ? publicSubnets : privateSubnets),
        securityGroupIds: [network.firewall.groupId('bastion')],
        userData: userDataOf(scope, machine, bucket),
        keyArn: storage.keys.storage,
        after: content.of(machine),
      },
      tags: tierTags(scope, 'bastion'),
    },
    { parent },
  );
}

function composeIdentity(
  scope: MachineScope,
  tier: string,
  description: string,
  bucket: SecureBucket,
  plan: (facts: MachineFacts) => readonly PolicyStatement[],
): MachineIdentity {
  const { name, parent, blueprint, tags } = scope;
  return new MachineIdentity(
    `${name}-${tier}`,
    {
      roleName: `${blueprint.name}-${tier}`,
      description: `${description} of the cluster ${blueprint.name}`,
      policy: renderPolicy(machineFacts(scope, bucket), plan),
      tags,
    },
    { parent },
  );
}

/** What every machine of a tier may do: ship its logs, and be reached where there is no SSH. */
function planTierAccess(
  { blueprint }: MachineScope,
  role: MachineRole,
  facts: MachineFacts,
  machines: readonly string[],
): readonly PolicyStatement[] {
  const prefix = logGroupPrefix(blueprint);
  const groups = planLogGroups(blueprint).filter(({ writers }) => writers.includes(role));
  return [
    ...planLogShipping(
      facts,
      groups.map(({ key }) => `${prefix}/${key}`),
      machines,
    ),
    ...(blueprint.bastion.access === 'session-manager' ? planSessionManagerAgent() : []),
  ];
}

function machineFacts({ blueprint, account, storage }: MachineScope, bucket: SecureBucket) {
  return {
    cluster: blueprint.name,
    accountId: account.id,
    partition: account.partition,
    region: account.region,
    bucketName: bucket.bucketName,
    secretsKeyArn: storage.keys.secrets,
    storageKeyArn: storage.keys.storage,
  };
}

function userDataOf(
  { blueprint, account, issuerUrl }: MachineScope,
  machine: MachineConfig,
  bucket: SecureBucket,
  dataVolumeId?: pulumi.Output<string>,
): pulumi.Output<string> {
  const { sha256 } = renderBundle(machine);
  return pulumi
    .all([account.id, bucket.bucketName, issuerUrl ?? '', dataVolumeId ?? ''])
    .apply(([accountId, bucketName, issuer, volume]) =>
      renderUserData(machine, {
        cluster: blueprint.name,
        region: account.region,
        accountId,
        bucket: bucketName,
        bundleKey: bundleKey(machine.name, sha256),
        bundleSha256: sha256,
        ...(issuer === '' ? {} : { serviceAccountIssuer: issuer }),
        ...(volume === '' ? {} : { dataVolumeId: volume }),
      }),
    );
}

function secretsOf({ pki }: MachineScope, reader: SecretReader): readonly SecretPlan[] {
  return pki.secrets.filter(({ readers }) =>
    readers.some((candidate) =>
      candidate.role === 'etcd'
        ? reader.role === 'etcd' && candidate.member === reader.member
        : candidate.role === reader.role,
    ),
  );
}

const tierTags = ({ tags }: MachineScope, tier: string) => ({
  ...tags,
  'hardened-cluster:tier': tier,
});
