import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';

/** A program that a test started and ends by itself. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Exit code once it has ended; 128 where a signal ended it. */
  exitCode(): number | null;
  /** Ends it, by its process id, and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program with its output in a file. */
export function startProgram(options: {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
}): Program {
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const child: ChildProcess = spawn(options.path, options.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...options.env },
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      log.end(resolve);
    });
    child.once('error', () => {
      log.end(resolve);
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.path} did not start`);
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    exitCode: () => child.exitCode ?? (child.signalCode === null ? null : 128),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null) child.kill(signal);
      const force = setTimeout(() => child.kill('SIGKILL'), 60_000);
      await ended;
      clearTimeout(force);
    },
  };
}

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function runCommand(
  path: string,
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
  } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      stdio: 'pipe',
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
    child.stdin.on('error', () => undefined).end(options.input ?? '');
  });
}

/** The same; a failure is an error with what the command said. */
export async function mustRun(
  ...args: Parameters<typeof runCommand>
): Promise<Pick<CommandResult, 'stdout' | 'stderr'>> {
  const result = await runCommand(...args);
  if (result.code !== 0) {
    throw new Error(
      `${args[0]} ${args[1].join(' ')}: exit ${String(result.code)}\n${result.stdout}${result.stderr}`,
    );
  }
  return result;
}

/**
 * Ports that nothing listens on, all different. They lie below those that the kernel gives to
 * outgoing connections: one of these could take a port before the program that it is for.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const [given = 0] = range.split(/\s+/).map(Number);
  const [first, end] = given >= 20_000 ? [12_000, given] : [0, 0];
  const servers = new Map<number, Server>();
  while (servers.size < count) {
    const server = await listenOn(first === end ? 0 : randomInt(first, end));
    const address = server?.address();
    if (server && typeof address === 'object' && address) servers.set(address.port, server);
  }
  await Promise.all(
    [...servers.values()].map(
      (server) =>
        new Promise<void>((resolve) =>
          server.close(() => {
            resolve();
          }),
        ),
    ),
  );
  return [...servers.keys()];
}

/** A server on a port of every address, or nothing where there is one. */
function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, '0.0.0.0', () => {
      resolve(server);
    });
  });
}

/** Asks again until the answer is not undefined, with the end of the logs in the error. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  options: {
    readonly seconds?: number;
    readonly programs?: readonly Program[];
    readonly everyMilliseconds?: number;
  } = {},
): Promise<T> {
  const { seconds = 120, programs = [], everyMilliseconds = 100 } = options;
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    const dead = programs.find((program) => program.exitCode() !== null);
    if (dead || Date.now() > end) {
      const logs = await Promise.all(
        programs.map(async ({ name, logFile }) => {
          const text = await readFile(logFile, 'utf8');
          return `${name}:\n${text.slice(-3000)}`;
        }),
      );
      const why = dead ? `${dead.name} ended` : `not within ${seconds} s`;
      throw new Error(`${what}: ${why}\n${logs.join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
  }
}
