import { z } from 'zod';
import { checksum, label, text } from '../values';
import { bastion } from './bastion';
import { images, namespace, people, waiver } from './cluster-policies';
import { etcd } from './etcd';
import { kubernetes } from './kubernetes';
import { controlPlane, workerPool } from './machines';
import { access, network } from './network';

/** Names of the profiles. */
export const profileNames = ['standard', 'strict', 'development'] as const;

/** The one schema of the configuration, whichever way it is read. */
export const blueprintSchema = z.strictObject({
  name: label(32).describe('Name of the cluster; part of every resource name.'),
  profile: z
    .enum(profileNames)
    .default('standard')
    .describe(
      'standard: conformant. strict: also restricted Pod Security everywhere and nothing public but named networks. development: small, and not conformant.',
    ),
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as "eu-central-1"').describe(
    'AWS region.',
  ),
  zones: z
    .array(z.string())
    .min(1, { error: 'at least one zone' })
    .max(6, { error: 'at most 6 zones' })
    .optional()
    .describe('Availability zones; a, b and c of the region when left out. Append new ones.'),
  network: network.prefault({}),
  access,
  bastion: bastion.prefault({}),
  kubernetes: kubernetes.prefault({}),
  etcd: etcd.prefault({}),
  controlPlane: controlPlane.prefault({}),
  workers: z
    .array(workerPool)
    .min(1, { error: 'at least one worker pool' })
    .prefault([{ name: 'general' }]),
  namespaces: z.array(namespace).default([]),
  images: images.prefault({}),
  people: people.prefault({}),
  artifacts: z
    .strictObject({
      source: z
        .string()
        .default('upstream')
        .describe('"upstream", or a folder that holds the release artifacts by their file names.'),
      sha256: z
        .record(
          z.string(),
          z.record(z.string(), z.partialRecord(z.enum(['amd64', 'arm64']), checksum())),
        )
        .default({})
        .describe('Further sums as name -> version -> architecture -> SHA-256; see `lock`.'),
    })
    .prefault({}),
  machineImages: z
    .strictObject({
      amd64: z.string().optional(),
      arm64: z.string().optional(),
    })
    .prefault({})
    .describe('AMI ids by architecture; the newest Debian 13 of its publisher when left out.'),
  tags: z.record(z.string(), z.string()).default({}),
  waivers: z.array(waiver).default([]),
});

/** The configuration as a user writes it. */
export type BlueprintInput = z.input<typeof blueprintSchema>;

/** The configuration with every default filled in. */
export type BlueprintConfig = z.output<typeof blueprintSchema>;
