import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { engineConfig } from '../../support/engine/engine-config';
import { recordCluster } from '../../support/cluster/record-cluster';
import { PulumiEngine } from '../../support/engine/pulumi-engine';
import { describeWithTools } from '../../support/tools';

const repository = resolve(__dirname, '..', '..', '..');

const tools = ['pulumi', 'pulumi-language-nodejs', 'pulumi-analyzer-policy-node-script'] as const;

describeWithTools('Pulumi engine with the policy pack', tools, (paths) => {
  let engine: PulumiEngine;
  let pack: string;

  const preview = (changes: Partial<BlueprintInput>) => {
    engine.configure(engineConfig(join(engine.folder, 'artifacts'), changes));
    return engine.preview('--policy-pack', pack);
  };

  beforeAll(async () => {
    const { resources } = await recordCluster();
    const custom = resources.filter((resource) => resource.custom);
    engine = new PulumiEngine({
      pulumi: paths.pulumi,
      language: paths['pulumi-language-nodejs'],
      types: [...new Set(custom.map(({ type }) => type))].sort(),
    });
    pack = writePack(join(engine.folder, 'pack'));
    await engine.initialize();
  });

  afterAll(() => {
    engine.remove();
  });

  test('lets the default cluster through, with the one thing that is recommended and not done', async () => {
    const { status, text } = await preview({});
    expect(text).toContain('scs-0214/distribution/several-per-zone');
    expect(text.match(/\[(mandatory|advisory)\]/g)).toEqual(['[advisory]']);
    expect(status).toBe(0);
  });

  test('fails a cluster with one control-plane machine', async () => {
    const { status, text } = await preview({ profile: 'development' });
    expect(text).toMatch(/\[mandatory\].*scs-0214\/distribution\/control-plane-machines/);
    expect(status).not.toBe(0);
  });
});

/** The project's pack, for a runtime whose analyzer lies on PATH; its TypeScript is not built first. */
function writePack(folder: string): string {
  const source = join(repository, 'stacks', 'policy-pack');
  mkdirSync(folder);
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  copyFileSync(join(source, 'package.json'), join(folder, 'package.json'));
  const project = readFileSync(join(source, 'PulumiPolicy.yaml'), 'utf8');
  writeFileSync(
    join(folder, 'PulumiPolicy.yaml'),
    project.replace('runtime: nodejs', 'runtime: node-script'),
  );
  const modules = [
    join(repository, 'test', 'support', 'engine', 'ts-hook.js'),
    join(source, 'index.ts'),
  ];
  const lines = modules.map((name) => `require(${JSON.stringify(name)});\n`);
  writeFileSync(join(folder, 'index.js'), lines.join(''));
  return folder;
}
