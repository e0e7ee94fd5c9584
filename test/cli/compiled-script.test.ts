import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCompiled, writeCompiled } from '../../cli/compiled-script';

const folder = mkdtempSync(path.join(os.tmpdir(), 'compiled-script-'));
const file = path.join(folder, 'script.js');
const answerFile = path.join(folder, 'answer.json');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a script that answers with a value. */
function writeScript(answer: string): void {
  writeFileSync(
    file,
    `require('node:fs').writeFileSync('${answerFile}', JSON.stringify(${answer}));\n`,
  );
}

function run(): { readonly rejected: boolean | undefined; readonly answer: unknown } {
  const { cachedDataRejected } = runCompiled(file);
  return { rejected: cachedDataRejected, answer: JSON.parse(readFileSync(answerFile, 'utf8')) };
}

test('a script runs with the code that was kept of it, until its source changes', () => {
  writeScript('1');
  expect(run()).toEqual({ rejected: undefined, answer: 1 });

  writeCompiled(file, runCompiled(file));
  expect(run()).toEqual({ rejected: false, answer: 1 });

  // As long as the other, which is all that V8 looks at.
  writeScript('2');
  expect(run()).toEqual({ rejected: undefined, answer: 2 });
});

test('a script has what every module has', () => {
  writeFileSync(path.join(folder, 'beside.json'), '{"beside":true}');
  writeScript(`[__filename, __dirname, require('./beside.json'), typeof exports, typeof module]`);
  expect(run().answer).toEqual([file, folder, { beside: true }, 'object', 'object']);
});
