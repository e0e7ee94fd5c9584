import { spawnSync } from 'node:child_process';
import { App, Chart } from 'cdk8s';
import { dump } from 'js-yaml';
import { orderByDependencies } from '../constructs/synthesis/dependency-order';
import { HardenedNamespace } from '../constructs/workloads/hardened-namespace';
import { synthesize } from '../constructs/synthesis/synthesizer';
import { median, printFigures } from './figure';

// Synthesis of many namespaces, a chart and nine objects each, from the constructs to YAML; the
// floor is dumping the same objects, already plain, with the same YAML library.

const runs = 5;
const many = 5000;
const few = 100;

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

/** Processor time of the program in seconds; other work of the machine does not add to it. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1e6;
}

/** The objects of an app as plain data, without any YAML made of them. */
function plainObjects(count: number): readonly (readonly object[])[] {
  const charts = [...orderByDependencies(makeApp(count)).values()];
  const rendered = charts.map((objects) => objects.map((object): unknown => object.toJson()));
  return JSON.parse(JSON.stringify(rendered)) as object[][];
}

/** Each in processes of its own, so that neither memory nor compiled code is left over. */
const measurements = {
  synthesis: () => ({
    seconds: timeSynthesis(many),
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
  floor: () => {
    const charts = plainObjects(many);
    return { seconds: timeFloor(charts), objects: charts.flat().length };
  },
  growth: () => {
    timeSynthesis(few);
    return Array.from({ length: 3 }, () => ({
      few: processorTime(() => {
        for (let done = 0; done < many; done += few) timeSynthesis(few);
      }),
      many: processorTime(() => timeSynthesis(many)),
    }));
  },
};

type Measurements = { [K in keyof typeof measurements]: ReturnType<(typeof measurements)[K]> };

function measure<K extends keyof Measurements>(name: K): Measurements[K] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [__filename, '--measure', name], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measurements[K];
}

function main(): void {
  const rounds = Array.from({ length: runs }, () => ({
    synthesis: measure('synthesis'),
    floor: measure('floor'),
    growth: measure('growth'),
  }));
  // The least of several runs: whatever else the machine does only ever adds to a time.
  const seconds = Math.min(...rounds.map(({ synthesis }) => synthesis.seconds));
  const floor = Math.min(...rounds.map((round) => round.floor.seconds));
  const pairs = rounds.flatMap(({ growth }) => growth);
  const ofFew = median(pairs.map((pair) => pair.few)) / many;
  const ofMany = median(pairs.map((pair) => pair.many)) / many;
  printFigures(
    [
      {
        name: `synthesis of ${many} namespaces, ${rounds[0]?.floor.objects ?? 0} objects`,
        unit: 's',
        value: seconds,
        floor,
        ratio: seconds / floor,
      },
      {
        name: 'peak memory of that synthesis',
        unit: 'MB',
        value: Math.max(...rounds.map(({ synthesis }) => synthesis.megabytes)),
      },
      {
        name: `processor time of a namespace, ${many} against ${few} at a time`,
        unit: 'us',
        value: 1e6 * ofMany,
        peer: 1e6 * ofFew,
        ratio: ofMany / ofFew,
      },
    ],
    process.argv.includes('--json'),
  );
}

const asked = process.argv[process.argv.indexOf('--measure') + 1] ?? '';
if (process.argv.includes('--measure') && asked in measurements) {
  console.log(JSON.stringify(measurements[asked as keyof typeof measurements]()));
} else main();
