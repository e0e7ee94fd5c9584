import { spawnSync } from 'node:child_process';
import { App, Chart } from 'cdk8s';
import { dump } from 'js-yaml';
import { HardenedNamespace } from '../constructs/hardened-namespace';
import { synthesize } from '../constructs/synthesizer';
import { median, printFigures } from './figure';

// Synthesis of many namespaces, a chart and nine objects each, from the constructs to YAML; the
// floor is dumping the same objects, already plain, with the same YAML library.

const runs = 5;
const many = 5000;
const few = 100;

/** What one process measured. */
interface Measurement {
  readonly seconds: number;
  readonly floorSeconds: number;
  /** Peak of resident memory before the floor was measured. */
  readonly megabytes: number;
  readonly objects: number;
  /** Seconds a namespace, of 5,000 at once and of 100 at a time. */
  readonly perNamespaceOfMany: number;
  readonly perNamespaceOfFew: number;
}

function makeApp(count: number): App {
  const app = new App();
  for (let index = 0; index < count; index++) {
    const name = `team-${index}`;
    const chart = new Chart(app, name, {
      disableResourceNameHashes: true,
      labels: { 'app.kubernetes.io/managed-by': 'hardened-cluster' },
    });
    new HardenedNamespace(chart, 'namespace', {
      name,
      podSecurity: { enforce: 'baseline', version: 'v1.36' },
      quota: { cpu: '8', memory: '16Gi', pods: 50 },
      containerLimits: { cpu: '1', memory: '512Mi' },
      ingressFromNamespaces: ['ingress'],
      egressToCidrs: { cidrs: ['0.0.0.0/0'], except: ['10.0.24.0/21'] },
      operators: { clusterRole: 'hardened-cluster:operator', group: 'operators' },
    });
  }
  return app;
}

/** Seconds from nothing to YAML. */
function timeSynthesis(count: number): number {
  const start = performance.now();
  let length = 0;
  for (const { yaml } of synthesize(makeApp(count))) length += yaml.length;
  if (length === 0) throw new Error('nothing was synthesized');
  return (performance.now() - start) / 1000;
}

function timeFloor(charts: readonly (readonly object[])[]): number {
  const start = performance.now();
  let length = 0;
  for (const objects of charts) {
    const documents = objects.map((object) => dump(object, { lineWidth: -1, noRefs: true }));
    length += documents.join('---\n').length;
  }
  if (length === 0) throw new Error('nothing was dumped');
  return (performance.now() - start) / 1000;
}

function measure(): Measurement {
  const seconds = timeSynthesis(many);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  const charts = [...synthesize(makeApp(many))].map(({ objects }) => objects);
  const floorSeconds = timeFloor(JSON.parse(JSON.stringify(charts)) as object[][]);
  const alternating = Array.from({ length: 3 }, () => ({
    few: Array.from({ length: many / few }, () => timeSynthesis(few)).reduce((a, b) => a + b),
    many: timeSynthesis(many),
  }));
  return {
    seconds,
    floorSeconds,
    megabytes,
    objects: charts.flat().length,
    perNamespaceOfFew: median(alternating.map((pair) => pair.few)) / many,
    perNamespaceOfMany: median(alternating.map((pair) => pair.many)) / many,
  };
}

/** A process of its own, so that neither memory nor compiled code is left over. */
function measureApart(): Measurement {
  const { status, stdout, stderr } = spawnSync(process.execPath, [__filename, '--measure'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measurement;
}

if (process.argv.includes('--measure')) {
  console.log(JSON.stringify(measure()));
} else {
  const measured = Array.from({ length: runs }, measureApart);
  const middle = (pick: (measurement: Measurement) => number) => median(measured.map(pick));
  printFigures(
    [
      {
        name: `synthesis of ${many} namespaces, ${measured[0]?.objects ?? 0} objects`,
        unit: 's',
        value: middle(({ seconds }) => seconds),
        floor: middle(({ floorSeconds }) => floorSeconds),
        ratio: middle(({ seconds, floorSeconds }) => seconds / floorSeconds),
      },
      {
        name: 'peak memory of that synthesis',
        unit: 'MB',
        value: middle(({ megabytes }) => megabytes),
      },
      {
        name: `cost of a namespace, ${many} against ${few} at a time`,
        unit: 'us',
        value: 1e6 * middle(({ perNamespaceOfMany }) => perNamespaceOfMany),
        peer: 1e6 * middle(({ perNamespaceOfFew }) => perNamespaceOfFew),
        ratio: middle((m) => m.perNamespaceOfMany / m.perNamespaceOfFew),
      },
    ],
    process.argv.includes('--json'),
  );
}
