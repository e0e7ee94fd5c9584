import { escapeMarkup } from '../../topology/escape';
import type { CheckResult, ClauseResult, ClauseStatus } from './report';
import { statusWords } from './status-words';

// Beside the word and the colour, so that none of the three is needed to tell them apart.
const signs: Readonly<Record<ClauseStatus, string>> = {
  pass: '✓',
  fail: '✗',
  waived: '⚑',
  'not-applicable': '○',
  unknown: '?',
};

/** Renders a status as sign, word and colour. */
export function renderStatus(status: ClauseStatus): string {
  return `<span class="status s-${status}"><span aria-hidden="true">${signs[status]}</span> ${statusWords[status]}</span>`;
}

/** Anchor of a clause in the page; different ids have different anchors. */
export function anchorOf(id: string): string {
  return `clause-${id
    .replace(/[^a-z0-9/-]/g, (character) => `_${(character.codePointAt(0) ?? 0).toString(16)}_`)
    .replaceAll('/', '.')}`;
}

/** Renders the clauses of one section as a table with evidence and remedies. */
export function renderClauseTable(clauses: readonly ClauseResult[]): string {
  return `<table class="clauses">
<thead><tr><th scope="col" class="c-status">Status</th><th scope="col" class="c-level">Level</th><th scope="col" class="c-clause">Clause</th><th scope="col">Evidence and remedy</th></tr></thead>
<tbody>
${clauses.map(renderRow).join('\n')}
</tbody>
</table>`;
}

function renderRow(result: ClauseResult): string {
  const { clause, status } = result;
  return `<tr id="${anchorOf(clause.id)}" class="clause is-${status}">
<td>${renderStatus(status)}</td>
<td>${clause.level}</td>
<th scope="row"><code>${escapeMarkup(clause.id)}</code><p>${escapeMarkup(clause.statement)}</p>${note('Kubernetes', versionsOf(result))}${note('Today', clause.replacement)}</th>
<td>${renderAnswers(result)}</td>
</tr>`;
}

function versionsOf({ clause: { versions } }: ClauseResult): string | undefined {
  if (versions?.from !== undefined && versions.until !== undefined) {
    return `${versions.from} to ${versions.until}`;
  }
  if (versions?.from !== undefined) return `from ${versions.from} on`;
  return versions?.until === undefined ? undefined : `until ${versions.until}`;
}

function note(label: string, text: string | undefined): string {
  return text === undefined ? '' : `<p class="muted">${label}: ${escapeMarkup(text)}</p>`;
}

function renderAnswers({ clause, status, checks, waiver }: ClauseResult): string {
  const waived =
    waiver === undefined
      ? ''
      : `<p class="remedy">Waived until ${escapeMarkup(waiver.expires)}: ${escapeMarkup(waiver.reason)}</p>`;
  if (checks.length === 0) {
    return `${waived}<p class="muted">${escapeMarkup(clause.uncheckable ?? 'No check.')}</p>`;
  }
  const open = status === 'pass' || status === 'not-applicable' ? '' : ' open=""';
  return `${waived}<details${open}><summary>${checks.length === 1 ? '1 check' : `${checks.length} checks`}</summary>
<ul class="checks">
${checks.map(renderCheck).join('\n')}
</ul></details>`;
}

function renderCheck({ id, title, verdict, remedy }: CheckResult): string {
  const holds = verdict.status === 'pass' || verdict.status === 'not-applicable';
  const evidence =
    verdict.evidence.length === 0
      ? ''
      : `<ul class="evidence">${verdict.evidence
          .map((line) => `<li><code>${escapeMarkup(line)}</code></li>`)
          .join('')}</ul>`;
  return `<li>${renderStatus(verdict.status)} ${escapeMarkup(title)} <code class="muted">${escapeMarkup(id)}</code>${evidence}${holds ? '' : `<p class="remedy">Remedy: ${escapeMarkup(remedy)}</p>`}</li>`;
}
