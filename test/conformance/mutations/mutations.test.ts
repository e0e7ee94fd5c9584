import { beforeAll, describe, expect, test } from '@jest/globals';
import { checks } from '../../../lib/conformance/checks/checks';
import { evaluateCheck } from '../../../lib/conformance/run-checks';
import type { Facts } from '../../../lib/conformance/facts';
import { makeBlueprint, today } from '../../support/cluster/blueprint-inputs';
import { planFacts } from '../../support/cluster/plan-facts';
import { cloudMutations } from './cloud';
import { etcdMutations } from './etcd';
import { kubernetesMutations } from './kubernetes';
import { machineMutations } from './machines';
import { manifestMutations } from './manifests';
import { workloadMutations } from './workloads';
import type { Mutation } from './mutation';

const mutations: readonly Mutation[] = [
  ...etcdMutations,
  ...kubernetesMutations,
  ...machineMutations,
  ...cloudMutations,
  ...manifestMutations,
  ...workloadMutations,
];
const pairs = mutations.flatMap((row) =>
  row.checks.map((check) => [check, `${row.kind}: ${row.title}`, row] as const),
);

let plan: Facts | undefined;

beforeAll(async () => {
  plan = await planFacts(
    makeBlueprint({
      namespaces: [{ name: 'shop' }],
      // Two in each zone: so that every check has a subject that passes.
      controlPlane: { machines: 6 },
    }),
  );
});

function subject(): Facts {
  if (!plan) throw new Error('no plan');
  return { ...plan, today };
}

function statusOf(id: string, facts: Facts): string {
  const check = checks.find((each) => each.id === id);
  if (!check) throw new Error(`no check ${id}`);
  const { status, evidence } = evaluateCheck(check, facts);
  // Whatever the answer, it says on what it rests, in whole lines.
  expect(evidence.length).toBeGreaterThan(0);
  for (const line of evidence) {
    expect(line).toMatch(/^\S(.*\S)?$/s);
    expect(line).not.toMatch(/undefined|NaN|\[object|: *$|^:/);
  }
  return status;
}

/** Nothing of this plan can make them pass. */
const notApplicable = [
  'distribution/host-id-label',
  'service-accounts/default-automount-off-without-rbac',
];

describe('the real plan', () => {
  test.each(checks.map(({ id }) => id).filter((id) => !notApplicable.includes(id)))(
    'passes %s',
    (id) => {
      expect(statusOf(id, subject())).toBe('pass');
    },
  );
});

describe('another spelling of a violation', () => {
  test.each(pairs)('never passes %s (kind %s)', (check, _, row) => {
    expect(['fail', 'unknown']).toContain(statusOf(check, row.change(subject())));
  });

  test('is there for each check: four at least', () => {
    const counts = new Map<string, number>();
    for (const [check] of pairs) counts.set(check, (counts.get(check) ?? 0) + 1);
    const few = checks.map(({ id }) => id).filter((id) => (counts.get(id) ?? 0) < 4);
    expect(few.sort()).toEqual(notApplicable);
    expect(pairs.length).toBeGreaterThanOrEqual(350);
  });
});
