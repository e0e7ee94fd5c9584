import type { ClauseId } from './clause-id';

/** Level of the SCS documents (RFC 2119 words) or severity of the best-practice guide. */
export type Level =
  | 'MUST'
  | 'MUST NOT'
  | 'SHOULD'
  | 'RECOMMENDED'
  | 'OPTIONAL'
  | 'critical'
  | 'high'
  | 'medium'
  | 'low';

/** One normative sentence or recommendation of the documents. */
export interface Clause {
  readonly id: ClauseId;
  /** Document and the section heading the clause stands under. */
  readonly source: { readonly document: string; readonly section: string };
  readonly level: Level;
  /** What it asks for, in our own words. */
  readonly statement: string;
  /** Kubernetes minor versions it applies to as written. @default every version */
  readonly versions?: { readonly from?: string; readonly until?: string };
  /** What stands in its place where Kubernetes has removed what it names. */
  readonly replacement?: string;
  /** Ids of the checks that prove it. */
  readonly checks: readonly string[];
  /** Why there is nothing to check, for rows without checks (only below MUST, critical and high). */
  readonly uncheckable?: string;
}
