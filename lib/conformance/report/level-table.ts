import { levels } from './count-levels';
import type { LevelCounts, Report } from './report';

/** Columns of every table of counts, with their heads. */
export const countColumns = [
  ['pass', 'pass'],
  ['fail', 'fail'],
  ['waived', 'waived'],
  ['notApplicable', 'n/a'],
  ['unknown', 'unknown'],
] as const satisfies readonly (readonly [keyof LevelCounts, string])[];

/** The counts as aligned lines, head first; levels without clauses are left out. */
export function renderLevelTable(report: Report): string[] {
  const used = levels.filter((level) => sum(report.counts[level]) > 0);
  return [
    `${'Level'.padEnd(12)}${countColumns.map(([, head]) => head.padStart(9)).join('')}`,
    ...used.map(
      (level) =>
        level.padEnd(12) +
        countColumns.map(([key]) => String(report.counts[level][key] || '-').padStart(9)).join(''),
    ),
  ];
}

/** Clauses of a level, whatever became of them. */
export function sum(counts: LevelCounts): number {
  return countColumns.reduce((total, [key]) => total + counts[key], 0);
}
