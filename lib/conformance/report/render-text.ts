import { escapeControls } from './escape';
import { groupClauses } from './group-clauses';
import { headlineOf, sources } from './evaluate-report';
import { everyLevel, renderLevelTable } from './level-table';
import type { CheckResult, ClauseResult, Report } from './report';
import { statusWords } from './status-words';

/** Lines of evidence shown of a check that holds; all of them where it does not. */
const evidenceOfPasses = 3;

/** Renders the full listing for a terminal or a log: every clause, its checks and its evidence. */
export function renderText(report: Report): string {
  const { verdict, reason } = headlineOf(report);
  const lines = [
    'Conformance report',
    subjectOf(report),
    '',
    `${verdict}: ${reason}`,
    ...report.nonConformities.map((text) => `  not conformant: ${text}`),
    ...report.warnings.map((text) => `  warning: ${text}`),
    '',
    ...renderLevelTable(report, everyLevel),
    ...groupClauses(report.clauses).flatMap(({ document, sections }) => [
      '',
      document,
      ...sections.flatMap(({ section, clauses }) => [
        '',
        `  ${section}`,
        ...clauses.flatMap(renderClause),
      ]),
    ]),
  ];
  return `${lines.map(escapeControls).join('\n')}\n`;
}

/** What the report is about, in one sentence. */
export function subjectOf(report: Report): string {
  const parts = [
    ...(report.cluster === undefined ? [] : [`cluster ${report.cluster}`]),
    ...(report.profile === undefined ? [] : [`profile ${report.profile}`]),
    ...(report.kubernetesVersion === undefined ? [] : [`Kubernetes ${report.kubernetesVersion}`]),
    `evaluated from ${sources[report.source]}`,
    `as of ${report.today}`,
  ];
  const sentence = parts.join(', ');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function renderClause({ clause, status, checks, waiver }: ClauseResult): string[] {
  return [
    '',
    `  ${statusWords[status].padEnd(8)} ${clause.id} (${clause.level})`,
    `           ${clause.statement}`,
    ...(clause.replacement === undefined ? [] : [`           today: ${clause.replacement}`]),
    ...(waiver === undefined
      ? []
      : [`           waived until ${waiver.expires}: ${waiver.reason}`]),
    ...(clause.uncheckable === undefined ? [] : [`           no check: ${clause.uncheckable}`]),
    ...checks.flatMap(renderCheck),
  ];
}

function renderCheck({ id, title, verdict, remedy }: CheckResult): string[] {
  const holds = verdict.status === 'pass' || verdict.status === 'not-applicable';
  const shown = holds ? verdict.evidence.slice(0, evidenceOfPasses) : verdict.evidence;
  const left = verdict.evidence.length - shown.length;
  return [
    `           - ${statusWords[verdict.status].toLowerCase()}: ${title} [${id}]`,
    ...shown.map((line) => `               ${line}`),
    ...(left === 0 ? [] : [`               ... and ${left} more (--format json)`]),
    ...(holds ? [] : [`             remedy: ${remedy}`]),
  ];
}
