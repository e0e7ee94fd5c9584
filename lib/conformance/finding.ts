import type { Verdict } from './check';
import type { SourceLocation } from './facts';

/** What one subject showed: whether it is as it should be, and the line that tells so. */
export interface Finding {
  readonly holds: boolean;
  /** Such as `etcd-0: --client-cert-auth=true`. */
  readonly evidence: string;
  /** Whether this rests on what is not among the facts, see `Verdict`. @default false */
  readonly byAbsence?: boolean;
  /** Where the subject stands. @default nowhere in particular */
  readonly location?: SourceLocation | undefined;
}

/** What the check looks at is not among the facts; never counts as a pass. */
export function unknown(...evidence: string[]): Verdict {
  return { status: 'unknown', evidence, subjectless: true };
}

/** What is among the facts does not settle it; never counts as a pass. */
export function unclear(evidence: readonly string[]): Verdict {
  return { status: 'unknown', evidence };
}

/** A whole cluster fails for what it lacks; a part of one does not tell. */
export function missing(...evidence: string[]): Verdict {
  return { status: 'fail', evidence, byAbsence: true };
}

/** A whole cluster passes where nothing is found that could be wrong; a part of one does not tell. */
export function nothingFound(evidence: string): Verdict {
  return { status: 'pass', evidence: [evidence], byAbsence: true };
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
 * Where every failure is one by absence, or a pass is, so is the answer.
 * Nothing to look at is `unknown`, so that no check passes on an empty list.
 */
export function verdictOf(findings: readonly Finding[] | undefined, absent: string): Verdict {
  if (findings === undefined || findings.length === 0) return unknown(absent);
  const failures = findings.filter(({ holds }) => !holds);
  if (failures.length === 0) {
    const byAbsence = findings.some((finding) => finding.byAbsence === true);
    return { status: 'pass', evidence: distinct(findings), ...(byAbsence ? { byAbsence } : {}) };
  }
  const harm = failures.filter(({ byAbsence }) => byAbsence !== true);
  const shown = harm.length > 0 ? harm : failures;
  const locations = shown.flatMap(({ location, evidence }) =>
    location ? [{ ...location, evidence }] : [],
  );
  return {
    status: 'fail',
    evidence: distinct(failures),
    ...(harm.length > 0 ? {} : { byAbsence: true }),
    ...(locations.length > 0 ? { locations } : {}),
  };
}

function distinct(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ evidence }) => evidence))];
}
