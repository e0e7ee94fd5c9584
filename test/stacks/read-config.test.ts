import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import { configKeys, readConfig, requireSameRegion } from '../../stacks/cluster/read-config';
import { minimalInput, today } from '../support/cluster/blueprint-inputs';

const source = (config: Readonly<Record<string, string>>) => ({
  get: (key: string) => config[key],
});

describe('configuration of the stack', () => {
  test('reads text as text and the rest as JSON', () => {
    expect(
      readConfig(
        source({ name: 'prod', region: 'eu-central-1', access: '{"apiCidrs":[]}', other: 'x' }),
      ),
    ).toEqual({ name: 'prod', region: 'eu-central-1', access: { apiCidrs: [] } });
  });

  test('resolves to the same blueprint as a configuration file', () => {
    const config = Object.fromEntries(
      Object.entries(minimalInput).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    expect(resolveBlueprint(readConfig(source(config)), { today })).toEqual(
      resolveBlueprint(minimalInput, { today }),
    );
  });

  test('fails with the name of the key when a value is no JSON', () => {
    const input = readConfig(source({ name: 'prod', region: 'eu-central-1', access: 'everyone' }));
    expect(() => resolveBlueprint(input, { today })).toThrow(/^access: got "everyone"/m);
  });

  test('fails when the provider works in another region', () => {
    const blueprint = { region: 'eu-central-1' };
    expect(() => {
      requireSameRegion('eu-west-1', blueprint);
    }).toThrow(
      'aws:region: got "eu-west-1", expected "eu-central-1", the same as hardened-cluster:region',
    );
    for (const same of ['eu-central-1', undefined]) requireSameRegion(same, blueprint);
  });

  test('has every key described in Pulumi.yaml, and no other', () => {
    const project = readFileSync(join(__dirname, '..', '..', 'Pulumi.yaml'), 'utf8');
    const described = [...project.matchAll(/^# {3}([a-zA-Z]+) {2,}\S/gm)].map((match) => match[1]);
    expect(described.sort()).toEqual([...configKeys].sort());
  });
});
