import type { ClauseResult } from './report';

/** The clauses of one section, in the order of the report. */
export interface SectionGroup {
  readonly section: string;
  readonly clauses: readonly ClauseResult[];
}

/** The sections of one document, in the order of the report. */
export interface DocumentGroup {
  readonly document: string;
  readonly sections: readonly SectionGroup[];
}

/** Groups clauses by document and section, each in the order of its first clause. */
export function groupClauses(clauses: readonly ClauseResult[]): readonly DocumentGroup[] {
  return groupBy(clauses, ({ clause }) => clause.source.document).map(([document, ofDocument]) => ({
    document,
    sections: groupBy(ofDocument, ({ clause }) => clause.source.section).map(
      ([section, ofSection]) => ({ section, clauses: ofSection }),
    ),
  }));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups];
}
