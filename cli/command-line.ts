import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { packageRoot } from '../lib/blueprint/config-file';
import { BlueprintError } from '../lib/blueprint/problem';
import type { CheckOptions } from './commands/check';
import type { LockOptions } from './commands/lock';
import type { PlanOptions } from './commands/plan';
import type { ExitCode } from './exit-code';
import { InputError, writeErrors } from './input-error';

const profiles = ['standard', 'strict', 'development'];
const formats = ['text', 'json', 'junit', 'sarif', 'html'] as const;

/** The day that ends of life, expiries and certificates are compared with. */
function asOf(): Option {
  return new Option('--as-of <day>', 'evaluate as of this day, such as 2027-03-31 (default: today)')
    .default(new Date(), 'today')
    .argParser((text) => {
      const day = new Date(`${text}T00:00:00Z`);
      if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime())) return day;
      throw new InvalidArgumentError('Expected a day such as 2027-03-31.');
    });
}

/**
 * Runs the command with its arguments (without program names). Prints to standard output and
 * error; input that can't be used gives one message a problem and no stack trace.
 */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof InputError) {
      writeErrors(error.messages);
      return 2;
    }
    if (error instanceof BlueprintError) {
      writeErrors(error.message.split('\n'));
      return 2;
    }
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

// Each command loads only what it needs: start-up is part of the time that a plan may take.
function makeProgram(exit: (code: ExitCode) => void): Command {
  const program = new Command('hardened-cluster')
    .description('Hardened Kubernetes on AWS: plan it, check it, explain it.')
    .option('--version', 'print the version')
    .on('option:version', () => {
      const version = readVersion();
      process.stdout.write(`${version}\n`);
      throw new CommanderError(0, 'commander.version', version);
    })
    .exitOverride();

  program
    .command('plan')
    .description('plan the whole cluster offline and write it to a folder')
    .option('--config <file>', 'configuration (default: cluster.yaml, else the shipped example)')
    .addOption(new Option('--profile <name>', 'in place of the configured one').choices(profiles))
    .option('--out <dir>', 'folder to write', 'plan')
    .option('--json', 'print one JSON object instead of the summary')
    .option(
      '--upgrade-from <base>',
      'also say what changes: the planned folder or configuration of the running cluster, or its version',
    )
    .addOption(asOf())
    .action(async (options: PlanOptions & { readonly asOf: Date }) => {
      const { runPlan } = await import('./commands/plan.js');
      exit(await runPlan(options, options.asOf));
    });

  program
    .command('check')
    .description('check a planned cluster, or Kubernetes manifests, clause by clause')
    .argument(
      '[targets...]',
      'a folder that plan wrote, or files and folders of manifests, or - (default: plan)',
    )
    .addOption(
      new Option('--format <format>', 'format of the report').choices(formats).default('text'),
    )
    .option('--out <file>', 'write the report there')
    .addOption(
      new Option(
        '--scope <scope>',
        'whether the manifests are a whole cluster or a part of one (default: as their kinds tell)',
      ).choices(['cluster', 'manifests']),
    )
    .addOption(asOf())
    .action(async (targets: string[], options: CheckOptions & { readonly asOf: Date }) => {
      const { runCheck } = await import('./commands/check.js');
      exit(runCheck(targets.length === 0 ? ['plan'] : targets, options, options.asOf));
    });

  program
    .command('lock')
    .description('fetch the published checksums that the shipped lock does not know')
    .option('--config <file>', 'configuration (default: cluster.yaml, else the shipped example)')
    .option('--out <file>', 'write them there')
    .addOption(asOf())
    .action(async (options: LockOptions & { readonly asOf: Date }) => {
      const { runLock } = await import('./commands/lock.js');
      exit(await runLock(options, options.asOf));
    });

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

function readVersion(): string {
  const file = path.join(packageRoot(), 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return version;
}
