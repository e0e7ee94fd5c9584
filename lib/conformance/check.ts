import type { Facts } from './facts';

/** What a check answers; `unknown` (a fact is missing) never counts as a pass. */
export type Status = 'pass' | 'fail' | 'not-applicable' | 'unknown';

/** The answer of one check, with what it looked at. */
export interface Verdict {
  readonly status: Status;
  /** Each a short line a person can verify, such as `etcd-0: --client-cert-auth=true`. */
  readonly evidence: readonly string[];
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
