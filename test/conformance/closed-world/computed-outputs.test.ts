import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { knownInputs } from '../../../lib/conformance/closed-world/known-inputs';

const file = join(__dirname, '../../../lib/conformance/closed-world/computed-outputs.json');

/**
 * What only AWS can set is no argument, as the SDK in use marks it. After a new release of the SDK:
 * `UPDATE_COMPUTED_OUTPUTS=1 npx jest test/conformance/closed-world/computed-outputs.test.ts`.
 */
test('the computed outputs of each known type are those that the SDK marks', () => {
  const found = Object.fromEntries(
    Object.keys(knownInputs)
      .sort()
      .map((type) => [type, readComputedOutputs(type)]),
  );
  if (process.env.UPDATE_COMPUTED_OUTPUTS === '1') {
    writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
  }
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(found);
});

function readComputedOutputs(type: string): readonly string[] {
  const module = /^aws:(\w+\/\w+):\w+$/.exec(type)?.[1];
  if (module === undefined) throw new Error(`type: got ${type}, expected aws:module/file:Type`);
  const source = readFileSync(require.resolve(`@pulumi/aws/${module}`), 'utf8');
  const marked = source.matchAll(/resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g);
  return [...new Set(['id', ...Array.from(marked, ([, name]) => name ?? '')])].sort();
}
