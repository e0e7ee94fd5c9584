#!/usr/bin/env node
// npm run test:mutation [-- --sample 200] [--seed 1] [--floor 85] [--out FILE]
//
// Puts faults into the TypeScript one at a time, as Stryker's instrumenter makes them, and runs the fast
// tests that reach the file. A fault counts as caught when an assertion fails; a golden file that differs
// is counted by itself. Faults that the compiler refuses do not count, nor those in texts for people.
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { Instrumenter } from '@stryker-mutator/instrumenter';

const root = resolve(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    sample: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    floor: { type: 'string', default: '85' },
    workers: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});

const silent = () => undefined;
const logger = {
  isDebugEnabled: () => false,
  debug: silent,
  info: silent,
  warn: silent,
  trace: silent,
};

/** Texts for people: their words are no behaviour. */
const prose =
  /\b(title|why|remedy|description|summary|statement|message)\s*:|throw |\berror\(|Error\(/;

async function findMutants() {
  const files = ['lib', 'stacks', 'constructs', 'cli'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /\.ts$/.test(name))
      .map((name) => join(folder, name)),
  );
  const content = new Map(
    files.sort().map((name) => [name, readFileSync(join(root, name), 'utf8')]),
  );
  const { mutants } = await new Instrumenter(logger).instrument(
    [...content].map(([name, text]) => ({ name, mutate: true, content: text })),
    { plugins: null, excludedMutations: [], ignorers: [], noHeader: true },
  );
  return mutants
    .map(({ fileName, location: { start, end }, replacement, mutatorName }) => {
      const text = content.get(fileName);
      const lines = text.split('\n');
      const offset = ({ line, column }) =>
        lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + column;
      const [from, to] = [offset(start), offset(end)];
      return {
        file: fileName,
        line: start.line + 1,
        mutator: mutatorName,
        was: text.slice(from, to),
        becomes: replacement,
        text: text.slice(0, from) + replacement + text.slice(to),
        prose:
          mutatorName === 'StringLiteral' &&
          prose.test(lines.slice(Math.max(0, start.line - 2), start.line + 1).join('\n')),
      };
    })
    .filter((mutant) => !mutant.prose && mutant.file.includes(options.only));
}

/** A shuffle that a seed decides (mulberry32). */
function sampleOf(all, size, seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const left = [...all];
  const picked = [];
  while (picked.length < size && left.length > 0) {
    picked.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return picked;
}

const run = promisify(execFile);

/** A copy of the checkout in which one fault at a time is put. */
class Workplace {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'mutants-'));
    for (const name of readdirSync(root)) {
      if (['node_modules', '.git', 'dist', 'plan'].includes(name)) continue;
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  async jest(...args) {
    const json = join(this.folder, 'jest.json');
    try {
      await run(
        'npx',
        ['jest', '--ci', '--runInBand', '--bail=1', '--json', `--outputFile=${json}`, ...args],
        {
          cwd: this.folder,
          timeout: 400_000,
          maxBuffer: 1 << 28,
        },
      );
      return [];
    } catch (failure) {
      if (failure.killed) return ['ran out of time'];
      let report;
      try {
        report = JSON.parse(readFileSync(json, 'utf8'));
      } catch {
        return ['did not start'];
      }
      return report.testResults
        .filter(({ status }) => status === 'failed')
        .map(({ name }) => relative(this.folder, name));
    } finally {
      rmSync(json, { force: true });
    }
  }

  async testsOf(file) {
    const { stdout } = await run('npx', ['jest', '--listTests', '--findRelatedTests', file], {
      cwd: this.folder,
      maxBuffer: 1 << 26,
    });
    const wing = file.split('/');
    const distance = (test) => {
      const parts = relative(join(this.folder, 'test'), test).split('/');
      const own = wing[0] === 'lib' ? wing.slice(1) : wing;
      let shared = 0;
      while (shared < own.length - 1 && own[shared] === parts[shared]) shared++;
      const sameName = parts.at(-1).startsWith(own.at(-1).replace(/\.ts$/, '')) ? 4 : 0;
      return -(shared + sameName);
    };
    return stdout
      .split('\n')
      .filter((line) => line.endsWith('.test.ts'))
      .sort((one, other) => distance(one) - distance(other) || (one < other ? -1 : 1));
  }

  async evaluate(mutant) {
    const path = join(this.folder, mutant.file);
    const original = readFileSync(path, 'utf8');
    const tests = await this.testsOf(mutant.file);
    const golden = tests.filter((test) =>
      /golden|toMatchSnapshot/.test(readFileSync(test, 'utf8')),
    );
    const others = tests.filter((test) => !golden.includes(test));
    writeFileSync(path, mutant.text);
    try {
      for (const batch of [others.slice(0, 4), others.slice(4, 16), others.slice(16)]) {
        if (batch.length === 0) continue;
        const [caughtBy] = await this.jest('--runTestsByPath', ...batch);
        if (caughtBy) return { verdict: 'caught', by: caughtBy };
      }
      const compiles = await run('npx', ['tsc', '--noEmit'], { cwd: this.folder }).then(
        () => true,
        () => false,
      );
      if (!compiles) return { verdict: 'refused by the compiler' };
      if (golden.length === 0) return { verdict: 'survived' };
      const [differs] = await this.jest('--runTestsByPath', ...golden);
      return differs ? { verdict: 'golden file only', by: differs } : { verdict: 'survived' };
    } finally {
      writeFileSync(path, original);
    }
  }
}

const all = await findMutants();
const wanted = Number(options.sample);
const queue = sampleOf(all, all.length, Number(options.seed));
console.log(`${all.length} possible faults, ${wanted} to try (seed ${options.seed})`);
const results = [];
const counted = () => results.filter(({ verdict }) => verdict !== 'refused by the compiler');
const oneLine = (text) => text.replace(/\s+/g, ' ').slice(0, 60);

await Promise.all(
  Array.from({ length: Number(options.workers) }, async () => {
    const workplace = new Workplace();
    try {
      while (counted().length < wanted && queue.length > 0) {
        const mutant = queue.shift();
        const result = { ...mutant, ...(await workplace.evaluate(mutant)) };
        results.push(result);
        console.log(
          `${result.verdict}: ${result.file}:${result.line} ${result.mutator} ${oneLine(result.was)} -> ${oneLine(result.becomes)}${result.by ? ` (${result.by})` : ''}`,
        );
      }
    } finally {
      rmSync(workplace.folder, { recursive: true, force: true });
    }
  }),
);

const evaluated = counted();
const caught = evaluated.filter(({ verdict }) => verdict === 'caught').length;
const share = (100 * caught) / Math.max(1, evaluated.length);
console.log(`${caught} of ${evaluated.length} caught by an assertion: ${share.toFixed(1)} %`);
if (options.out) {
  writeFileSync(
    options.out,
    `${JSON.stringify(
      evaluated.map(({ text: _text, ...result }) => result),
      null,
      2,
    )}\n`,
  );
}
if (share < Number(options.floor)) {
  console.error(`caught: got ${share.toFixed(1)} %, expected at least ${options.floor} %`);
  process.exitCode = 1;
}
