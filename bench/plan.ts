import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { median, printFigures } from './figure';

// The whole process of `plan` for the default cluster, against processes that only load the same
// Pulumi and cdk8s modules.

const runs = 7;
const dist = path.resolve(__dirname, '..');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'bench-plan-'));

/** Every module of Pulumi and cdk8s that the program and the constructs import. */
function importedModules(): string[] {
  const found = ['stacks', 'constructs', 'cli'].flatMap((room) =>
    readdirSync(path.join(dist, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) =>
        [
          ...readFileSync(path.join(dist, room, name), 'utf8').matchAll(
            /require\("((?:@pulumi\/|cdk8s|constructs)[^"]*)"\)/g,
          ),
        ].map((match) => match[1] ?? ''),
      ),
  );
  return [...new Set(found)].sort();
}

/** Seconds and peak megabytes of a process. */
function run(args: readonly string[]): { readonly seconds: number; readonly megabytes: number } {
  const started = process.hrtime.bigint();
  const probe = `process.on('exit', () => process.stderr.write('\\nrss ' + process.resourceUsage().maxRSS))`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(probe)}`, ...args],
    { cwd: path.resolve(dist, '..'), encoding: 'utf8' },
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  return { seconds, megabytes: Number(/rss (\d+)/.exec(stderr)?.[1] ?? Number.NaN) / 1024 };
}

const loads = importedModules()
  .map((name) => `require(${JSON.stringify(name)});`)
  .join('');

const plans = [];
const floors = [];
try {
  for (let index = 0; index < runs; index++) {
    floors.push(run(['-e', loads]));
    plans.push(
      run([
        path.join(dist, 'cli', 'main.js'),
        'plan',
        '--config',
        path.join('examples', 'standard', 'cluster.yaml'),
        '--out',
        path.join(scratch, String(index)),
      ]),
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const value = median(plans.map(({ seconds }) => seconds));
const floor = median(floors.map(({ seconds }) => seconds));
printFigures(
  [
    { name: 'plan, whole process', unit: 's', value, floor, ratio: value / floor },
    {
      name: 'plan, peak memory',
      unit: 'MB',
      value: Math.max(...plans.map(({ megabytes }) => megabytes)),
      floor: median(floors.map(({ megabytes }) => megabytes)),
    },
  ],
  process.argv.includes('--json'),
);
