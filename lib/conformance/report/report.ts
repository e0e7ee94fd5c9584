import type { Clause, Level } from '../../standard/clause';
import type { Status, Verdict } from '../check';
import type { Facts } from '../facts';
import type { Scope } from '../scope';

/** What became of a clause: the worst of its checks, or `waived` where a waiver covers a failure. */
export type ClauseStatus = Status | 'waived';

/** What one check answered about a clause. */
export interface CheckResult {
  /** Id of the check, such as `etcd/client-certificates-required`. */
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** How to put it right when it fails. */
  readonly remedy: string;
}

/** The waiver that covers a clause. */
export interface ReportedWaiver {
  readonly reason: string;
  /** Last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
}

/** One clause and the answers of its checks. */
export interface ClauseResult {
  readonly clause: Clause;
  readonly status: ClauseStatus;
  /** Empty for a clause that has nothing to check (`clause.uncheckable`). */
  readonly checks: readonly CheckResult[];
  /** Set when the status is `waived`, and when a waiver stands although the clause passes. */
  readonly waiver?: ReportedWaiver;
}

/** How many clauses of one level ended how. */
export interface LevelCounts {
  readonly pass: number;
  readonly fail: number;
  readonly waived: number;
  readonly notApplicable: number;
  readonly unknown: number;
}

/** Which clauses of the documents hold, with evidence. The renderers read this and nothing else. */
export interface Report {
  /** Name of the cluster, where the facts tell it. */
  readonly cluster?: string;
  /** Profile of the configuration, where the facts tell it. */
  readonly profile?: string;
  /** Such as `1.36.4`, where the facts tell it. */
  readonly kubernetesVersion?: string;
  /** Day the facts were evaluated on, `YYYY-MM-DD`. */
  readonly today: string;
  /** Which collector made the facts. */
  readonly source: Facts['source'];
  /** How much the facts are: a plan, everything in a cluster, or some of its manifests. */
  readonly scope: Scope;
  /** Why the configuration does not conform by its own word (profile development). */
  readonly nonConformities: readonly string[];
  readonly warnings: readonly string[];
  /** Every clause, in the order of the documents. */
  readonly clauses: readonly ClauseResult[];
  readonly counts: Readonly<Record<Level, LevelCounts>>;
}
