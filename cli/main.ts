#!/usr/bin/env node
import './lean-loading';
import { Command, CommanderError, Option } from 'commander';
import { InputError } from './input-error';

const profiles = ['standard', 'strict', 'development'];
const formats = ['text', 'json', 'junit', 'sarif', 'html'] as const;

const program = new Command('hardened-cluster')
  .description('Hardened Kubernetes on AWS: plan it, check it, explain it.')
  .exitOverride();

// Each command loads only what it needs: start-up is part of the time that a plan may take.

program
  .command('plan')
  .description('plan the whole cluster offline and write it to a folder')
  .option('--config <file>', 'configuration (default: cluster.yaml, else the shipped example)')
  .addOption(new Option('--profile <name>', 'in place of the configured one').choices(profiles))
  .option('--out <dir>', 'folder to write', 'plan')
  .option('--json', 'print one JSON object instead of the summary')
  .action(async (options: { config?: string; profile?: string; out: string; json?: boolean }) => {
    const { runPlan } = await import('./commands/plan.js');
    process.exitCode = await runPlan(options, new Date());
  });

program
  .command('check')
  .description('check a planned cluster, or Kubernetes manifests, clause by clause')
  .argument('[targets...]', 'a folder that plan wrote, or manifests (default: plan)')
  .addOption(new Option('--format <format>').choices(formats).default('text'))
  .option('--out <file>', 'write the report there')
  .action(
    async (targets: string[], options: { format: (typeof formats)[number]; out?: string }) => {
      const { runCheck } = await import('./commands/check.js');
      process.exitCode = runCheck(targets.length === 0 ? ['plan'] : targets, options, new Date());
    },
  );

program
  .command('explain')
  .description('what a clause asks for and what proves it')
  .argument('[clause]', 'id of the clause (default: the list of all)')
  .action(async (clause: string | undefined) => {
    const { runExplain } = await import('./commands/explain.js');
    process.exitCode = runExplain(clause);
  });

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof InputError) {
      process.stderr.write(error.messages.map((message) => `error: ${message}\n`).join(''));
      process.exitCode = 2;
    } else if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else {
      throw error;
    }
  }
}

void main();
