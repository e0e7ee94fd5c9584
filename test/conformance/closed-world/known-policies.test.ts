import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { synthesizeManifests } from '../../../constructs/manifests';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import {
  policyParts,
  unreadPolicies,
} from '../../../lib/conformance/closed-world/admission-policies';
import type { ManifestFact } from '../../../lib/conformance/facts';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';

const file = path.join(__dirname, '../../../lib/conformance/closed-world/known-policies.json');

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

/** Every configuration that the text of a policy depends on. */
const variants: readonly Partial<BlueprintInput>[] = ['1.35', '1.36', '1.37'].flatMap((version) =>
  (['standard', 'strict', 'development'] as const).flatMap((profile) =>
    [false, true].map((requireDigests) => ({
      profile,
      kubernetes: { version },
      images: { requireDigests },
      namespaces: version === '1.35' ? [] : [{ name: 'shop', roleArns: [role('shop')] }],
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

test('the checksums do not depend on which roles a configuration lists, nor on its region', () => {
  const partsOf = (changes: Partial<BlueprintInput>) =>
    synthesizeManifests(makeBlueprint(changes))
      .flatMap(({ objects }) => objects as readonly ManifestFact[])
      .filter(({ kind }) => kind.endsWith('AdmissionPolicy'))
      .map(policyParts);
  const some = partsOf({ namespaces: [{ name: 'shop', roleArns: [role('shop')] }] });
  const more = partsOf({
    region: 'eu-west-1',
    zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    namespaces: [
      { name: 'a', roleArns: [role('path/with.dots/a+b=c,d@e'), role('b')] },
      { name: 'b-2', roleArns: [role('b')] },
      { name: 'without' },
    ],
  });
  expect(more).toEqual(some);
});

test.each([
  ['an expression behind the list', "['arn:aws:iam::123456789012:role/shop'] + [request.name]"],
  ['a role that is no text', '[request.userInfo.username]'],
  ['a role of two lists', "['arn:aws:iam::123456789012:role/shop'], 'x': ['any']"],
])('%s changes the checksum of the accounts policy', (_title, roles) => {
  const policy = (list: string) =>
    policyParts({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'hardened-cluster-pod-roles' },
      spec: { validations: [{ expression: `x in {'shop': ${list}}[?request.namespace]` }] },
    });
  const plain = policy("['arn:aws:iam::123456789012:role/shop']");
  expect(policy("['arn:aws:iam::123456789012:role/lab']")).toEqual(plain);
  expect(policy(roles)).not.toEqual(plain);
});

describe('a cluster with roles of pods', () => {
  const manifests = synthesizeManifests(
    makeBlueprint({ namespaces: [{ name: 'lab', roleArns: [role('a'), role('b')] }] }),
  ).flatMap(({ objects }) => objects as readonly ManifestFact[]);
  const unread = (change: (manifest: ManifestFact) => ManifestFact) =>
    unreadPolicies({ source: 'manifests', manifests: manifests.map(change) });
  const bound = (spec: object) => (manifest: ManifestFact) =>
    manifest.kind === 'MutatingAdmissionPolicyBinding' &&
    manifest.metadata.name === 'hardened-cluster-pod-roles'
      ? { ...manifest, spec: { ...(manifest.spec as object), ...spec } }
      : manifest;

  test('has no policy whose effect is not known', () => {
    expect(unread((manifest) => manifest)).toEqual([]);
  });

  test.each([
    [{ paramRef: { selector: { matchLabels: { a: 'b' } }, parameterNotFoundAction: 'Allow' } }],
    [{ paramRef: { name: 'cart', parameterNotFoundAction: 'Allow' } }],
    [{ paramRef: { selector: {}, namespace: 'lab', parameterNotFoundAction: 'Allow' } }],
  ])('has one when its binding names %j', (spec) => {
    expect(unread(bound(spec))).toEqual([
      'MutatingAdmissionPolicyBinding hardened-cluster-pod-roles: paramRef may leave objects out',
    ]);
  });
});
