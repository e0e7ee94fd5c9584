import type { Verdict } from './check';

/** What one subject showed: whether it is as it should be, and the line that tells so. */
export interface Finding {
  readonly holds: boolean;
  /** Such as `etcd-0: --client-cert-auth=true`. */
  readonly evidence: string;
}

/** The facts at hand don't tell; never counts as a pass. */
export function unknown(...evidence: string[]): Verdict {
  return { status: 'unknown', evidence };
}

/** The question does not arise for this cluster; the evidence says why. */
export function notApplicable(...evidence: string[]): Verdict {
  return { status: 'not-applicable', evidence };
}

export function pass(...evidence: string[]): Verdict {
  return { status: 'pass', evidence };
}

export function fail(...evidence: string[]): Verdict {
  return { status: 'fail', evidence };
}

/**
 * Fails with the evidence of every finding that does not hold, else passes with all evidence.
 * Nothing to look at is `unknown`, so that no check passes on an empty list.
 */
export function verdictOf(findings: readonly Finding[] | undefined, missing: string): Verdict {
  if (findings === undefined || findings.length === 0) return unknown(missing);
  const failures = findings.filter(({ holds }) => !holds);
  return failures.length > 0 ? fail(...distinct(failures)) : pass(...distinct(findings));
}

function distinct(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ evidence }) => evidence))];
}
