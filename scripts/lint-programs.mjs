// Lints what runs on machines: shellcheck for shell, ruff and mypy for Python. A linter that is not
// installed is reported; where CI=true it is a failure. See tools/install-python.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const programs = 'lib/machine/programs';
const tests = 'test/machine/programs';
const files = readdirSync(programs, { recursive: true, encoding: 'utf8' })
  .map((name) => join(programs, name))
  .sort();
const shell = files.filter((name) => name.endsWith('.sh'));
const python = files.filter((name) => name.endsWith('.py'));
const folders = [...new Set(shell.map((name) => name.split('/').slice(0, -1).join('/')))];

const cache =
  process.env.HARDENED_CLUSTER_TOOLS ||
  join(
    process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache'),
    'hardened-cluster/tools',
  );

/** The pinned program of the tool cache; another version has other rules. */
const pinned = (name) => join(cache, 'python-linters/bin', name);

const runs = [
  ['shellcheck', ['-x', '-S', 'warning', ...folders.flatMap((folder) => ['-P', folder]), ...shell]],
  [pinned('ruff'), ['check', programs, tests]],
  [pinned('ruff'), ['format', '--check', programs, tests]],
  ...python.map((name) => [pinned('mypy'), [name]]),
];

let failed = false;
for (const [program, args] of runs) {
  if (program.includes('/') && !existsSync(program)) {
    failed = missing(program) || failed;
    continue;
  }
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) failed = missing(program) || failed;
  else if (status !== 0) {
    process.stderr.write(`${program} ${args.slice(0, 2).join(' ')}:\n${stdout}${stderr}`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);

function missing(program) {
  process.stderr.write(`lint: ${program} is not installed; see tools/README.md\n`);
  return process.env.CI === 'true';
}
