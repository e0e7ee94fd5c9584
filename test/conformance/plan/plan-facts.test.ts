import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../../lib/conformance/facts';
import { runChecks } from '../../../lib/conformance/run-checks';
import { makeBlueprint, today } from '../../support/cluster/blueprint-inputs';
import { planFacts } from '../../support/cluster/plan-facts';

/** Clauses by how they ended, without those that hold. */
function exceptions(facts: Facts): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { clause, status } of runChecks(facts, { waivers: [], today }).clauses) {
    if (status !== 'pass') (found[status] ??= []).push(clause.id);
  }
  return found;
}

/** What no plan can settle, or what the default cluster gives no occasion for. */
const notApplicable = [
  'scs-0214/labels/host-id',
  'scs-0215/requests/adapted',
  'guide/service-accounts/automount-without-rbac',
];
/** RECOMMENDED: more than one control-plane machine a zone. */
const onePerZone = 'scs-0214/distribution/several-per-zone';

describe('facts of a plan', () => {
  test('meet every clause in the profile standard but one recommendation', async () => {
    expect(exceptions(await planFacts(makeBlueprint()))).toEqual({
      fail: [onePerZone],
      'not-applicable': notApplicable,
    });
  });

  test('meet every clause in the profile strict with two control-plane machines a zone', async () => {
    const facts = await planFacts(
      makeBlueprint({ profile: 'strict', controlPlane: { machines: 6 } }),
    );
    expect(exceptions(facts)).toEqual({ 'not-applicable': notApplicable });
  });

  test('fail the clauses on availability in the profile development', async () => {
    expect(exceptions(await planFacts(makeBlueprint({ profile: 'development' })))).toEqual({
      fail: [
        'scs-0217/etcd/five-members',
        'scs-0214/distribution/control-plane-machines',
        'scs-0214/distribution/kubernetes-practice',
        'scs-0214/distribution/control-plane-zones',
        onePerZone,
        'scs-0214/distribution/worker-zones',
        'scs-0214/distribution/worker-each-zone',
      ],
      'not-applicable': notApplicable,
    });
  });

  test('fail when the API server may be reached from everywhere', async () => {
    const facts = await planFacts(
      makeBlueprint({ access: { apiCidrs: ['0.0.0.0/0'], sshCidrs: ['198.51.100.0/24'] } }),
    );
    expect(exceptions(facts).fail).toEqual([onePerZone, 'guide/kops/api-topology']);
  });
});
