import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import { BlueprintError } from '../../../lib/blueprint/problem';
import { resolveBlueprint } from '../../../lib/blueprint/resolve';
import { runChecks } from '../../../lib/conformance/run-checks';
import { minimalInput, today } from '../../support/cluster/blueprint-inputs';
import { planFacts } from '../../support/cluster/plan-facts';

/** As much of the published JSON Schema as names the values that are tried. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Keys in order; a number is a place in a list. */
type Location = readonly (string | number)[];

function leaves(schema: Schema, location: Location = []): readonly (readonly [Location, Schema])[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, inner]) =>
      leaves(inner, [...location, key]),
    );
  }
  return schema.items?.properties
    ? leaves(schema.items, [...location, 0])
    : [[location, schema] as const];
}

function values({ type, enum: words, minimum, maximum }: Schema): readonly unknown[] {
  if (words) return words;
  if (type === 'boolean') return [true, false];
  if (type !== 'integer' || minimum === undefined || maximum === undefined) return [];
  return [minimum, minimum + 1, Math.round((minimum + maximum) / 2), maximum - 1, maximum];
}

/** `base` with the value at the location. */
function withValue(base: unknown, [key, ...rest]: Location, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = (base as Record<string | number, unknown> | undefined)?.[key];
  const changed = withValue(inner, rest, value);
  return typeof key === 'number' ? [changed] : { ...(base as object | undefined), [key]: changed };
}

const base = { ...minimalInput, namespaces: [{ name: 'shop' }], workers: [{ name: 'general' }] };
const schema = JSON.parse(
  readFileSync(path.join(__dirname, '../../../docs/blueprint.schema.json'), 'utf8'),
) as Schema;
const rows = leaves(schema)
  // A profile chooses among the clauses: plan-facts.test.ts says which.
  .filter(([[key]]) => key !== 'profile')
  .flatMap(([location, leaf]) =>
    values(leaf).map((value) => [location.join('.'), value, location] as const),
  );

/** What is wrong with the plan; undefined where the configuration is refused with a message. */
async function problems(input: unknown): Promise<readonly string[] | undefined> {
  let blueprint: Blueprint;
  try {
    blueprint = resolveBlueprint(input, { today });
  } catch (error) {
    if (!(error instanceof BlueprintError)) throw error;
    expect(error.message).toMatch(/^(\S+: got .+, expected .+(\n|$))+$/);
    return undefined;
  }
  const { clauses } = runChecks(await planFacts(blueprint), { waivers: [], today });
  const binding = ['MUST', 'MUST NOT', 'critical'];
  return clauses
    .filter(({ clause }) => binding.includes(clause.level))
    .filter(({ status }) => status === 'fail' || status === 'unknown')
    .map(({ clause, status }) => `${clause.id}: ${status}`);
}

describe('each end of each range', () => {
  test('there are some', () => {
    expect(rows.length).toBeGreaterThan(150);
  });

  test.each(rows)('%s = %j plans, or is refused with a message', async (_name, value, location) => {
    expect((await problems(withValue(base, location, value))) ?? []).toEqual([]);
  });
});
