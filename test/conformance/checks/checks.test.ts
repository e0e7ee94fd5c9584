import { describe, expect, test } from '@jest/globals';
import { checks } from '../../../lib/conformance/checks/checks';
import { mutations } from './mutations';
import { conformantFacts } from './subject/conformant-facts';

/** Checks that the conformant cluster gives no occasion for. */
const notApplicable = [
  'distribution/host-id-label',
  'service-accounts/default-automount-off-without-rbac',
];

describe('checks', () => {
  test('has one mutation for every check, and none for a check that is gone', () => {
    expect(Object.keys(mutations).sort()).toEqual(checks.map(({ id }) => id).sort());
  });

  test.each(checks.map((check) => [check.id, check] as const))(
    '%s passes on a conformant cluster',
    (id, check) => {
      const verdict = check.run(conformantFacts);
      expect({ status: verdict.status, evidence: verdict.evidence.length > 0 }).toEqual({
        status: notApplicable.includes(id) ? 'not-applicable' : 'pass',
        evidence: true,
      });
    },
  );

  test.each(checks.map((check) => [check.id, check] as const))(
    '%s fails when the smallest thing is wrong',
    (id, check) => {
      const mutate = mutations[id];
      if (!mutate) throw new Error(`no mutation for ${id}`);
      expect(check.run(mutate(conformantFacts)).status).toBe('fail');
    },
  );

  test.each(checks.map((check) => [check.id, check] as const))(
    '%s answers unknown when there are no facts at all',
    (_, check) => {
      expect(check.run({ source: 'manifests' }).status).toBe('unknown');
    },
  );

  test.each(checks.map((check) => [check.id, check] as const))(
    '%s does not pass on empty facts',
    (_, check) => {
      const verdict = check.run({
        source: 'manifests',
        machines: [],
        resources: [],
        manifests: [],
        certificates: [],
      });
      expect(['unknown', 'fail']).toContain(verdict.status);
    },
  );

  test('says what holds, why it matters and what to do about it in whole sentences', () => {
    for (const { title, why, remedy } of checks) {
      expect(title).toMatch(/^[A-Za-z].{15,}[^.]$/);
      expect(why).toMatch(/^[A-Z0-9].{15,}\.$/i);
      expect(remedy).toMatch(/^[A-Z].{9,}\.$/);
    }
  });
});
