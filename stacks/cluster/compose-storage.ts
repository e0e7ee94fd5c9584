import * as pulumi from '@pulumi/pulumi';
import type { DataLife } from '../component-args';
import { planSnapshotFolders } from '../../lib/etcd/backup-plan';
import type { Blueprint } from '../../lib/blueprint/blueprint';
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
  /** What ends the names of the log groups: those of an earlier stack of the name are still there. */
  readonly logGroupSuffix: pulumi.Output<string>;
  /** Bundles, artifacts and manifests: all of it can be made again. */
  readonly clusterBucket: SecureBucket;
  /** What etcd members read, and the snapshots that they write. */
  readonly etcdBucket: SecureBucket;
  /** Access logs of the load balancers. */
  readonly accessLogBucket: Pick<SecureBucket, 'bucketName' | 'ready'>;
}

/** Days for which only a holder of the governance permission can delete a snapshot. */
export const snapshotLockDays = 14;

/** What becomes of the data of a cluster when its stack is destroyed. */
export function dataLife({ profile, deletionProtection }: Blueprint): Required<DataLife> {
  const kept = profile !== 'development';
  return { protect: kept && deletionProtection, retain: kept };
}

/** Composes what everything else of a cluster is kept in. */
export function composeStorage(scope: ClusterScope): ClusterStorage {
  const { name, account, tags, parent, blueprint, existing } = scope;
  const logPrefix = logGroupPrefix(blueprint);
  const life = dataLife(blueprint);
  const keys = new EncryptionKeys(
    `${name}-keys`,
    {
      cluster: blueprint.name,
      account,
      logPrefix,
      tags,
      ...(existing.keyArns ? { existing: existing.keyArns } : {}),
      ...life,
    },
    { parent },
  );
  // What is made with the stack has a name of its own: the key, else the bucket of etcd.
  const early = existing.keyArns?.logs === undefined ? undefined : composeBuckets(scope, keys);
  const ofStack = early?.etcdBucket.bucketName ?? keys.logs;
  const logGroupSuffix = ofStack.apply((id) => `-${id.slice(-8)}`);
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
      suffix: logGroupSuffix,
      tags,
      ...life,
    },
    { parent },
  );
  return { keys, logs, logGroupSuffix, ...(early ?? composeBuckets(scope, keys)) };
}

function composeBuckets(scope: ClusterScope, keys: EncryptionKeys) {
  const { name, account, tags, parent, blueprint, deployers, existing } = scope;
  // One character more: a further member changes nothing, and no role of another cluster fits.
  const members = pulumi.interpolate`arn:${account.partition}:iam::${account.id}:role/${blueprint.name}-etcd-?`;
  const common = { account, tags };
  const life = dataLife(blueprint);
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
        bucketName: pulumi.interpolate`${blueprint.name}-cluster-${account.id}`,
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
        holdsData: life.retain,
        ...life,
      },
      opts,
    ),
    accessLogBucket:
      existing.accessLogBucket === undefined
        ? new SecureBucket(
            `${name}-access-logs`,
            {
              ...common,
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
              holdsData: life.retain,
              ...life,
            },
            opts,
          )
        : { bucketName: pulumi.output(existing.accessLogBucket), ready: [] },
  };
}
