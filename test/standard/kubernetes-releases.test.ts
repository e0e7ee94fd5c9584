import { describe, expect, test } from '@jest/globals';
import { compareVersions, minorVersionOf } from '../../lib/blueprint/version';
import { kubernetesReleases, releasesComparedOn } from '../../lib/standard/kubernetes-releases';

const day = /^\d{4}-\d{2}-\d{2}$/;

describe('kubernetesReleases', () => {
  test.each(kubernetesReleases.map((release) => [release.minorVersion, release] as const))(
    '%s has patches in order, of its own minor version, with days',
    (minorVersion, { patches, patch, patchReleased, tested, released, endOfLife }) => {
      const versions = patches.map(({ version }) => version);
      expect([...versions].sort(compareVersions)).toEqual(versions);
      expect(
        [...versions, ...tested].every((version) => minorVersionOf(version) === minorVersion),
      ).toBe(true);
      expect(
        patches.every((row) => day.test(row.released) && row.released <= releasesComparedOn),
      ).toBe(true);
      expect(patches.find(({ version }) => version === patch)?.released).toBe(patchReleased);
      expect(released <= (patches[0]?.released ?? '') && patchReleased < endOfLife).toBe(true);
    },
  );

  test('is in order, oldest minor version first', () => {
    const minorVersions = kubernetesReleases.map(({ minorVersion }) => minorVersion);
    expect([...minorVersions].sort(compareVersions)).toEqual(minorVersions);
  });
});
