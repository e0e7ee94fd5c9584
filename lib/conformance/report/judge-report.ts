import type { Level } from '../../standard/clause';
import type { ClauseResult, Report } from './report';

/**
 * What a report says as a whole: a binding clause fails (`violated`), none fails but at least one
 * could not be judged (`incomplete`), or all hold or are waived (`met`).
 */
export type Judgement = 'met' | 'incomplete' | 'violated';

const bindingLevels: ReadonlySet<Level> = new Set(['MUST', 'MUST NOT', 'critical']);

/** Whether a failure of a clause of this level makes the command end with exit code 1. */
export function isBinding(level: Level): boolean {
  return bindingLevels.has(level);
}

/** Clauses of a binding level that fail, in the order of the report. */
export function bindingFailures(report: Report): readonly ClauseResult[] {
  return report.clauses.filter(
    ({ clause, status }) => status === 'fail' && isBinding(clause.level),
  );
}

/** Judges a report by its binding clauses. */
export function judgeReport(report: Report): Judgement {
  if (bindingFailures(report).length > 0) return 'violated';
  const open = report.clauses.some(
    ({ clause, status }) => status === 'unknown' && isBinding(clause.level),
  );
  return open ? 'incomplete' : 'met';
}

/** Exit code of `plan` and `check` for this report: 1 when a binding clause fails, else 0. */
export function exitCodeOf(report: Report): 0 | 1 {
  return bindingFailures(report).length > 0 ? 1 : 0;
}
