import { escapeControls } from '../../topology/escape';
import { groupClauses } from './group-clauses';
import { headlineOf, sources } from './evaluate-report';
import { everyLevel, renderLevelTable } from './level-table';
import type { CheckResult, ClauseResult, ClauseStatus, Report } from './report';
import { statusWords } from './status-words';

/** Lines of evidence shown of a check that holds, and of one that does not. */
const evidenceOfPasses = 3;
const evidenceOfFailures = 50;

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
    ...(report.scope === 'manifests' ? renderPart(report) : renderWhole(report.clauses)),
  ];
  return `${lines.map(escapeControls).join('\n')}\n`;
}

/** Every clause, document by document, failures first. */
function renderWhole(clauses: readonly ClauseResult[]): string[] {
  const failed = clauses.filter(({ status }) => status === 'fail');
  const others = clauses.filter(({ status }) => status !== 'fail');
  return [
    ...(failed.length === 0 ? [] : ['', 'Failures', ...failed.flatMap(renderClause)]),
    ...groupClauses(others).flatMap(({ document, sections }) => [
      '',
      document,
      ...sections.flatMap(({ section, clauses: ofSection }) => [
        '',
        `  ${section}`,
        ...ofSection.flatMap(renderClause),
      ]),
    ]),
  ];
}

/** What a part of a cluster can show: failures, then what needs a look, then what holds; the rest is counted. */
function renderPart({ clauses }: Report): string[] {
  const of = (...statuses: readonly ClauseStatus[]) =>
    clauses.filter(({ status }) => statuses.includes(status));
  const open = of('unknown').map(withSubjects);
  const shown = open.filter(({ checks }) => checks.length > 0);
  const blocks = [
    ['Failures', of('fail').map(withSubjects)],
    ['Could not be told from these objects alone', shown],
    ['Holds', of('pass', 'waived')],
  ] as const;
  const left = clauses.length - blocks.reduce((sum, [, found]) => sum + found.length, 0);
  return [
    ...blocks.flatMap(([head, found]) =>
      found.length === 0 ? [] : ['', head, ...found.flatMap(renderClause)],
    ),
    '',
    `${left} further clauses are about what such objects do not show: machines, networks, settings of components, what else the cluster holds (--format json lists them).`,
  ];
}

/** A clause with the checks alone that had a subject among the facts. */
function withSubjects(result: ClauseResult): ClauseResult {
  return { ...result, checks: result.checks.filter(({ verdict }) => verdict.subjectless !== true) };
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
  const shown = verdict.evidence.slice(0, holds ? evidenceOfPasses : evidenceOfFailures);
  const left = verdict.evidence.length - shown.length;
  return [
    `           - ${statusWords[verdict.status].toLowerCase()}: ${title} [${id}]`,
    ...shown.map((line) => `               ${line}`),
    ...(left === 0 ? [] : [`               ... and ${left} more (--format json)`]),
    ...(holds ? [] : [`             remedy: ${remedy}`]),
  ];
}
