import type { Level } from '../../standard/clause';
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

/** One row of a table of counts: its head and the levels it adds up. */
export type LevelRow = readonly [string, readonly Level[]];

/** A row a level. */
export const everyLevel: readonly LevelRow[] = levels.map((level) => [level, [level]]);

/** Fewer rows, for the terminal: levels that bind alike together. */
export const joinedLevels: readonly LevelRow[] = [
  ['MUST, MUST NOT', ['MUST', 'MUST NOT']],
  ['SHOULD, RECOMMENDED', ['SHOULD', 'RECOMMENDED']],
  ['OPTIONAL', ['OPTIONAL']],
  ['critical', ['critical']],
  ['high', ['high']],
  ['medium, low', ['medium', 'low']],
];

/** The counts as aligned lines, head first; rows without clauses are left out. */
export function renderLevelTable(report: Report, rows: readonly LevelRow[]): string[] {
  const used = rows.filter(([, ofRow]) => ofRow.some((level) => sum(report.counts[level]) > 0));
  const cell = (text: string) => text.padStart(9);
  return [
    `${'Level'.padEnd(20)}${countColumns.map(([, head]) => cell(head)).join('')}`,
    ...used.map(([head, ofRow]) => {
      const counts = countColumns.map(([key]) =>
        ofRow.reduce((total, level) => total + report.counts[level][key], 0),
      );
      return `${head.padEnd(20)}${counts.map((count) => cell(String(count || '-'))).join('')}`;
    }),
  ];
}

/** Clauses of a level, whatever became of them. */
export function sum(counts: LevelCounts): number {
  return countColumns.reduce((total, [key]) => total + counts[key], 0);
}
