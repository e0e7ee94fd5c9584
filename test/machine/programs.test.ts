import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const python = '/usr/bin/python3';
const missing = spawnSync(python, ['--version']).status !== 0;
if (missing && process.env.CI === 'true') throw new Error(`no ${python} on this machine`);

(missing ? test.skip : test)('passes the unit tests of the Python programs', () => {
  const { status, stderr } = spawnSync(
    python,
    ['-m', 'unittest', 'discover', '-s', join(__dirname, 'programs')],
    { encoding: 'utf8' },
  );
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
});
