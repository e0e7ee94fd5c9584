import { describe, expect, test } from '@jest/globals';
import { awaitReadiness } from '../../stacks/machines/await-readiness';
import { recordRun, type Properties } from '../support/cluster/mocks';

const readiness = {
  member: 'etcd-0',
  bundleSha256: 'abc',
  instanceId: 'i-1',
  bucketName: 'bucket',
  bootstrappedKey: 'etcd/bootstrapped',
};
const key = 'state/etcd/etcd-0/ready-abc';

/** Waits against a bucket that holds these objects, by the time of their change. */
async function wait(objects: (asked: number) => Readonly<Record<string, string>>) {
  let asked = 0;
  let outcome = 'waiting';
  await recordRun(
    () => ({
      done: awaitReadiness(readiness, {}, { timeoutSeconds: 2, intervalSeconds: 1 }).then(
        () => {
          outcome = `ready after ${asked}`;
          return true;
        },
        (error: unknown) => {
          outcome = error instanceof Error ? error.message : 'failed';
          return true;
        },
      ),
    }),
    {
      invokes: {
        'aws:s3/getObjects:getObjects': ({ prefix }: Properties) => {
          asked += 1;
          return { keys: Object.keys(objects(asked)).filter((name) => name === prefix) };
        },
        'aws:s3/getObject:getObject': () => ({ lastModified: objects(asked)[key] }),
        'aws:ec2/getInstance:getInstance': () => ({ launchTime: '2026-11-22T08:00:00Z' }),
      },
    },
  );
  return outcome;
}

describe('awaitReadiness', () => {
  test('does not wait before the cluster was formed', async () => {
    expect(await wait(() => ({}))).toBe('ready after 1');
  });

  test('goes on once the member has written since its start', async () => {
    const outcome = await wait((asked) => ({
      'etcd/bootstrapped': '2026-01-01T00:00:00Z',
      ...(asked > 2 ? { [key]: '2026-11-22T08:03:00Z' } : {}),
    }));
    expect(outcome).toBe('ready after 3');
  });

  test('fails when what is there is from before the start of the machine', async () => {
    const outcome = await wait(() => ({
      'etcd/bootstrapped': '2026-01-01T00:00:00Z',
      [key]: '2026-11-22T07:59:59Z',
    }));
    expect(outcome).toBe(
      'etcd-0: got no s3://bucket/state/etcd/etcd-0/ready-abc newer than 2026-11-22T08:00:00Z within 2 s, expected the member to be healthy; the next member stays as it is until it is',
    );
  });
});
