import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(__dirname, '..', '..');

/** What one run of the command printed. */
export interface CommandRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as users do, from the top of the project. */
export function runCommand(...args: readonly string[]): CommandRun {
  return runCommandOn('', ...args);
}

/** Runs it with a text on standard input. */
export function runCommandOn(input: string, ...args: readonly string[]): CommandRun {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join('dist', 'cli', 'main.js'), ...args],
    {
      cwd: root,
      encoding: 'utf8',
      input,
      maxBuffer: 64 * 1024 ** 2,
      env: { PATH: process.env.PATH },
    },
  );
  return { exitCode: status, stdout, stderr };
}
