import { renderJson } from '../../../lib/conformance/report/render-json';
import { hostile, hostileReport, reportOf, sampleClauses } from './sample-report';

test('renders every field of a clause in a fixed order', () => {
  const parsed = JSON.parse(renderJson(reportOf())) as {
    clauses: unknown[];
    counts: unknown[];
  } & Record<string, unknown>;
  expect(Object.keys(parsed)).toEqual([
    'format',
    'outcome',
    'cluster',
    'profile',
    'kubernetesVersion',
    'today',
    'source',
    'scope',
    'nonConformities',
    'warnings',
    'counts',
    'clauses',
  ]);
  expect(JSON.stringify(parsed.clauses[3])).toBe(
    JSON.stringify({
      id: 'guide/api/profiling',
      level: 'high',
      status: 'waived',
      document: 'Best-practice guide',
      section: 'API server',
      statement: 'Profiling is off.',
      waiver: { reason: 'a performance hunt', expires: '2026-12-31' },
      checks: [
        {
          id: 'api/profiling',
          status: 'fail',
          title: 'api/profiling holds',
          evidence: ['--profiling=true'],
          remedy: 'Put api/profiling right.',
        },
      ],
    }),
  );
  expect(parsed.counts[1]).toEqual({
    level: 'MUST NOT',
    pass: 0,
    fail: 1,
    waived: 0,
    notApplicable: 0,
    unknown: 0,
  });
  expect(parsed.outcome).toBe('violated');
});

test('renders the same text whatever the order in which fields were set', () => {
  const reversed = sampleClauses.map(({ clause, status, checks, waiver }) => ({
    ...(waiver === undefined ? {} : { waiver: { expires: waiver.expires, reason: waiver.reason } }),
    checks,
    status,
    clause,
  }));
  expect(renderJson(reportOf(reversed))).toBe(renderJson(reportOf()));
});

test('renders hostile evidence unchanged', () => {
  const { clauses } = JSON.parse(renderJson(hostileReport())) as {
    clauses: { checks: { evidence: string[] }[] }[];
  };
  expect(clauses[0]?.checks[0]?.evidence).toEqual([hostile]);
});
