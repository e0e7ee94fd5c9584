import * as pulumi from '@pulumi/pulumi';
import { renderBundle } from '../../lib/machine/bundle';
import { logGroupPrefix, planLogGroups } from '../../lib/machine/log-groups';
import type { Architecture, MachineConfig, MachineRole } from '../../lib/machine/machine-config';
import { renderUserData } from '../../lib/machine/user-data';
import type { SecretPlan, SecretReader } from '../../lib/pki/pki-plan';
import { boundaryOf, type ClusterScope } from '../cluster/cluster-scope';
import type { ClusterSecrets } from '../trust/cluster-secrets';
import type { ClusterNetwork } from '../cluster/compose-network';
import type { ClusterStorage } from '../cluster/compose-storage';
import { MachineIdentity } from './machine-identity';
import type { MachineImage } from './machine-image';
import type { PolicyStatement } from '../iam/policy-document';
import {
  bundleKey,
  planLogShipping,
  planSessionManagerAgent,
  type MachineFacts,
} from '../iam/machine-policies';
import type { SecureBucket } from '../storage/secure-bucket';

/** What the machines of a cluster are composed with. */
export interface MachineScope extends ClusterScope {
  readonly storage: ClusterStorage;
  readonly network: ClusterNetwork;
  readonly secrets: ClusterSecrets;
  /** Address of the OIDC issuer; undefined when tokens are for the cluster only. */
  readonly issuerUrl: pulumi.Output<string> | undefined;
  /** Image of one architecture. */
  readonly imageOf: (architecture: Architecture) => MachineImage;
}

/** Role and profile of one tier or one member. */
export function composeIdentity(
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
      statements: pulumi.output(machineFacts(scope, bucket)).apply(plan),
      ...boundaryOf(blueprint),
      tags,
    },
    { parent },
  );
}

/** What every machine of a tier may do: ship its logs, and be reached where there is no SSH. */
export function planTierAccess(
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
      groups.map(({ key }) => `${prefix}/${key}${facts.logGroupSuffix}`),
      machines,
    ),
    ...(blueprint.bastion.access === 'session-manager'
      ? planSessionManagerAgent(facts, `${prefix}/sessions${facts.logGroupSuffix}`)
      : []),
  ];
}

/** What policies of machines are made from, as soon as it is known. */
export function machineFacts({ blueprint, account, storage }: MachineScope, bucket: SecureBucket) {
  return {
    cluster: blueprint.name,
    accountId: account.id,
    partition: account.partition,
    region: account.region,
    bucketName: bucket.bucketName,
    secretsKeyArn: storage.keys.secrets,
    storageKeyArn: storage.keys.storage,
    logsKeyArn: storage.keys.logs,
    logGroupSuffix: storage.logGroupSuffix,
  };
}

/** User-data of a machine whose bundle lies in that bucket. */
export function userDataOf(
  { blueprint, account, issuerUrl, storage }: MachineScope,
  machine: MachineConfig,
  bucket: SecureBucket,
  dataVolumeId?: pulumi.Output<string>,
): pulumi.Output<string> {
  const { sha256 } = renderBundle(machine);
  return pulumi
    .all([
      account.id,
      bucket.bucketName,
      issuerUrl ?? '',
      dataVolumeId ?? '',
      storage.logGroupSuffix,
    ])
    .apply(([accountId, bucketName, issuer, volume, logGroupSuffix]) =>
      renderUserData(machine, {
        cluster: blueprint.name,
        region: account.region,
        accountId,
        bucket: bucketName,
        bundleKey: bundleKey(machine.name, sha256),
        bundleSha256: sha256,
        logGroupSuffix,
        ...(issuer === '' ? {} : { serviceAccountIssuer: issuer }),
        ...(volume === '' ? {} : { dataVolumeId: volume }),
      }),
    );
}

/** Secrets that one reader may read. */
export function secretsOf({ pki }: MachineScope, reader: SecretReader): readonly SecretPlan[] {
  return pki.secrets.filter(({ readers }) =>
    readers.some((candidate) =>
      candidate.role === 'etcd'
        ? reader.role === 'etcd' && candidate.member === reader.member
        : candidate.role === reader.role,
    ),
  );
}

/** Tags of everything that belongs to a tier. */
export const tierTags = ({ tags }: MachineScope, tier: string) => ({
  ...tags,
  'hardened-cluster:tier': tier,
});
