import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { HardenedCluster } from '../../stacks/cluster/hardened-cluster';
import { minimalInput } from '../support/cluster/blueprint-inputs';
import { makePlan } from '../support/cluster/cluster-plan';
import { recordRun } from '../support/cluster/mocks';

const [today, allowUnlocked] = [makePlan().blueprint.today, true];

test('builds the same from a configuration, a file of it, and its plan', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'config-'));
  const configFile = path.join(folder, 'cluster.json');
  writeFileSync(configFile, JSON.stringify(minimalInput));
  try {
    const [byPlan, ...others] = [
      await namesOf(() => new HardenedCluster('prod', { plan: makePlan(), allowUnlocked })),
      await namesOf(
        () => new HardenedCluster('prod', { config: minimalInput, today, allowUnlocked }),
      ),
      await namesOf(() => new HardenedCluster('prod', { configFile, today, allowUnlocked })),
    ];
    expect(byPlan.length).toBeGreaterThan(200);
    expect(others).toEqual([byPlan, byPlan]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('fails on a configuration before anything is registered', async () => {
  const names = namesOf(() => {
    expect(
      () => new HardenedCluster('prod', { config: { ...minimalInput, region: 'nowhere' }, today }),
    ).toThrow('region: got "nowhere"');
    expect(() => new HardenedCluster('prod', { configFile: 'no-such-file.yaml' })).toThrow(
      'no-such-file.yaml: got no such file',
    );
  });
  expect(await names).toEqual([]);
});

async function namesOf(program: () => unknown): Promise<readonly string[]> {
  const { resources } = await recordRun(() => {
    program();
    return {};
  });
  return resources.map(({ type, name }) => `${type} ${name}`);
}
