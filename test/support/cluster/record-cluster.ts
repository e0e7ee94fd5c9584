import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { HardenedCluster } from '../../../stacks/cluster/hardened-cluster';
import { makePlan } from './cluster-plan';
import { recordRun, type RecordedRun, type RunOptions } from './mocks';

const known = new Map<string, Promise<RecordedRun>>();

/**
 * The run that registers the cluster `prod` with the changes of a test. A run of the suite records
 * each cluster once: `HARDENED_CLUSTER_RECORDINGS` names the folder that its workers share.
 */
export function recordCluster(
  changes: Partial<BlueprintInput> = {},
  options: Pick<RunOptions, 'preview'> = {},
): Promise<RecordedRun> {
  const key = JSON.stringify([changes, options.preview === true]);
  const run = known.get(key) ?? readOrRecord(key, changes, options);
  known.set(key, run);
  return run;
}

async function readOrRecord(
  key: string,
  changes: Partial<BlueprintInput>,
  options: Pick<RunOptions, 'preview'>,
): Promise<RecordedRun> {
  const folder = process.env.HARDENED_CLUSTER_RECORDINGS;
  if (folder === undefined) return registerCluster(changes, options);
  const file = path.join(folder, createHash('sha256').update(key).digest('hex'));
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as RecordedRun;
  const run = await registerCluster(changes, options);
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(run));
  renameSync(`${file}.${process.pid}`, file);
  return run;
}

/** Registers the cluster again, whatever was recorded. */
export function registerCluster(
  changes: Partial<BlueprintInput> = {},
  options: RunOptions = {},
): Promise<RecordedRun> {
  return recordRun(
    () => ({
      ...new HardenedCluster('prod', {
        // Checksums of the artifacts that upstream publishes none of are the user's to lock.
        plan: makePlan(changes),
        allowUnlocked: true,
      }).outputs,
    }),
    options,
  );
}
