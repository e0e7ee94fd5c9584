import type { Facts, SourceLocation } from './facts';

/** What a check answers; `unknown` (a fact is missing) never counts as a pass. */
export type Status = 'pass' | 'fail' | 'not-applicable' | 'unknown';

/** The answer of one check, with what it looked at. */
export interface Verdict {
  readonly status: Status;
  /** Each a short line a person can verify, such as `etcd-0: --client-cert-auth=true`. */
  readonly evidence: readonly string[];
  /**
   * Whether the answer rests on what is not among the facts: protection that is missing, or harm that
   * is. A part of a cluster, such as a chart, cannot tell.
   *
   * @default false
   */
  readonly byAbsence?: true;
  /** Whether nothing among the facts is what the check looks at. @default false */
  readonly subjectless?: true;
  /** Where the subjects of a failure stand, one for each line of evidence that has a place. */
  readonly locations?: readonly EvidenceLocation[];
}

/** A place in a file, and the line of evidence about it. */
export interface EvidenceLocation extends SourceLocation {
  readonly evidence: string;
}

/** One small question over the facts. Ids are pinned by a test. */
export interface Check {
  /** Such as `etcd/client-certificates-required`. */
  readonly id: string;
  /** The question as a statement that holds when the check passes. */
  readonly title: string;
  /** What an attacker or an accident gains where it does not hold. */
  readonly why: string;
  /** How to put it right when it fails. */
  readonly remedy: string;
  readonly run: (facts: Facts) => Verdict;
}
