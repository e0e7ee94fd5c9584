import type * as pulumi from '@pulumi/pulumi';
import { getInstance } from '@pulumi/aws/ec2/getInstance';
import { getObject } from '@pulumi/aws/s3/getObject';
import { getObjects } from '@pulumi/aws/s3/getObjects';
import { setTimeout as sleep } from 'node:timers/promises';

/** Which member is waited for. */
export interface Readiness {
  readonly member: string;
  readonly bundleSha256: string;
  readonly instanceId: string;
  readonly bucketName: string;
  /** Object that exists once the etcd cluster was formed for the first time. */
  readonly bootstrappedKey: string;
}

/** How long and how often the bucket is asked. */
export interface ReadinessTiming {
  readonly timeoutSeconds: number;
  /** Longest pause; the first one is a second, each further one twice as long. */
  readonly intervalSeconds: number;
}

/** A member boots, joins and catches up within minutes; more than this needs a person. */
export const defaultTiming: ReadinessTiming = { timeoutSeconds: 1200, intervalSeconds: 10 };

/** The object that a member writes after each start, once it is healthy in a quorum. */
export const readinessKey = (member: string, bundleSha256: string) =>
  `state/etcd/${member}/ready-${bundleSha256}`;

/**
 * Waits until a member has said that it is healthy since its machine was started last.
 *
 * Members of a cluster that was never formed do not wait: the first are healthy only when the
 * others are there. A preview does not wait either.
 *
 * @throws Error when the member is not ready in time
 */
export async function awaitReadiness(
  readiness: Readiness,
  options: pulumi.InvokeOptions,
  timing: ReadinessTiming = defaultTiming,
): Promise<void> {
  const { member, bundleSha256, bucketName, bootstrappedKey } = readiness;
  if (!(await exists(bucketName, bootstrappedKey, options))) return;
  const { launchTime } = await getInstance({ instanceId: readiness.instanceId }, options);
  const key = readinessKey(member, bundleSha256);
  const started = performance.now();
  let pause = 1;
  for (;;) {
    if (await exists(bucketName, key, options)) {
      const { lastModified } = await getObject({ bucket: bucketName, key }, options);
      if (Date.parse(lastModified) >= Date.parse(launchTime)) return;
    }
    if (performance.now() - started > timing.timeoutSeconds * 1000) {
      throw new Error(
        `${member}: got no s3://${bucketName}/${key} newer than ${launchTime} within ${timing.timeoutSeconds} s, expected the member to be healthy; the next member stays as it is until it is`,
      );
    }
    await sleep(pause * 1000);
    pause = Math.min(pause * 2, timing.intervalSeconds);
  }
}

async function exists(
  bucket: string,
  key: string,
  options: pulumi.InvokeOptions,
): Promise<boolean> {
  const { keys } = await getObjects({ bucket, prefix: key, maxKeys: 1 }, options);
  return keys.includes(key);
}
