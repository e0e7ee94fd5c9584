import { describe, expect, test } from '@jest/globals';
import type { Check, Status } from '../../lib/conformance/check';
import { podChecks } from '../../lib/conformance/checks/workloads/pods';
import { runChecks, type Waiver } from '../../lib/conformance/run-checks';
import type { Clause } from '../../lib/standard/clause';

function check(id: string, status: Status | Error): Check {
  return {
    id,
    title: `title of ${id}`,
    why: 'because',
    remedy: `mend ${id}`,
    run: () => {
      if (status instanceof Error) throw status;
      return { status, evidence: [`evidence of ${id}`] };
    },
  };
}

const checks = [
  check('t/pass', 'pass'),
  check('t/fail', 'fail'),
  check('t/unknown', 'unknown'),
  check('t/none', 'not-applicable'),
  check('t/throws', new Error('no such file')),
];

function clause(...ids: string[]): Clause {
  return {
    id: 'guide/t',
    source: { document: 'd', section: 's' },
    level: 'high',
    statement: 'Something holds.',
    checks: ids,
  };
}

function evaluate(ids: readonly string[], waivers: readonly Waiver[] = []) {
  const report = runChecks(
    { source: 'plan', kubernetesVersion: '1.36.4' },
    { waivers, today: '2026-09-01', checks, clauses: [clause(...ids)] },
  );
  const [result] = report.clauses;
  if (!result) throw new Error('no clause');
  return result;
}

const waiver = { clause: 'guide/t', reason: 'until the move is done', expires: '2026-09-01' };

describe('runChecks', () => {
  test.each<[ids: string[], status: string]>([
    [['t/pass'], 'pass'],
    [['t/pass', 't/none'], 'pass'],
    [['t/none'], 'not-applicable'],
    [[], 'not-applicable'],
    [['t/pass', 't/unknown'], 'unknown'],
    [['t/unknown', 't/fail'], 'fail'],
    [['t/pass', 't/throws'], 'fail'],
  ])('evaluates a clause with the checks %j: %s', (ids, status) => {
    expect(evaluate(ids).status).toBe(status);
  });

  test('reports the answer and the remedy of each check', () => {
    expect(evaluate(['t/fail']).checks).toEqual([
      {
        id: 't/fail',
        title: 'title of t/fail',
        remedy: 'mend t/fail',
        verdict: { status: 'fail', evidence: ['evidence of t/fail'] },
      },
    ]);
  });

  test('takes a check that throws for one that failed, with the message as evidence', () => {
    expect(evaluate(['t/throws']).checks[0]?.verdict).toEqual({
      status: 'fail',
      evidence: ['the check could not be run: no such file'],
    });
  });

  test('waives a clause that does not hold, up to the last day of the waiver', () => {
    const kept = { reason: waiver.reason, expires: waiver.expires };
    expect(evaluate(['t/fail'], [waiver])).toMatchObject({ status: 'waived', waiver: kept });
    expect(evaluate(['t/unknown'], [waiver])).toMatchObject({ status: 'waived', waiver: kept });
  });

  test('does not waive a clause that holds, and still shows the waiver', () => {
    expect(evaluate(['t/pass'], [waiver])).toMatchObject({
      status: 'pass',
      waiver: { reason: waiver.reason },
    });
  });

  test('fails when a waiver has expired or is for another clause', () => {
    expect(evaluate(['t/fail'], [{ ...waiver, expires: '2026-08-31' }])).toMatchObject({
      status: 'fail',
    });
    expect(evaluate(['t/fail'], [{ ...waiver, clause: 'guide/u' }]).waiver).toBeUndefined();
  });

  test('fails when a clause names a check that does not exist', () => {
    expect(() => evaluate(['t/missing'])).toThrow(
      'guide/t names a check that does not exist: t/missing',
    );
  });

  test('counts by level and passes on what it was told', () => {
    const report = runChecks(
      { source: 'plan', kubernetesVersion: '1.36.4' },
      {
        waivers: [],
        today: '2026-09-01',
        cluster: 'demo',
        profile: 'development',
        nonConformities: ['one etcd member'],
        warnings: ['open to all'],
        checks,
        clauses: [clause('t/fail')],
      },
    );
    expect(report.counts.high).toEqual({
      pass: 0,
      fail: 1,
      waived: 0,
      notApplicable: 0,
      unknown: 0,
    });
    expect({ ...report, clauses: [], counts: {} }).toEqual({
      clauses: [],
      counts: {},
      cluster: 'demo',
      profile: 'development',
      kubernetesVersion: '1.36.4',
      today: '2026-09-01',
      source: 'plan',
      scope: 'plan',
      nonConformities: ['one etcd member'],
      warnings: ['open to all'],
    });
  });

  test('takes as many subjects as a large cluster has', () => {
    const spec = { containers: [{ name: 'a', image: 'b', securityContext: { privileged: true } }] };
    const manifests = Array.from({ length: 150_000 }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${index}` },
      spec,
    }));
    const { clauses } = runChecks(
      { source: 'manifests', manifests },
      {
        waivers: [],
        today: '2026-09-01',
        checks: podChecks.slice(0, 1),
        clauses: [clause('workloads/pods-baseline')],
      },
    );
    const evidence = clauses[0]?.checks[0]?.verdict;
    expect([evidence?.status, evidence?.evidence.length]).toEqual(['fail', 150_000]);
  });
});
