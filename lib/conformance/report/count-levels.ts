import type { Level } from '../../standard/clause';
import type { ClauseResult, ClauseStatus, LevelCounts } from './report';

/** Levels of the SCS documents and severities of the guide, the most binding first. */
export const levels = [
  'MUST',
  'MUST NOT',
  'SHOULD',
  'RECOMMENDED',
  'OPTIONAL',
  'critical',
  'high',
  'medium',
  'low',
] as const satisfies readonly Level[];

const keys = {
  pass: 'pass',
  fail: 'fail',
  waived: 'waived',
  'not-applicable': 'notApplicable',
  unknown: 'unknown',
} as const satisfies Record<ClauseStatus, keyof LevelCounts>;

/** Counts clauses by level and status; every level is there, with zeros where nothing is. */
export function countLevels(clauses: readonly ClauseResult[]): Record<Level, LevelCounts> {
  const count = (level: Level): LevelCounts => {
    const counts = { pass: 0, fail: 0, waived: 0, notApplicable: 0, unknown: 0 };
    for (const { clause, status } of clauses) if (clause.level === level) counts[keys[status]] += 1;
    return counts;
  };
  return {
    MUST: count('MUST'),
    'MUST NOT': count('MUST NOT'),
    SHOULD: count('SHOULD'),
    RECOMMENDED: count('RECOMMENDED'),
    OPTIONAL: count('OPTIONAL'),
    critical: count('critical'),
    high: count('high'),
    medium: count('medium'),
    low: count('low'),
  };
}
