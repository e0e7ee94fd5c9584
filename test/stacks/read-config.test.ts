import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import { configKeys, readConfig } from '../../stacks/cluster/read-config';
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

  test('has every key described in Pulumi.yaml, and no other', () => {
    const project = readFileSync(join(__dirname, '..', '..', 'Pulumi.yaml'), 'utf8');
    const described = [...project.matchAll(/^# {3}([a-zA-Z]+) {2,}\S/gm)].map((match) => match[1]);
    expect(described.sort()).toEqual([...configKeys].sort());
  });
});
