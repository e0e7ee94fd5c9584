import type { Level } from '../../standard/clause';
import { isBinding } from './evaluate-report';
import type { ClauseResult, ClauseStatus, Report } from './report';

/** What SARIF wants to know besides the report. */
export interface SarifExtras {
  /** File that a result is shown at, relative to the repository, such as `cluster.yaml`. */
  readonly artifactUri?: string;
  /** Version of this program. */
  readonly toolVersion?: string;
}

type Kind = 'pass' | 'fail' | 'notApplicable' | 'open';
type ResultLevel = 'error' | 'warning' | 'note' | 'none';

const kinds: Readonly<Record<ClauseStatus, Kind>> = {
  pass: 'pass',
  fail: 'fail',
  // A waived failure stays a failure, with a suppression that carries the reason.
  waived: 'fail',
  'not-applicable': 'notApplicable',
  unknown: 'open',
};

/** Severity scores that code-scanning views sort by. */
const severities: Readonly<Record<Level, string>> = {
  MUST: '9.0',
  'MUST NOT': '9.0',
  critical: '9.0',
  SHOULD: '6.0',
  RECOMMENDED: '6.0',
  OPTIONAL: '2.0',
  high: '8.0',
  medium: '5.0',
  low: '2.0',
};

/**
 * Renders SARIF 2.1.0: a rule a clause, waivers as suppressions. A result is a clause, or a place where
 * one fails; of manifests that are a part of a cluster, only what they show.
 */
export function renderSarif(report: Report, extras: SarifExtras = {}): string {
  const document = {
    $schema:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'hardened-cluster',
            ...(extras.toolVersion === undefined ? {} : { version: extras.toolVersion }),
            rules: report.clauses.map(renderRule),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: report.clauses.flatMap((result, index) =>
          renderResults(result, index, report, extras),
        ),
        properties: {
          today: report.today,
          source: report.source,
          nonConformities: report.nonConformities,
          warnings: report.warnings,
        },
      },
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function renderRule({ clause, checks }: ClauseResult) {
  const remedies = checks.map(({ remedy }) => remedy);
  const { document, section } = clause.source;
  return {
    id: clause.id,
    shortDescription: { text: clause.statement },
    fullDescription: { text: `${clause.level} (${document}, ${section}): ${clause.statement}` },
    help: { text: remedies.length === 0 ? clause.statement : remedies.join('\n') },
    defaultConfiguration: { level: levelOf(clause.level) },
    properties: {
      tags: ['security', clause.level],
      'security-severity': severities[clause.level],
    },
  };
}

function renderResults(
  result: ClauseResult,
  index: number,
  report: Report,
  extras: SarifExtras,
): readonly object[] {
  const open = result.status === 'unknown' || result.status === 'not-applicable';
  if (report.scope === 'manifests' && open) return [];
  const whole = renderResult(result, index, report, extras);
  const places = result.checks.flatMap(({ id, verdict }) =>
    (verdict.locations ?? []).map((location) => ({ id, ...location })),
  );
  if (result.status !== 'fail' || places.length === 0) return [whole];
  return places.map(({ id, file, line, evidence }, row) => ({
    ...whole,
    message: { text: [result.clause.statement, `fail [${id}]: ${evidence}`].join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file === '-' ? 'stdin' : file) },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: { 'clause/v1': `${result.clause.id}:${evidence}:${row}` },
  }));
}

function renderResult(
  { clause, status, checks, waiver }: ClauseResult,
  ruleIndex: number,
  report: Report,
  { artifactUri }: SarifExtras,
) {
  const kind = kinds[status];
  const evidence = checks.flatMap(({ id, verdict }) =>
    verdict.evidence.map((line) => `${verdict.status} [${id}]: ${line}`),
  );
  return {
    ruleId: clause.id,
    ruleIndex,
    kind,
    level: kind === 'fail' ? levelOf(clause.level) : ('none' as const),
    message: { text: [clause.statement, ...evidence].join('\n') },
    locations: [
      {
        ...(artifactUri === undefined
          ? {}
          : {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(artifactUri) },
                region: { startLine: 1 },
              },
            }),
        logicalLocations: [
          { fullyQualifiedName: report.cluster ?? report.source, kind: 'resource' },
        ],
      },
    ],
    partialFingerprints: { 'clause/v1': clause.id },
    ...(status === 'waived' && waiver
      ? {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: `${waiver.reason} (until ${waiver.expires})`,
            },
          ],
        }
      : {}),
  };
}

function levelOf(level: Level): Exclude<ResultLevel, 'none'> {
  if (isBinding(level)) return 'error';
  return level === 'OPTIONAL' || level === 'low' ? 'note' : 'warning';
}
