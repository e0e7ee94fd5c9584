import type { ExitCode } from '../exit-code';
import { checks } from '../../lib/conformance/checks/checks';
import { clauses, findClause } from '../../lib/standard/clauses';
import type { Clause } from '../../lib/standard/clause';
import { InputError } from '../input-error';

/** Prints one clause with what proves it, or the list of all. Gives the exit code. */
export function runExplain(id: string | undefined): ExitCode {
  if (id === undefined) {
    process.stdout.write(
      clauses.map((clause) => `${clause.level.padEnd(12)} ${clause.id}\n`).join(''),
    );
    return 0;
  }
  const clause = findClause(id);
  if (!clause) {
    const near = clauses.filter((each) => each.id.includes(id)).map((each) => each.id);
    throw new InputError([
      `${id}: got no such clause, expected ${near.length > 0 ? near.join(' or ') : 'an id that `explain` lists'}`,
    ]);
  }
  process.stdout.write(describe(clause));
  return 0;
}

function describe(clause: Clause): string {
  const { versions } = clause;
  const lines = [
    `${clause.id}  (${clause.level})`,
    `${clause.source.document}, ${clause.source.section}`,
    '',
    clause.statement,
    ...(versions
      ? [`Kubernetes: ${versions.from ?? 'first'} to ${versions.until ?? 'today'}`]
      : []),
    ...(clause.replacement === undefined ? [] : [`Today: ${clause.replacement}`]),
    '',
    ...(clause.checks.length === 0 ? [`Not checked: ${clause.uncheckable ?? ''}`] : ['Proven by']),
    ...checks
      .filter((check) => clause.checks.includes(check.id))
      .flatMap((check) => [`  ${check.id}: ${check.title}`, `    if not: ${check.remedy}`]),
  ];
  return `${lines.join('\n')}\n`;
}
