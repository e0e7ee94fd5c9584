import { escapeMarkup } from '../../topology/escape';
import { groupClauses } from './group-clauses';
import type { ClauseResult, Report } from './report';

/**
 * Renders JUnit XML for build servers: a suite a section, a test case a clause. A failed clause is
 * a failure whatever its level; waived, inapplicable and unknown ones are skipped with the reason.
 *
 * Keeps to what both common schemas (Ant's and Jenkins') allow; durations are zero, so that equal
 * reports are equal files.
 */
export function renderJunit(report: Report): string {
  const suites = groupClauses(report.clauses).flatMap(({ document, sections }) =>
    sections.map(({ section, clauses }) => ({ document, section, clauses })),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...suites.flatMap(({ document, section, clauses }, index) => [
      `  <testsuite${attributes({
        id: String(index),
        package: document,
        name: `${document}: ${section}`,
        timestamp: `${report.today}T00:00:00`,
        hostname: report.cluster ?? report.source,
        tests: String(clauses.length),
        failures: String(clauses.filter(({ status }) => status === 'fail').length),
        errors: '0',
        skipped: String(clauses.filter(({ status }) => isSkipped(status)).length),
        time: '0',
      })}>`,
      '    <properties/>',
      ...clauses.flatMap((result) => renderCase(result, `${document}.${section}`)),
      '    <system-out/>',
      '    <system-err/>',
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function renderCase(result: ClauseResult, className: string): string[] {
  const { clause, status } = result;
  const head = `    <testcase${attributes({
    classname: className,
    name: `${clause.id} (${clause.level}) ${clause.statement}`,
    time: '0',
  })}`;
  switch (status) {
    case 'pass':
      return [`${head}/>`];
    case 'fail':
      return [
        `${head}>`,
        `      <failure${attributes({ type: clause.level, message: clause.statement })}>`,
        ...detailsOf(result).map(escapeMarkup),
        '</failure>',
        '    </testcase>',
      ];
    case 'waived':
    case 'not-applicable':
    case 'unknown':
      return [
        `${head}>`,
        `      <skipped${attributes({ message: whySkipped(result) })}/>`,
        '    </testcase>',
      ];
  }
}

function isSkipped(status: ClauseResult['status']): boolean {
  return status !== 'pass' && status !== 'fail';
}

function whySkipped({ clause, status, checks, waiver }: ClauseResult): string {
  if (waiver) return `waived until ${waiver.expires}: ${waiver.reason}`;
  const evidence = checks
    .filter(({ verdict }) => verdict.status === status)
    .flatMap(({ verdict }) => verdict.evidence);
  return [status, ...(clause.uncheckable === undefined ? evidence : [clause.uncheckable])].join(
    ': ',
  );
}

function detailsOf({ checks }: ClauseResult): string[] {
  return checks
    .filter(({ verdict }) => verdict.status === 'fail' || verdict.status === 'unknown')
    .flatMap(({ id, title, verdict, remedy }) => [
      `${verdict.status}: ${title} [${id}]`,
      ...verdict.evidence.map((line) => `  ${line}`),
      `  remedy: ${remedy}`,
    ]);
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(value)}"`)
    .join('');
}
