import { anchorOf } from '../../../lib/conformance/report/html-clauses';
import { escapeControls } from '../../../lib/topology/escape';
import { darkPalette, lightPalette } from '../../../lib/conformance/report/html-palette';
import { filterStatuses } from '../../../lib/conformance/report/html-style';
import { renderHtml } from '../../../lib/conformance/report/render-html';
import { planPortMatrix } from '../../../lib/network/plan-port-matrix';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { contrast } from '../../support/cluster/contrast';
import { allElements, parseXml, textOf, type XmlElement } from '../../support/parse-xml';
import { hostile, hostileReport, reportOf, sampleClauses } from './sample-report';

const page = parseXml(renderHtml(reportOf()));
const named = (root: XmlElement, ...names: string[]) =>
  allElements(root).filter(({ name }) => names.includes(name));
const withClass = (root: XmlElement, name: string) =>
  allElements(root).filter(({ attributes }) => attributes.class?.split(' ').includes(name));
const squeeze = (element: XmlElement) => textOf(element).replace(/\s+/g, ' ').trim();

test('renders headings that step down one level at a time', () => {
  const headings = named(page, 'h1', 'h2', 'h3', 'h4');
  expect(headings.map((heading) => `${heading.name} ${squeeze(heading)}`)).toEqual([
    'h1 Conformance report: demo',
    'h2 Verdict',
    'h3 Binding clauses that fail',
    'h3 Warnings',
    'h2 Clauses per level',
    'h2 Waivers',
    'h2 Clauses',
    'h3 SCS-0217',
    'h4 etcd',
    'h4 kubelet',
    'h3 Best-practice guide',
    'h4 API server',
    'h4 Nodes',
  ]);
});

test('renders one row a clause with status, level, statement, evidence and remedy', () => {
  const rows = withClass(page, 'clause');
  expect(rows).toHaveLength(sampleClauses.length);
  expect(rows.slice(1, 4).map(squeeze)).toEqual([
    '✗ FAIL SHOULD scs-0217/etcd/membersetcd has five members. 1 check ✗ FAIL etcd/members holds etcd/members3 membersRemedy: Put etcd/members right.',
    '✗ FAIL MUST NOT scs-0217/kubelet/anonymousThe kubelet refuses anonymous requests. 1 check ✗ FAIL kubelet/anonymous holds kubelet/anonymousworker-general: anonymous.enabled is trueRemedy: Put kubelet/anonymous right.',
    '⚑ WAIVED high guide/api/profilingProfiling is off. Waived until 2026-12-31: a performance hunt1 check ✗ FAIL api/profiling holds api/profiling--profiling=trueRemedy: Put api/profiling right.',
  ]);
});

test('opens the evidence of what needs a look and folds up the rest', () => {
  const open = named(page, 'details').map(({ attributes }) => 'open' in attributes);
  expect(open).toEqual([false, true, true, true, false, true]);
});

test('renders tables whose heads carry a scope', () => {
  const heads = named(page, 'th');
  expect(heads.length).toBeGreaterThan(20);
  expect(heads.filter(({ attributes }) => !/^(col|row)$/.test(attributes.scope ?? ''))).toEqual([]);
});

test('renders each id once, and links to none that is missing', () => {
  const ids = allElements(page).flatMap(({ attributes }) => attributes.id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  const targets = named(page, 'a').map(({ attributes }) => (attributes.href ?? '').slice(1));
  expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
  expect(anchorOf('guide/a.b')).not.toBe(anchorOf('guide/a/b'));
  expect(anchorOf('guide/a_2e_b')).not.toBe(anchorOf('guide/a.b'));
});

test('filters by a rule for each status, and every row and group says which it has', () => {
  const style = named(page, 'style').map(textOf).join('');
  for (const status of filterStatuses) {
    expect(style).toContain(
      `body:has(#show-${status}:checked) :is(.clause:not(.is-${status}), .group:not(.has-${status})) { display: none; }`,
    );
  }
  expect(named(page, 'input').map(({ attributes }) => attributes.id)).toEqual([
    'show-all',
    ...filterStatuses.map((status) => `show-${status}`),
  ]);
  for (const group of withClass(page, 'group')) {
    const rows = withClass(group, 'clause').map(({ attributes }) => attributes.class);
    for (const status of filterStatuses) {
      expect(group.attributes.class?.includes(`has-${status}`)).toBe(
        rows.includes(`clause is-${status}`),
      );
    }
  }
});

test('runs and loads nothing', () => {
  const html = renderHtml(hostileReport(), { topologySvg: '<svg></svg>' });
  const names = new Set(named(parseXml(html), 'script', 'link', 'img', 'iframe', 'object'));
  expect(names.size).toBe(0);
  expect(html).not.toMatch(/@import|url\(|src=/);
  expect(html).toContain(`default-src 'none'; style-src 'unsafe-inline'`);
});

test('renders hostile evidence as text and nothing else', () => {
  const root = parseXml(renderHtml(hostileReport()));
  const attributes = new Set(
    allElements(root).flatMap((element) => Object.keys(element.attributes)),
  );
  expect([...attributes].filter((name) => name.startsWith('on'))).toEqual([]);
  expect(named(root, 'svg', 'failure')).toEqual([]);
  expect(textOf(withClass(root, 'evidence')[0] ?? root)).toBe(escapeControls(hostile));
});

test('renders the topology inside a figure, and no section without one', () => {
  const figure = named(
    parseXml(renderHtml(reportOf(), { topologySvg: '<svg id="x"/>' })),
    'figure',
  );
  expect(figure.flatMap((element) => named(element, 'svg'))).toHaveLength(1);
  expect(named(page, 'figure')).toEqual([]);
});

test('renders a row a flow when told the port matrix', () => {
  const rows = planPortMatrix(makeBlueprint());
  const flows = withClass(parseXml(renderHtml(reportOf(), { portMatrix: rows })), 'flows');
  const cells = flows.flatMap((table) => named(table, 'tr')).map(squeeze);
  expect(cells).toHaveLength(rows.length + 1);
  expect(cells[1]).toBe(
    '1api-from-outsideapi-clients (203.0.113.0/24)public-load-balancertcp 6443Kubernetes API for the networks named in access.apiCidrs',
  );
});

describe.each([
  ['light', lightPalette],
  ['dark', darkPalette],
])('contrast, %s', (_, palette) => {
  const inks = Object.entries<string>({ ...palette }).filter(
    ([name]) => !['page', 'raised', 'line'].includes(name),
  );
  test.each(inks)('%s reaches 4.5:1 on page and cards', (_name, ink) => {
    for (const ground of [palette.page, palette.raised]) {
      expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
