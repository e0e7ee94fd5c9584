import { darkPalette, lightPalette, type Palette } from './html-palette';
import type { ClauseStatus } from './report';

/** Statuses in the order of the filter: what needs work comes first. */
export const filterStatuses = [
  'fail',
  'unknown',
  'waived',
  'pass',
  'not-applicable',
] as const satisfies readonly ClauseStatus[];

const variables = (palette: Palette) =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');

/** The style sheet of the HTML report; the filter works by `:has()`, so the page needs no script. */
export const htmlStyle = `
:root { color-scheme: light dark; ${variables(lightPalette)} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables(darkPalette)} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 1.5rem 1.25rem 4rem; background: var(--page);
  color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .4rem; color: var(--muted); }
p { margin: .25rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, input:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  overflow-wrap: anywhere; }
.muted { color: var(--muted); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--raised); padding: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .75rem 0 0;
  padding: 0; }
.verdict { border: 1px solid var(--line); border-left: .5rem solid var(--fail);
  background: var(--raised); border-radius: .25rem; padding: .75rem 1rem; }
.verdict strong { display: block; font-size: 1.25rem; color: var(--fail); }
.verdict.met { border-left-color: var(--pass); }
.verdict.met strong { color: var(--pass); }
.verdict.open { border-left-color: var(--unknown); }
.verdict.open strong { color: var(--unknown); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem;
  border-bottom: 1px solid var(--line); font-weight: normal; overflow-wrap: anywhere; }
thead th { background: var(--raised); font-weight: 600; white-space: nowrap; }
.counts { width: auto; }
.counts td { text-align: right; font-variant-numeric: tabular-nums; }
.counts thead th + th { text-align: right; }
.counts th[scope=row] { font-weight: 600; white-space: nowrap; }
.clauses { table-layout: fixed; }
.clauses .c-status { width: 8.5rem; }
.clauses .c-level { width: 9rem; }
.clauses .c-clause { width: 38%; }
.clauses tbody th code { font-weight: 600; }
.status { font-weight: 700; white-space: nowrap; }
${filterStatuses.map((status) => `.s-${status} { color: var(--${status}); }`).join('\n')}
details > summary { cursor: pointer; }
.checks { margin: .25rem 0 0; padding: 0; list-style: none; }
.checks > li { margin: 0 0 .6rem; }
.evidence { margin: .15rem 0; padding-left: 1.1rem; color: var(--muted); }
.remedy { border-left: 3px solid var(--line); padding-left: .6rem; }
.flows td:nth-child(5) { white-space: nowrap; }
.flows td:first-child { text-align: right; font-weight: 600; }
figure { margin: 0; overflow-x: auto; }
figure svg { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); }
.filter { border: 1px solid var(--line); border-radius: .25rem; padding: .4rem .8rem .6rem;
  display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.filter label { white-space: nowrap; }
${filterStatuses
  .map(
    (status) =>
      `body:has(#show-${status}:checked) :is(.clause:not(.is-${status}), .group:not(.has-${status})) { display: none; }`,
  )
  .join('\n')}
@media print, (max-width: 45rem) {
  .clauses thead { position: absolute; left: -99rem; }
  .clauses, .clauses tbody { display: block; }
  .clauses tr { display: grid; grid-template-columns: 6.5rem 1fr; padding: .5rem 0;
    border-bottom: 1px solid var(--line); }
  .clauses th, .clauses td { border-bottom: 0; padding: 0; }
  .clauses th, .clauses td:last-child { grid-column: 1 / -1; }
  .counts th, .counts td { padding: .3rem; }
}
@media print {
  @page { margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.35; }
  .flows th, .flows td { padding: .2rem .4rem; font-size: 8.5pt; }
  nav, .filter, .skip, summary { display: none; }
  h2, h3, h4 { break-after: avoid; }
  .verdict, .flows tr, .checks > li { break-inside: avoid; }
  .clauses .status, .clauses td { break-after: avoid; }
  .evidence { columns: 2; column-gap: 2rem; font-size: 8.5pt; }
  .evidence li { break-inside: avoid; }
  figure svg { max-height: 235mm; margin: 0 auto; border: 0; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
