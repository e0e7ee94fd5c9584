import { runCommandLine, type ExitCode } from '../../cli/command-line';

/** What one run of the command printed. */
export interface CapturedRun {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process and keeps what it prints. */
export async function runCommand(args: readonly string[], now: Date): Promise<CapturedRun> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      printed[stream] += String(chunk);
      return true;
    }),
  );
  try {
    const exitCode = await runCommandLine(args, now);
    return { exitCode, ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
