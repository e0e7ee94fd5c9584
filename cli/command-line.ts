import { Command, CommanderError, Option } from 'commander';
import { InputError } from './input-error';

const profiles = ['standard', 'strict', 'development'];
const formats = ['text', 'json', 'junit', 'sarif', 'html'] as const;

/** 0: all well. 1: a MUST or a critical row fails. 2: input that can't be used. */
export type ExitCode = 0 | 1 | 2;

/**
 * Runs the command with its arguments (without program names). Prints to standard output and
 * error; input that can't be used gives one message a problem and no stack trace.
 */
export async function runCommandLine(
  args: readonly string[],
  now: Date = new Date(),
): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = makeProgram(now, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof InputError) {
      process.stderr.write(error.messages.map((message) => `error: ${message}\n`).join(''));
      return 2;
    }
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

// Each command loads only what it needs: start-up is part of the time that a plan may take.
function makeProgram(now: Date, exit: (code: ExitCode) => void): Command {
  const program = new Command('hardened-cluster')
    .description('Hardened Kubernetes on AWS: plan it, check it, explain it.')
    .exitOverride();

  program
    .command('plan')
    .description('plan the whole cluster offline and write it to a folder')
    .option('--config <file>', 'configuration (default: cluster.yaml, else the shipped example)')
    .addOption(new Option('--profile <name>', 'in place of the configured one').choices(profiles))
    .option('--out <dir>', 'folder to write', 'plan')
    .option('--json', 'print one JSON object instead of the summary')
    .action(async (options: { config?: string; profile?: string; out: string; json?: boolean }) => {
      const { runPlan } = await import('./commands/plan.js');
      exit(await runPlan(options, now));
    });

  program
    .command('check')
    .description('check a planned cluster, or Kubernetes manifests, clause by clause')
    .argument('[targets...]', 'a folder that plan wrote, or manifests (default: plan)')
    .addOption(
      new Option('--format <format>', 'form of the report').choices(formats).default('text'),
    )
    .option('--out <file>', 'write the report there')
    .action(
      async (targets: string[], options: { format: (typeof formats)[number]; out?: string }) => {
        const { runCheck } = await import('./commands/check.js');
        exit(runCheck(targets.length === 0 ? ['plan'] : targets, options, now));
      },
    );

  program
    .command('explain')
    .description('what a clause asks for and what proves it')
    .argument('[clause]', 'id of the clause (default: the list of all)')
    .action(async (clause: string | undefined) => {
      const { runExplain } = await import('./commands/explain.js');
      exit(runExplain(clause));
    });

  return program;
}
