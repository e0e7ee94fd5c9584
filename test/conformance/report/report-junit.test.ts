import { escapeControls } from '../../../lib/topology/escape';
import { renderJunit } from '../../../lib/conformance/report/render-junit';
import { allElements, parseXml, textOf, type XmlElement } from '../../support/parse-xml';
import { hostile, hostileReport, reportOf } from './sample-report';

const named = (root: XmlElement, name: string) =>
  allElements(root).filter((element) => element.name === name);

describe('renderJunit', () => {
  const root = parseXml(renderJunit(reportOf()));

  test('renders a suite a section with counts that add up', () => {
    expect(
      named(root, 'testsuite').map((suite) => {
        const { name, tests, failures, errors, skipped } = suite.attributes;
        expect(named(suite, 'testcase')).toHaveLength(Number(tests));
        expect(named(suite, 'failure')).toHaveLength(Number(failures));
        expect(named(suite, 'skipped')).toHaveLength(Number(skipped));
        return [name, tests, failures, errors, skipped];
      }),
    ).toEqual([
      ['SCS-0217: etcd', '2', '1', '0', '0'],
      ['SCS-0217: kubelet', '1', '1', '0', '0'],
      ['Best-practice guide: API server', '2', '0', '0', '2'],
      ['Best-practice guide: Nodes', '2', '0', '0', '2'],
    ]);
  });

  test('renders what the schemas of JUnit XML require, in their order', () => {
    expect(root.name).toBe('testsuites');
    expect(root.attributes).toEqual({});
    for (const suite of named(root, 'testsuite')) {
      expect(Object.keys(suite.attributes).sort()).toEqual([
        'errors',
        'failures',
        'hostname',
        'id',
        'name',
        'package',
        'skipped',
        'tests',
        'time',
        'timestamp',
      ]);
      expect(suite.attributes.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
      const children = suite.children.flatMap((child) =>
        typeof child === 'string' ? [] : [child.name],
      );
      const cases = children.filter((name) => name === 'testcase');
      expect(children).toEqual(['properties', ...cases, 'system-out', 'system-err']);
    }
    for (const testCase of named(root, 'testcase')) {
      expect(Object.keys(testCase.attributes)).toEqual(['classname', 'name', 'time']);
    }
  });

  test('renders a failure with its evidence and remedy, and each skip with its reason', () => {
    expect(
      named(root, 'failure').map((failure) => [failure.attributes.type, textOf(failure)]),
    ).toEqual([
      [
        'SHOULD',
        '\nfail: etcd/members holds [etcd/members]\n  3 members\n  remedy: Put etcd/members right.\n',
      ],
      [
        'MUST NOT',
        '\nfail: kubelet/anonymous holds [kubelet/anonymous]\n  worker-general: anonymous.enabled is true\n  remedy: Put kubelet/anonymous right.\n',
      ],
    ]);
    expect(named(root, 'skipped').map(({ attributes }) => attributes.message)).toEqual([
      'waived until 2026-12-31: a performance hunt',
      'not-applicable: gone since 1.24',
      'unknown: no machine files among the facts',
      'not-applicable: a habit of people',
    ]);
  });

  test('renders hostile evidence as text and nothing else', () => {
    const hostileRoot = parseXml(renderJunit(hostileReport()));
    const shape = (element: XmlElement) => allElements(element).map(({ name }) => name);
    expect(new Set(shape(hostileRoot))).toEqual(new Set(shape(root)));
    expect(textOf(named(hostileRoot, 'failure')[0] ?? hostileRoot)).toContain(
      `  ${escapeControls(hostile)}\n`,
    );
  });
});
