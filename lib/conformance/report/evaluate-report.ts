import type { Level } from '../../standard/clause';
import type { ClauseResult, Report } from './report';

/**
 * What a report says as a whole: a binding clause fails (`violated`); none fails, but one could
 * not be evaluated, or there was nothing to evaluate (`incomplete`); all hold or are waived (`met`).
 */
export type Outcome = 'met' | 'incomplete' | 'violated';

const bindingLevels: ReadonlySet<Level> = new Set(['MUST', 'MUST NOT', 'critical']);

/** Whether a failure of a clause of this level makes the command end with exit code 1. */
export function isBinding(level: Level): boolean {
  return bindingLevels.has(level);
}

/** Clauses of a binding level that fail, in the order of the report. */
export function bindingFailures(report: Report): readonly ClauseResult[] {
  return bindingClauses(report).filter(({ status }) => status === 'fail');
}

/** Evaluates a report by its binding clauses. */
export function evaluateReport(report: Report): Outcome {
  const statuses = new Set(bindingClauses(report).map(({ status }) => status));
  if (statuses.has('fail')) return 'violated';
  // A report in which nothing applied has proved nothing.
  const evaluated = statuses.has('pass') || statuses.has('waived');
  return evaluated && !statuses.has('unknown') ? 'met' : 'incomplete';
}

/** Exit code of `plan` and `check` for this report: 1 when a binding clause fails, else 0. */
export function exitCodeOf(report: Report): 0 | 1 {
  return bindingFailures(report).length > 0 ? 1 : 0;
}

/** The outcome in words, the same in every format. */
export interface Headline {
  /** True only when the outcome is `met` and the configuration does not say otherwise. */
  readonly conformant: boolean;
  readonly outcome: Outcome;
  /** Such as `NOT CONFORMANT`. */
  readonly verdict: string;
  /** Why, in one sentence. */
  readonly reason: string;
}

/** Puts the outcome into words. */
export function headlineOf(report: Report): Headline {
  const outcome = evaluateReport(report);
  const binding = bindingClauses(report);
  const count = (status: ClauseResult['status']) =>
    binding.filter((result) => result.status === status).length;
  const failedBelow =
    report.clauses.filter(({ status }) => status === 'fail').length - count('fail');
  const below =
    failedBelow === 0 ? '' : ` ${clausesOf(failedBelow)} of other levels ${fails(failedBelow)}.`;
  const common = { outcome, conformant: false };
  if (outcome === 'violated') {
    return {
      ...common,
      verdict: 'NOT CONFORMANT',
      reason: `${count('fail')} of ${binding.length} binding clauses ${fails(count('fail'))} (MUST, MUST NOT, critical).${below}`,
    };
  }
  if (report.nonConformities.length > 0) {
    return {
      ...common,
      verdict: 'NOT CONFORMANT',
      reason: `the configuration chose so: ${report.nonConformities.join('; ')}.${below}`,
    };
  }
  if (outcome === 'incomplete') {
    return {
      ...common,
      verdict: 'NOT PROVEN',
      reason: `${count('unknown')} of ${binding.length} binding clauses could not be evaluated from ${sources[report.source]}.${below}`,
    };
  }
  const waived = count('waived');
  return {
    outcome,
    conformant: true,
    verdict: waived === 0 ? 'CONFORMANT' : 'CONFORMANT WITH WAIVERS',
    reason: `no binding clause of ${binding.length} fails (MUST, MUST NOT, critical)${waived === 0 ? '' : `, ${waived} waived`}.${below}`,
  };
}

/** Where the facts came from, in words. */
export const sources: Readonly<Record<Report['source'], string>> = {
  plan: 'a plan',
  manifests: 'manifests',
  state: 'a Pulumi state',
  cluster: 'a running cluster',
  account: 'an AWS account',
};

function bindingClauses(report: Report): readonly ClauseResult[] {
  return report.clauses.filter(({ clause }) => isBinding(clause.level));
}

const clausesOf = (count: number) => (count === 1 ? '1 clause' : `${count} clauses`);
const fails = (count: number) => (count === 1 ? 'fails' : 'fail');
