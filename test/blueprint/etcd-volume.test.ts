import { describe, expect, test } from '@jest/globals';
import { leastVolumeGibibytes } from '../../lib/blueprint/checks/etcd-volume';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

const gibibyte = 1024 ** 3;

describe('the data volume of etcd', () => {
  test.each([
    [1, 6],
    [2, 10],
    [8, 36],
    [16, 70],
  ])('with a quota of %i GiB is at least %i GiB', (quota, volume) => {
    expect(leastVolumeGibibytes(quota * gibibyte)).toBe(volume);
  });

  test('holds a full database, its backup and old data by default', () => {
    const { dataVolume, quotaBytes } = makeBlueprint().etcd;
    expect(dataVolume.sizeGibibytes).toBeGreaterThanOrEqual(leastVolumeGibibytes(quotaBytes));
  });

  test('fails when the volume is too small for the quota', () => {
    expect(() => makeBlueprint({ etcd: { dataVolume: { sizeGibibytes: 35 } } })).toThrow(
      'etcd.dataVolume.sizeGibibytes: got 35, expected at least 36 with an etcd.quotaBytes of 8589934592: the database, its snapshot, a trial restore and one folder of old data lie side by side',
    );
  });
});
