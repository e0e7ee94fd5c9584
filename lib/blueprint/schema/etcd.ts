import * as z from 'zod';
import { safeEtcdVersions } from '../../standard/etcd-releases';
import { architecture, count, instanceType, text } from '../values';
import { flags } from './kubernetes';

/** As many members as a configuration may ask for. */
export const mostMembers = 7;

/** The etcd tier. */
export const etcd = z.strictObject({
  version: text(/^3\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/, 'an etcd version such as "3.6.14"')
    .default('3.6.14')
    .describe(`${safeEtcdVersions}: earlier ones have access-control bypasses.`),
  members: count(1, mostMembers)
    .default(5)
    .describe('3, 5 or 7; 1 only in the profile development.'),
  instanceType: instanceType().default('m7g.large'),
  architecture: architecture().default('arm64'),
  dataVolume: z
    .strictObject({
      sizeGibibytes: count(6, 16384)
        .default(40)
        .describe('At least four times quotaBytes and some more: backup and restore need copies.'),
      type: z.enum(['gp3', 'io2']).default('gp3').describe('Kind of the EBS volume.'),
      iops: count(3000, 64000)
        .default(3000)
        .describe('Operations a second that it is provisioned for.'),
    })
    .prefault({})
    .describe('The encrypted volume that outlives its machine.'),
  quotaBytes: count(1024 ** 3, 16 * 1024 ** 3)
    .default(8 * 1024 ** 3)
    .describe('Size at which the database refuses writes.'),
  compactionRetentionHours: count(1, 168)
    .default(8)
    .describe('History kept by periodic compaction.'),
  backup: z
    .strictObject({
      intervalMinutes: count(5, 1440).default(60).describe('Minutes between snapshots.'),
      retentionDays: count(14, 3650)
        .default(365)
        .describe('Days until the last of the thinned-out snapshots is removed.'),
    })
    .prefault({})
    .describe('Snapshots in the bucket of the cluster.'),
  flags: flags.describe(
    'Further flags of etcd, without dashes; those that a clause fixes need a waiver.',
  ),
});
