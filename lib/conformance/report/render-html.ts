import { levels } from './count-levels';
import type { PortMatrix } from '../../network/port-matrix';
import { describePeer } from '../../topology/firewall-table';
import { groupFlows, renderPorts } from '../../topology/group-flows';
import { escapeMarkup } from '../../topology/escape';
import { groupClauses } from './group-clauses';
import { renderClauseTable, anchorOf, renderStatus } from './html-clauses';
import { filterStatuses, htmlStyle } from './html-style';
import { bindingFailures, headlineOf } from './evaluate-report';
import { countColumns, sum } from './level-table';
import { subjectOf } from './render-text';
import type { ClauseResult, Report } from './report';

/** What the page shows besides the report. */
export interface HtmlExtras {
  /** The picture of the topology as `renderTopology` draws it: an `<svg>` element. */
  readonly topologySvg?: string;
  /** Rows of the port matrix, for a table below a picture that was drawn without one. */
  readonly portMatrix?: PortMatrix;
}

/**
 * Renders one page that stands alone: no script, nothing loaded from elsewhere, and a policy in its
 * head that forbids both. The page is well-formed XML too, so that other tools can read it.
 */
export function renderHtml(report: Report, extras: HtmlExtras = {}): string {
  const title = `Conformance report${report.cluster === undefined ? '' : `: ${report.cluster}`}`;
  const sections = [
    renderVerdict(report),
    renderCounts(report),
    ...(extras.topologySvg === undefined ? [] : [renderPicture(extras.topologySvg)]),
    ...(extras.portMatrix === undefined ? [] : [renderFlows(extras.portMatrix)]),
    ...renderWaivers(report),
    renderClauses(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<meta name="referrer" content="no-referrer" />
<title>${escapeMarkup(title)}</title>
<style>${htmlStyle}</style>
</head>
<body>
<a class="skip" href="#clauses">Skip to the clauses</a>
<header>
<h1>${escapeMarkup(title)}</h1>
<p class="muted">${escapeMarkup(subjectOf(report))}</p>
<nav aria-label="Contents">
<ul>
${sections.map(({ id, heading }) => `<li><a href="#${id}">${heading}</a></li>`).join('\n')}
</ul>
</nav>
</header>
<main>
${sections
  .map(
    ({ id, heading, body }) => `<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${body}
</section>`,
  )
  .join('\n')}
</main>
</body>
</html>
`;
}

interface PageSection {
  readonly id: string;
  readonly heading: string;
  readonly body: string;
}

function renderVerdict(report: Report): PageSection {
  const { conformant, outcome, verdict, reason } = headlineOf(report);
  const mood = conformant ? 'met' : outcome === 'violated' ? 'violated' : 'open';
  const failures = bindingFailures(report);
  return {
    id: 'verdict',
    heading: 'Verdict',
    body: [
      `<p class="verdict ${mood}"><strong>${verdict}</strong> ${escapeMarkup(reason)}</p>`,
      renderList('Not conformant by its own word', report.nonConformities.map(escapeMarkup)),
      renderList('Binding clauses that fail', failures.map(renderLink)),
      renderList('Warnings', report.warnings.map(escapeMarkup)),
    ]
      .filter((part) => part !== '')
      .join('\n'),
  };
}

function renderList(heading: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<h3>${heading}</h3>\n<ul>\n${items.map((item) => `<li>${item}</li>`).join('\n')}\n</ul>`;
}

function renderLink({ clause }: ClauseResult): string {
  return `<a href="#${anchorOf(clause.id)}"><code>${escapeMarkup(clause.id)}</code></a> ${escapeMarkup(clause.statement)}`;
}

function renderCounts({ counts }: Report): PageSection {
  const used = levels.filter((level) => sum(counts[level]) > 0);
  const rows = used.map(
    (level) =>
      `<tr><th scope="row">${level}</th>${countColumns
        .map(([key]) => `<td>${counts[level][key]}</td>`)
        .join('')}</tr>`,
  );
  return {
    id: 'counts',
    heading: 'Clauses per level',
    body: `<table class="counts">
<thead><tr><th scope="col">Level</th>${countColumns
      .map(([, head]) => `<th scope="col">${head}</th>`)
      .join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<p class="muted">MUST to OPTIONAL are levels of the SCS standards, critical to low are severities of
the guide. MUST, MUST NOT and critical are binding. Unknown never counts as a pass.</p>`,
  };
}

function renderPicture(topologySvg: string): PageSection {
  return {
    id: 'topology',
    heading: 'Topology',
    body: `<figure>
${topologySvg.trim()}
<figcaption class="muted">Subnets, tiers and every allowed flow. What has no arrow is denied.</figcaption>
</figure>`,
  };
}

function renderFlows(portMatrix: PortMatrix): PageSection {
  const rows = groupFlows(portMatrix).flatMap(({ number, rules }) =>
    rules.map((rule) => {
      const { id, from, to, protocol, why } = rule;
      const cells = [describePeer(from), describePeer(to), `${protocol} ${renderPorts(rule)}`, why];
      return `<tr><td>${number}</td><th scope="row"><code>${escapeMarkup(id)}</code></th>${cells
        .map((cell) => `<td>${escapeMarkup(cell)}</td>`)
        .join('')}</tr>`;
    }),
  );
  return {
    id: 'flows',
    heading: 'Allowed flows',
    body: `<table class="flows">
<thead><tr><th scope="col">No.</th><th scope="col">Rule</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Ports</th><th scope="col">Why</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<p class="muted">No. is the number of the arrow in the picture. What has no row is denied.</p>`,
  };
}

function renderWaivers({ clauses }: Report): PageSection[] {
  const rows = clauses.flatMap(({ clause, waiver, status }) =>
    waiver === undefined
      ? []
      : [
          `<tr><th scope="row"><a href="#${anchorOf(clause.id)}"><code>${escapeMarkup(clause.id)}</code></a></th><td>${clause.level}</td><td>${renderStatus(status)}</td><td>${escapeMarkup(waiver.reason)}</td><td>${escapeMarkup(waiver.expires)}</td></tr>`,
        ],
  );
  if (rows.length === 0) return [];
  return [
    {
      id: 'waivers',
      heading: 'Waivers',
      body: `<table>
<thead><tr><th scope="col">Clause</th><th scope="col">Level</th><th scope="col">Status</th><th scope="col">Reason</th><th scope="col">Holds until</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`,
    },
  ];
}

function renderClauses({ clauses }: Report): PageSection {
  const documents = groupClauses(clauses).map(
    ({ document, sections }) => `<section class="group ${statusClasses(
      sections.flatMap((section) => section.clauses),
    )}">
<h3>${escapeMarkup(document)}</h3>
${sections
  .map(
    ({ section, clauses: ofSection }) => `<section class="group ${statusClasses(ofSection)}">
<h4>${escapeMarkup(section)}</h4>
${renderClauseTable(ofSection)}
</section>`,
  )
  .join('\n')}
</section>`,
  );
  return {
    id: 'clauses',
    heading: 'Clauses',
    body: `${renderFilter(clauses)}\n${documents.join('\n')}`,
  };
}

function statusClasses(clauses: readonly ClauseResult[]): string {
  return filterStatuses
    .filter((status) => clauses.some((result) => result.status === status))
    .map((status) => `has-${status}`)
    .join(' ');
}

function renderFilter(clauses: readonly ClauseResult[]): string {
  const count = (status: ClauseResult['status']) =>
    clauses.filter((result) => result.status === status).length;
  return `<fieldset class="filter">
<legend>Show</legend>
<label><input type="radio" name="show" id="show-all" checked="" /> all ${clauses.length}</label>
${filterStatuses
  .map(
    (status) =>
      `<label><input type="radio" name="show" id="show-${status}" /> ${renderStatus(status)} ${count(status)}</label>`,
  )
  .join('\n')}
</fieldset>`;
}
