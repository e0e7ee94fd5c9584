import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const clone = path.resolve(__dirname, '..');

/** Words of our own that the field has terms for, and the term. */
const terms: readonly (readonly [pattern: RegExp, term: string])[] = [
  [/\b(?<!certificate.)(?<!NT )authorit(y|ies)\b/i, 'CA'],
  [/\bfounders?\b/i, 'initial members'],
  [/\bstand-?ins?\b/i, 'fake'],
  [/\bhold\w* (\w+ )?against\b|\bheld against\b/i, 'compare with'],
  [/\banew\b/i, 'again, recreate, replace'],
  [/\b(tells?|told) of\b/i, 'report'],
  [/\bmade up for\b/i, 'idempotent'],
  [/\bself-made\b/i, 'self-signed'],
  [/\bname service\b/i, 'DNS'],
  [/\bjudg(e|es|ed|ing|ement)\b/i, 'evaluate'],
  [/\bparties\b/i, 'peers, endpoints'],
  [/\bminors\b/i, 'minor versions'],
  [/^people:|\bpeople\.\w+RoleArns/, 'principals'],
  [/\b(refuseArguments|doublesOf|standIn)/, 'validateArgs, duplicates, fake'],
];

const skipped =
  /^(CHANGELOG\.md|LICENSE|package-lock\.json|test\/language\.test\.ts)$|\/go\.(sum|mod)$/;

test('the terms are those of the field', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: clone, encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && !skipped.test(file));
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((file) =>
    readFileSync(path.join(clone, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        terms
          .filter(([pattern]) => pattern.test(line))
          .map(([, term]) => `${file}:${index + 1}: say "${term}": ${line.trim().slice(0, 120)}`),
      ),
  );
  expect(found).toEqual([]);
});
