import { spawn, spawnSync } from 'node:child_process';

/** What a finished program said. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @throws Error with its output when it fails */
export function run(program: string, args: readonly string[]): string {
  const result = tryRun(program, args);
  if (result.status !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${result.stderr || result.stdout}`);
  }
  return result.stdout;
}

/** Runs a program to its end, whatever comes of it. */
export function tryRun(program: string, args: readonly string[]): Finished {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  return { status: status ?? -1, stdout, stderr: error ? String(error) : stderr };
}

/** Runs a program while others go on; ended by SIGKILL after `timeoutSeconds`. */
export function runAside(
  program: string,
  args: readonly string[],
  timeoutSeconds = 120,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const text = { stdout: '', stderr: '' };
    // A group of its own, because nsenter leaves a child that outlives it.
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const timer = setTimeout(() => {
      text.stderr += `ended after ${timeoutSeconds} s\n`;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }, timeoutSeconds * 1000);
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ status: code ?? -1, ...text });
    });
  });
}

/** Asks again and again until the answer is yes. @throws Error after `seconds` */
export async function waitUntil(
  what: string,
  seconds: number,
  ask: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await pause(0.1);
  }
}

/** Resolves after some seconds. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
