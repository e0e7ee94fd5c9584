import * as pulumi from '@pulumi/pulumi';
import { planSnapshotFolders } from '../../lib/etcd/backup-plan';
import { logGroupPrefix, planLogGroups } from '../../lib/machine/log-groups';
import type { ClusterScope } from './cluster-scope';
import { EncryptionKeys } from '../trust/encryption-keys';
import { LogGroups } from '../storage/log-groups';
import { planAccessLogDelivery } from '../iam/bucket-policy';
import { SecureBucket } from '../storage/secure-bucket';

/** Keys, buckets and log groups of a cluster. */
export interface ClusterStorage {
  readonly keys: EncryptionKeys;
  readonly logs: LogGroups;
  /** Bundles, artifacts and manifests: all of it can be made again. */
  readonly clusterBucket: SecureBucket;
  /** What etcd members read, and the snapshots that they write. */
  readonly etcdBucket: SecureBucket;
  readonly accessLogBucket: SecureBucket;
}

/** Days for which only a holder of the governance permission can delete a snapshot. */
export const snapshotLockDays = 14;

/** Names of the buckets, known as soon as the account is. */
export function bucketNames({ blueprint, account }: Pick<ClusterScope, 'blueprint' | 'account'>) {
  const named = (purpose: string) => pulumi.interpolate`${blueprint.name}-${purpose}-${account.id}`;
  return {
    cluster: named('cluster'),
    etcd: named('etcd'),
    accessLogs: named('access-logs'),
  };
}

/** Composes what everything else of a cluster is kept in. */
export function composeStorage(scope: ClusterScope): ClusterStorage {
  const { name, account, tags, parent, blueprint } = scope;
  const logPrefix = logGroupPrefix(blueprint);
  const keys = new EncryptionKeys(
    `${name}-keys`,
    { cluster: blueprint.name, account, logPrefix, tags },
    { parent },
  );
  const logs = new LogGroups(
    `${name}-logs`,
    {
      prefix: logPrefix,
      retentionDays: {
        'flow-logs': blueprint.network.flowLogRetentionDays,
        ...Object.fromEntries(
          planLogGroups(blueprint).map(({ key, retentionDays }) => [key, retentionDays]),
        ),
      },
      keyArn: keys.logs,
      tags,
    },
    { parent },
  );
  return { keys, logs, ...composeBuckets(scope, keys) };
}

function composeBuckets(scope: ClusterScope, keys: EncryptionKeys) {
  const { name, account, tags, parent, blueprint, deployers } = scope;
  const names = bucketNames(scope);
  // One character more: a further member changes nothing, and no role of another cluster fits.
  const members = pulumi.interpolate`arn:${account.partition}:iam::${account.id}:role/${blueprint.name}-etcd-?`;
  const common = { account, tags };
  const opts = { parent };
  const unfinished = {
    id: 'unfinished-uploads',
    status: 'Enabled',
    filter: { prefix: '' },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
  };
  const oldVersions = (id: string, days: number) => ({
    id,
    status: 'Enabled',
    filter: { prefix: '' },
    noncurrentVersionExpiration: { noncurrentDays: days },
  });
  return {
    clusterBucket: new SecureBucket(
      `${name}-cluster`,
      {
        ...common,
        bucketName: names.cluster,
        keyArn: keys.storage,
        lifecycleRules: [unfinished, oldVersions('old-versions', 30)],
        writers: deployers.apply((arns) => [
          { sid: 'WrittenByDeployers', prefixes: [''], writers: arns },
        ]),
        holdsData: false,
      },
      opts,
    ),
    etcdBucket: new SecureBucket(
      `${name}-etcd`,
      {
        ...common,
        bucketName: names.etcd,
        keyArn: keys.storage,
        objectLockDays: snapshotLockDays,
        writers: pulumi.all([deployers, members]).apply(([arns, role]) => [
          { sid: 'WrittenByDeployers', prefixes: ['bundles/', 'artifacts/'], writers: arns },
          { sid: 'WrittenByMembers', prefixes: [''], writers: [...arns, role] },
        ]),
        lifecycleRules: [
          unfinished,
          oldVersions('old-versions', 1),
          ...planSnapshotFolders(blueprint).map(({ prefix, expireDays }) => ({
            id: prefix.replace(/\/$/, '').replaceAll('/', '-'),
            status: 'Enabled',
            filter: { prefix },
            expiration: { days: expireDays },
          })),
        ],
        holdsData: true,
      },
      opts,
    ),
    accessLogBucket: new SecureBucket(
      `${name}-access-logs`,
      {
        ...common,
        bucketName: names.accessLogs,
        lifecycleRules: [
          unfinished,
          oldVersions('old-versions', 1),
          {
            id: 'retention',
            status: 'Enabled',
            filter: { prefix: '' },
            expiration: { days: blueprint.network.flowLogRetentionDays },
          },
        ],
        statements: planAccessLogDelivery,
        holdsData: true,
      },
      opts,
    ),
  };
}
