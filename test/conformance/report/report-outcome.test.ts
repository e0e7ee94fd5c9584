import { countLevels, levels } from '../../../lib/conformance/report/count-levels';
import {
  exitCodeOf,
  headlineOf,
  evaluateReport,
} from '../../../lib/conformance/report/evaluate-report';
import type { ClauseResult, ClauseStatus } from '../../../lib/conformance/report/report';
import type { Level } from '../../../lib/standard/clause';
import { reportOf } from './sample-report';

const clause = (level: Level, status: ClauseStatus): ClauseResult => ({
  clause: {
    id: `guide/${level}/${status}`,
    source: { document: 'guide', section: 'all' },
    level,
    statement: 'It holds.',
    checks: [],
  },
  status,
  checks: [],
});

test.each([
  ['a MUST fails', [clause('MUST', 'fail')], 'violated', 1],
  ['a MUST NOT fails', [clause('MUST NOT', 'fail')], 'violated', 1],
  ['a critical clause fails', [clause('MUST', 'pass'), clause('critical', 'fail')], 'violated', 1],
  ['a high clause alone fails', [clause('MUST', 'pass'), clause('high', 'fail')], 'met', 0],
  ['a SHOULD alone fails', [clause('MUST', 'pass'), clause('SHOULD', 'fail')], 'met', 0],
  ['a MUST is unknown', [clause('MUST', 'pass'), clause('MUST', 'unknown')], 'incomplete', 0],
  ['a high clause is unknown', [clause('MUST', 'pass'), clause('high', 'unknown')], 'met', 0],
  ['a MUST is waived', [clause('MUST', 'waived')], 'met', 0],
  ['no binding clause applies', [clause('MUST', 'not-applicable')], 'incomplete', 0],
  ['there is no clause', [], 'incomplete', 0],
] as const)('evaluates a report in which %s', (_, clauses, outcome, exitCode) => {
  const report = reportOf(clauses);
  expect([evaluateReport(report), exitCodeOf(report)]).toEqual([outcome, exitCode]);
});

test.each([
  [
    'CONFORMANT: no binding clause of 1 fails (MUST, MUST NOT, critical).',
    reportOf([clause('MUST', 'pass')]),
  ],
  [
    'CONFORMANT WITH WAIVERS: no binding clause of 2 fails (MUST, MUST NOT, critical), 1 waived. 2 clauses of other levels fail.',
    reportOf([
      clause('MUST', 'pass'),
      clause('MUST', 'waived'),
      clause('high', 'fail'),
      clause('SHOULD', 'fail'),
    ]),
  ],
  [
    'NOT CONFORMANT: the configuration chose so: one etcd member; one NAT gateway.',
    reportOf([clause('MUST', 'pass')], {
      nonConformities: ['one etcd member', 'one NAT gateway'],
    }),
  ],
  [
    'NOT CONFORMANT: 2 of 2 binding clauses fail (MUST, MUST NOT, critical).',
    reportOf([clause('MUST', 'fail'), clause('MUST NOT', 'fail')], { nonConformities: ['x'] }),
  ],
  [
    'NOT PROVEN: 1 of 2 binding clauses could not be evaluated from manifests.',
    reportOf([clause('MUST', 'pass'), clause('MUST', 'unknown')], { source: 'manifests' }),
  ],
] as const)('says "%s"', (sentence, report) => {
  const { verdict, reason, conformant } = headlineOf(report);
  expect(`${verdict}: ${reason}`).toBe(sentence);
  expect(conformant).toBe(sentence.startsWith('CONFORMANT'));
});

test('counts each status of each level', () => {
  const statuses = ['pass', 'fail', 'waived', 'not-applicable', 'unknown'] as const;
  const one = { pass: 1, fail: 1, waived: 1, notApplicable: 1, unknown: 1 };
  const counts = countLevels(
    levels.flatMap((level) => statuses.map((status) => clause(level, status))),
  );
  expect(counts).toEqual(Object.fromEntries(levels.map((level) => [level, one])));
});
