import type { ClauseStatus } from './report';

/** How each status is written where people read it. */
export const statusWords: Readonly<Record<ClauseStatus, string>> = {
  pass: 'PASS',
  fail: 'FAIL',
  waived: 'WAIVED',
  'not-applicable': 'N/A',
  unknown: 'UNKNOWN',
};
