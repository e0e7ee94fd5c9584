import type * as pulumi from '@pulumi/pulumi';
import { bootstrappedKey, etcdBucketPrefix } from '../../lib/etcd/backup-plan';
import { planTierDirectory } from '../../lib/etcd/tier-directory';
import { renderBundle } from '../../lib/machine/bundle';
import { dataLife } from './compose-storage';
import { machineOf } from './cluster-scope';
import { EtcdDirectory } from '../machines/etcd-directory';
import { EtcdTier, type EtcdTierMember } from '../machines/etcd-tier';
import type { MachineContent } from '../machines/machine-content';
import {
  composeIdentity,
  planTierAccess,
  secretsOf,
  tierTags,
  userDataOf,
  type MachineScope,
} from '../machines/machine-scope';
import {
  planBundleAccess,
  planEtcdObjectAccess,
  planSecretAccess,
  planTierLookup,
} from '../iam/machine-policies';
import { idOf } from '../network/private-network';

/** Composes what machines look up of the etcd tier. */
export function composeDirectory(scope: MachineScope): EtcdDirectory {
  const { name, parent, blueprint, addresses } = scope;
  return new EtcdDirectory(
    `${name}-etcd-directory`,
    {
      cluster: blueprint.name,
      parameters: planTierDirectory(blueprint, addresses),
      tags: tierTags(scope, 'etcd'),
    },
    { parent },
  );
}

/** Composes the etcd members, each under a role of its own. */
export function composeEtcd(
  scope: MachineScope,
  content: MachineContent,
  directory: EtcdDirectory,
): { readonly tier: EtcdTier; readonly roleArns: Readonly<Record<string, pulumi.Output<string>>> } {
  const { name, parent, blueprint, addresses, storage, network } = scope;
  const roleArns: Record<string, pulumi.Output<string>> = {};
  const bucket = storage.etcdBucket;
  const members = blueprint.etcd.members.map(({ name: member, zone }): EtcdTierMember => {
    const machine = machineOf(scope, member);
    const secrets = secretsOf(scope, { role: 'etcd', member });
    const identity = composeIdentity(scope, member, `etcd member ${member}`, bucket, (facts) => [
      ...planBundleAccess(facts, [member]),
      ...planSecretAccess(facts, secrets),
      ...planTierLookup(facts),
      ...planEtcdObjectAccess(facts, member, etcdBucketPrefix),
      ...planTierAccess(scope, 'etcd', facts, [member]),
    ]);
    roleArns[member] = identity.roleArn;
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
        ...network.ready,
        ...content.of(machine),
        ...directory.entries,
        ...identity.permissions,
        ...scope.secrets.of((secret) => secrets.includes(secret)),
      ],
    };
  });
  const image = scope.imageOf(blueprint.etcd.architecture);
  const tier = new EtcdTier(
    `${name}-etcd`,
    {
      members,
      machine: {
        imageId: image.imageId,
        keepImage: image.keepImage,
        ...dataLife(blueprint),
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
  return { tier, roleArns };
}
