import * as z from 'zod';
import { checksum, imageId, line } from '../values';
import { clusterName, region } from '../aws-values';
import { bastion } from './bastion';
import { images, namespace, principals, waiver } from './cluster-policies';
import { etcd } from './etcd';
import { kubernetes } from './kubernetes';
import { controlPlane, workerPool } from './machines';
import { access, network } from './network';

/** Names of the profiles. */
export const profileNames = ['standard', 'strict', 'development'] as const;

/** The one schema of the configuration, whichever way it is read. */
export const blueprintSchema = z.strictObject({
  name: clusterName().describe('Name of the cluster; part of every resource name.'),
  profile: z
    .enum(profileNames)
    .default('standard')
    .describe(
      'standard: conformant. strict: also restricted Pod Security everywhere and nothing public but named networks. development: small, and not conformant.',
    ),
  region: region().describe('AWS region.'),
  zones: z
    .array(z.string())
    .min(1, { error: 'at least one zone' })
    .max(6, { error: 'at most 6 zones' })
    .optional()
    .describe('Availability zones; the first three of the region when left out. Append new ones.'),
  network: network.prefault({}).describe('Address ranges and routes.'),
  access: access.describe('Inbound access from outside the VPC.'),
  bastion: bastion.prefault({}).describe('The one machine that people reach the others through.'),
  kubernetes: kubernetes
    .prefault({})
    .describe('The Kubernetes version, and how its components are set.'),
  etcd: etcd.prefault({}).describe('The etcd tier.'),
  controlPlane: controlPlane.prefault({}).describe('The identical control-plane machines.'),
  workers: z
    .array(workerPool)
    .min(1, { error: 'at least one worker pool' })
    .prefault([{ name: 'general' }])
    .describe('Pools of workers, an auto-scaling group each. Append new ones.'),
  namespaces: z
    .array(namespace)
    .default([])
    .describe('Namespaces to make, each with its policies.'),
  images: images.prefault({}).describe('Where images may come from.'),
  principals: principals
    .prefault({})
    .describe('IAM roles of people, by what they may do in the cluster.'),
  artifacts: z
    .strictObject({
      source: line('"upstream", or a folder such as "./artifacts"')
        .default('upstream')
        .describe('"upstream", or a folder that holds the release artifacts by their file names.'),
      sha256: z
        .record(
          z.string(),
          z.record(z.string(), z.partialRecord(z.enum(['amd64', 'arm64']), checksum())),
        )
        .default({})
        .describe('Further checksums as name -> version -> architecture -> SHA-256; see `lock`.'),
    })
    .prefault({})
    .describe('Where machines take release artifacts from, and by which checksums they know them.'),
  machineImages: z
    .strictObject({
      amd64: imageId().optional().describe('AMI of amd64 machines.'),
      arm64: imageId().optional().describe('AMI of arm64 machines.'),
    })
    .prefault({})
    .describe(
      'AMI ids by architecture; the newest Debian 13 of its publisher when left out (needed in GovCloud).',
    ),
  deletionProtection: z
    .boolean()
    .default(true)
    .describe(
      'Whether `pulumi destroy` is refused before it deletes anything. Data stays either way: volumes of etcd, snapshots, logs and their keys; in the development profile nothing is refused and nothing stays.',
    ),
  tags: z.record(z.string(), z.string()).default({}).describe('Tags of the AWS resources.'),
  waivers: z
    .array(waiver)
    .default([])
    .describe('Decisions not to follow a clause, each with a reason and an end.'),
});

/** The configuration as a user writes it. */
export type BlueprintInput = z.input<typeof blueprintSchema>;

/** The configuration with every default filled in. */
export type BlueprintConfig = z.output<typeof blueprintSchema>;
