import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CORE_SCHEMA, dump, load, mergeTag } from 'js-yaml';
import { median, printFigures } from './figure';

// `check` of many manifests, the whole process, against a process that parses the same files with the
// same libraries; and an object of many against one of few.

const runs = 3;
const many = 45_000;
const few = 9_000;
const dist = path.resolve(__dirname, '..');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'bench-check-'));

/** Nine objects of one of many teams, of the kinds that a cluster has most of. */
function objectsOf(team: number): readonly object[] {
  const namespace = `team-${team}`;
  const metadata = (name: string) => ({ name, namespace, labels: { app: name } });
  const container = {
    name: 'main',
    image: `registry.example/team-${team}/app:1.${team}`,
    ports: [{ containerPort: 8080 }],
    env: [{ name: 'TEAM', value: namespace }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
  const template = { metadata: { labels: { app: 'app' } }, spec: { containers: [container] } };
  const rbac = 'rbac.authorization.k8s.io/v1';
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('default') },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('settings'), data: { a: 'b\nc\n' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata('app'),
      spec: { ports: [{ port: 80 }] },
    },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('app'), spec: { template } },
    { apiVersion: 'batch/v1', kind: 'Job', metadata: metadata('job'), spec: { template } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata('default-deny'),
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    {
      apiVersion: rbac,
      kind: 'Role',
      metadata: metadata('reader'),
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
    },
    {
      apiVersion: rbac,
      kind: 'RoleBinding',
      metadata: metadata('reader'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
    },
  ];
}

function writeFolder(format: 'yaml' | 'json', count: number): string {
  const folder = path.join(scratch, `${format}-${count}`);
  mkdirSync(folder);
  const teams = Array.from({ length: count / 9 }, (_, team) => objectsOf(team));
  if (format === 'json') {
    const items = teams.flat();
    writeFileSync(
      path.join(folder, 'all.json'),
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 2),
    );
  } else {
    teams.forEach((objects, team) => {
      const documents = objects.map((object) => dump(object, { noRefs: true }));
      writeFileSync(path.join(folder, `${team}.yaml`), documents.join('---\n'));
    });
  }
  return folder;
}

/** What parsing alone takes: each document of each file. */
function parse(folder: string): void {
  const schema = CORE_SCHEMA.withTags(mergeTag);
  let values = 0;
  for (const name of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const documents: unknown[] = name.endsWith('.json')
      ? [JSON.parse(text)]
      : text.split('---\n').map((part) => load(part, { schema }));
    values += documents.length;
  }
  if (values === 0) throw new Error('nothing was parsed');
}

interface Run {
  /** Processor time of the process in seconds: other work of the machine adds little to it. */
  readonly seconds: number;
  readonly megabytes: number;
}

function run(args: readonly string[]): Run {
  const probe =
    "process.on('exit', () => { const r = process.resourceUsage(); process.stderr.write('\\nused ' + (r.userCPUTime + r.systemCPUTime) / 1e6 + ' ' + r.maxRSS / 1024) })";
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(probe)}`, ...args],
    { encoding: 'utf8', maxBuffer: 1024 ** 3 },
  );
  const match = /used ([\d.]+) ([\d.]+)$/.exec(stderr);
  if (!match) throw new Error(stderr);
  return { seconds: Number(match[1]), megabytes: Number(match[2]) };
}

function main(): void {
  const check = (folder: string) =>
    run([path.join(dist, 'cli', 'main.js'), 'check', folder, '--out', path.join(scratch, 'out')]);
  const figures = (['yaml', 'json'] as const).flatMap((format) => {
    const large = writeFolder(format, many);
    const small = writeFolder(format, few);
    const rounds = Array.from({ length: runs }, () => ({
      large: check(large),
      small: check(small),
      floor: run([__filename, '--parse', large]),
    }));
    const least = (which: 'large' | 'small' | 'floor') =>
      Math.min(...rounds.map((round) => round[which].seconds));
    return [
      {
        name: `check of ${many} objects in ${format}, processor time`,
        unit: 's',
        value: least('large'),
        floor: least('floor'),
        ratio: least('large') / least('floor'),
      },
      {
        name: `peak memory of that check`,
        unit: 'MB',
        value: median(rounds.map((round) => round.large.megabytes)),
        floor: median(rounds.map((round) => round.floor.megabytes)),
      },
      {
        name: `processor time of an object in ${format}, ${many} against ${few}`,
        unit: 'us',
        value: (1e6 * least('large')) / many,
        peer: (1e6 * least('small')) / few,
        ratio: least('large') / many / (least('small') / few),
      },
    ];
  });
  printFigures(figures, process.argv.includes('--json'));
}

const folder = process.argv[process.argv.indexOf('--parse') + 1] ?? '';
if (process.argv.includes('--parse')) parse(folder);
else {
  try {
    main();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
