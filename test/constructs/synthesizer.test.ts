import { ApiObject, App, Chart, JsonPatch, Lazy, Testing } from 'cdk8s';
import fc from 'fast-check';
import { dump, load } from 'js-yaml';
import { parse } from 'yaml';
import { addNamespacedObject } from '../../constructs/synthesis/kubernetes-object';
import { synthesize } from '../../constructs/synthesis/synthesizer';
import { renderDocuments } from '../../constructs/synthesis/yaml-documents';
import { clusters, manifests, objectsOf } from './golden-clusters';
import { synthesizeManifests } from '../../constructs/manifests';

function configMap(chart: Chart, name: string): ApiObject {
  return addNamespacedObject(chart, name, 'ConfigMap', {
    metadata: { name, namespace: 'a' },
    data: { z: '1', a: '2' },
  });
}

/** Names of the objects by chart, in their order. */
function order(app: App): Record<string, string[]> {
  return Object.fromEntries(
    [...synthesize(app)].map(({ name, objects }) => [
      name,
      objects.map((object) => (object as { metadata: { name: string } }).metadata.name),
    ]),
  );
}

describe('order', () => {
  test('is that of making where nothing depends on anything', () => {
    const app = new App();
    const charts = ['b', 'a'].map((name) => new Chart(app, name));
    for (const chart of charts) for (const name of ['y', 'x']) configMap(chart, name);
    expect(order(app)).toEqual({ b: ['y', 'x'], a: ['y', 'x'] });
    expect(Object.keys(order(app))).toEqual(['b', 'a']);
  });

  test('puts what is depended on first, within a chart and between charts', () => {
    const app = new App();
    const [one, two] = [new Chart(app, 'one'), new Chart(app, 'two')];
    const [x, y] = [configMap(one, 'x'), configMap(one, 'y')];
    const z = configMap(two, 'z');
    x.addDependency(y);
    y.addDependency(z);
    expect([...synthesize(app)].map(({ name }) => name)).toEqual(['two', 'one']);
    expect(order(app)).toEqual({ two: ['z'], one: ['y', 'x'] });
  });

  test('puts all of a chart after all of one that it depends on', () => {
    const app = new App();
    const [one, two, three] = ['one', 'two', 'three'].map((name) => new Chart(app, name));
    if (!one || !two || !three) throw new Error('no charts');
    for (const chart of [one, two, three]) configMap(chart, 'x');
    one.addDependency(three);
    three.addDependency(two);
    expect([...synthesize(app)].map(({ name }) => name)).toEqual(['two', 'three', 'one']);
  });

  test('fails when dependencies go in a circle, and names it', () => {
    const app = new App();
    const chart = new Chart(app, 'chart');
    const [x, y] = [configMap(chart, 'x'), configMap(chart, 'y')];
    x.addDependency(y);
    y.addDependency(x);
    expect(() => [...synthesize(app)]).toThrow('dependency cycle: chart/x => chart/y => chart/x');
  });

  test('takes a chain of a thousand charts and a ladder of a hundred in no time', () => {
    const app = new App();
    const charts = Array.from({ length: 1000 }, (_, index) => new Chart(app, `c${index}`));
    charts.forEach((chart, index) => {
      configMap(chart, 'x');
      const next = charts[index + 1];
      if (next) chart.addDependency(next);
      const after = index < 100 ? charts[index + 2] : undefined;
      if (after) chart.addDependency(after);
    });
    // Of this process alone: others may be busy beside it.
    const start = process.cpuUsage();
    expect([...synthesize(app)].map(({ name }) => name)).toEqual(
      charts.map(({ node }) => node.id).reverse(),
    );
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(5000);
  });
});

test('fails when a construct is not valid, with every message', () => {
  const app = new App();
  const chart = new Chart(app, 'chart');
  chart.node.addValidation({ validate: () => ['first', 'second'] });
  configMap(chart, 'x').node.addValidation({ validate: () => ['third'] });
  expect(() => [...synthesize(app)]).toThrow('chart: first\nchart: second\nchart/x: third');
});

describe('objects', () => {
  test('render as cdk8s renders them', () => {
    const app = new App();
    const chart = new Chart(app, 'chart', { labels: { b: '1', a: '2' }, namespace: 'n' });
    const props = {
      metadata: { name: 'x', namespace: 'a', annotations: { b: '1', a: '2' }, labels: { c: '3' } },
      data: { z: '1', a: '2' },
    };
    const ours = addNamespacedObject(chart, 'ours', 'ConfigMap', props);
    const theirs = new ApiObject(chart, 'theirs', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      ...props,
    });
    expect(JSON.stringify(ours.toJson())).toBe(JSON.stringify(theirs.toJson()));
  });

  test('of a whole cluster render as cdk8s renders them', () => {
    const app = Testing.app();
    const chart = new Chart(app, 'chart');
    objectsOf('standard').forEach((object, index) => {
      const theirs = new ApiObject(chart, `o${index}`, object);
      expect(JSON.stringify(theirs.toJson())).toBe(JSON.stringify(object));
    });
  });

  test('render what was added and patched later', () => {
    const chart = new Chart(new App(), 'chart');
    const labelled = configMap(chart, 'labelled');
    labelled.metadata.addLabel('later', 'yes');
    expect(labelled.toJson()).toMatchObject({ metadata: { labels: { later: 'yes' } } });
    const annotated = configMap(chart, 'annotated');
    annotated.metadata.addAnnotation('later', 'yes');
    annotated.metadata.addFinalizers('example.com/wait');
    annotated.metadata.add('generateName', 'x-');
    annotated.metadata.addOwnerReference({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' });
    expect(annotated.toJson()).toMatchObject({
      metadata: {
        annotations: { later: 'yes' },
        finalizers: ['example.com/wait'],
        generateName: 'x-',
        ownerReferences: [{ name: 'p' }],
      },
    });
    const patched = configMap(chart, 'patched');
    patched.addJsonPatch(JsonPatch.add('/data/b', '3'));
    expect(patched.toJson()).toMatchObject({ data: { a: '2', b: '3', z: '1' } });
  });

  test('of other libraries keep their lazy values', () => {
    const app = new App();
    const chart = new Chart(app, 'chart');
    new ApiObject(chart, 'x', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x' },
      data: { a: Lazy.any({ produce: () => 'later' }) as unknown },
    });
    expect([...synthesize(app)][0]?.objects).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'later' } },
    ]);
  });
});

describe('YAML', () => {
  test('is what dump of js-yaml makes of the same objects', () => {
    for (const { objects, yaml } of manifests.strict) {
      expect(yaml).toBe(
        objects.map((object) => dump(object, { lineWidth: -1, noRefs: true })).join('---\n'),
      );
    }
  });

  test('quotes what YAML 1.1 or 1.2 would take for something else', () => {
    const texts = ['yes', 'on', 'n', 'null', '~', '', ' a', '1', '1.5', '0x1f', '017', '0o17'];
    const more = [
      '1_000',
      '12:30:45',
      '2026-11-22',
      '.inf',
      '- a',
      'a: b',
      'a #b',
      '*',
      '&a',
      '!a',
    ];
    for (const text of [...texts, ...more, 'a\nb\n', '\ta', '%a', '@a', '`a`', '{}', '=', '<<']) {
      const yaml = renderDocuments([{ [`k${text}`]: text, list: [text] }]);
      for (const version of ['1.1', '1.2'] as const) {
        expect(parse(yaml, { version, merge: true })).toEqual({ [`k${text}`]: text, list: [text] });
      }
    }
  });

  test('of any JSON reads back the same, and is what dump makes of it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), (object) => {
        const plain = JSON.parse(JSON.stringify(object)) as object;
        const yaml = renderDocuments([plain]);
        // Where the library leaves a word without quotes that some reader takes for a number.
        if (!/(^|[ :?-] )[-+]?[\d.eox_]+:?( |$)/im.test(yaml.replaceAll("'", ''))) {
          expect(yaml).toBe(dump(plain, { lineWidth: -1, noRefs: true }));
        }
        expect(load(yaml)).toEqual(plain);
      }),
      { numRuns: 200, seed: 20261122 },
    );
  });
});

test('the blueprint decides the charts: a file for each namespace', () => {
  expect(synthesizeManifests(clusters.standard).map(({ name }) => name)).toEqual([
    '10-system-namespaces.yaml',
    '20-access.yaml',
    '30-policies.yaml',
    '40-pod-network.yaml',
    '60-namespace-shop.yaml',
    '60-namespace-web.yaml',
    '70-kube-bench.yaml',
  ]);
});
