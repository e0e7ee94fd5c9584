import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { synthesizeManifests } from '../../../constructs/manifests';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { policyParts } from '../../../lib/conformance/closed-world/admission-policies';
import type { ManifestFact } from '../../../lib/conformance/facts';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';

const file = path.join(__dirname, '../../../lib/conformance/closed-world/known-policies.json');

/** Every configuration that the text of a policy depends on. */
const variants: readonly Partial<BlueprintInput>[] = ['1.35', '1.36', '1.37'].flatMap((version) =>
  (['standard', 'strict', 'development'] as const).flatMap((profile) =>
    [false, true].map((requireDigests) => ({
      profile,
      kubernetes: { version },
      images: { requireDigests },
    })),
  ),
);

/**
 * After a change of a policy, and once the suite on a real API server has passed on it:
 * `UPDATE_KNOWN_POLICIES=1 npx jest test/conformance/closed-world/known-policies.test.ts`.
 */
test('the checksums of the shipped policies are up to date', () => {
  const parts: Record<string, Record<string, string[]>> = {};
  const policies = variants.map((changes) =>
    synthesizeManifests(makeBlueprint(changes))
      .flatMap(({ objects }) => objects as readonly ManifestFact[])
      .filter(({ kind }) => kind.endsWith('AdmissionPolicy')),
  );
  for (const policy of policies.flat()) {
    const name = `${policy.kind} ${policy.metadata.name}`;
    const known = (parts[name] ??= {});
    for (const [part, checksum] of Object.entries(policyParts(policy))) {
      known[part] = [...new Set([...(known[part] ?? []), checksum])].sort();
    }
  }
  // A part that only some configurations have.
  for (const policy of policies.flat()) {
    const known = parts[`${policy.kind} ${policy.metadata.name}`] ?? {};
    for (const part of Object.keys(known)) {
      if (!(part in policyParts(policy)) && known[part]?.includes('') === false) {
        known[part] = ['', ...known[part]];
      }
    }
  }
  const text = `${JSON.stringify(parts, null, 2)}\n`;
  if (process.env.UPDATE_KNOWN_POLICIES === '1') writeFileSync(file, text);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
});
