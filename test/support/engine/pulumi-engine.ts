import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { World } from './fake-provider-world';

/** What an operation of the engine did, and what it printed. */
export interface EngineRun {
  readonly status: number;
  /** Standard output and error together. */
  readonly text: string;
  /** Resources by what was done to them, `<type> <name>`, sorted; components left out. */
  readonly steps: Readonly<Record<EngineOperation, readonly string[]>>;
}

export type EngineOperation = 'create' | 'update' | 'replace' | 'delete' | 'same';

export interface EngineOptions {
  /** The Pulumi command. */
  readonly pulumi: string;
  /** pulumi-language-nodejs. */
  readonly language: string;
  /** Types of resources that the program may use. */
  readonly types: readonly string[];
}

const repository = resolve(__dirname, '..', '..', '..');
const hook = join(__dirname, 'ts-hook.js');
const passphrase = 'a passphrase of the tests';

/**
 * The real Pulumi command and engine on a file backend in a scratch folder, with providers of the
 * tests on PATH. The program is the project's own.
 */
export class PulumiEngine {
  readonly folder = mkdtempSync(join(tmpdir(), 'pulumi-engine-'));
  readonly world: World;
  private readonly env: NodeJS.ProcessEnv;
  private readonly stackFile: string;
  private readonly printed: string[] = [];
  private operations = 0;

  constructor(private readonly options: EngineOptions) {
    const bin = join(this.folder, 'bin');
    for (const folder of [bin, 'home', 'state'].map((name) => resolve(this.folder, name))) {
      mkdirSync(folder, { recursive: true });
    }
    // The project's own settings; only the way to the program is longer from here.
    const project = readFileSync(join(repository, 'Pulumi.yaml'), 'utf8');
    const main = join(repository, 'stacks', 'index.ts');
    writeFileSync(
      join(this.folder, 'Pulumi.yaml'),
      project.replace('main: stacks/index.ts', `main: ${main}`),
    );
    for (const provider of ['aws', 'tls']) this.installProvider(bin, provider);
    const schema = join(this.folder, 'schema.json');
    // In a process of its own: jest has a stub in the place of the TypeScript compiler.
    execFileSync(
      process.execPath,
      ['-r', hook, join(__dirname, 'fake-provider-schema.ts'), schema, ...options.types],
      { cwd: repository, stdio: 'inherit' },
    );
    const world = join(this.folder, 'world.jsonl');
    this.world = new World(world);
    this.stackFile = join(this.folder, 'Pulumi.test.yaml');
    this.env = {
      HOME: join(this.folder, 'home'),
      PATH: [
        bin,
        dirname(options.pulumi),
        dirname(options.language),
        dirname(process.execPath),
        '/usr/bin',
        '/bin',
      ].join(delimiter),
      PULUMI_HOME: join(this.folder, 'home', '.pulumi'),
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      // The file backend writes its whole state after each of hundreds of steps: once is enough here.
      PULUMI_EXPERIMENTAL: 'true',
      PULUMI_SKIP_CHECKPOINTS: 'true',
      // For --event-log.
      PULUMI_DEBUG_COMMANDS: 'true',
      FAKE_SCHEMA: schema,
      FAKE_WORLD: world,
    };
  }

  /** Makes the stack, without configuration. */
  async initialize(): Promise<void> {
    const { status, text } = await this.command(['stack', 'init']);
    if (status !== 0) throw new Error(text);
  }

  /** Sets the configuration, by full keys such as `hardened-cluster:name`. */
  configure(config: Readonly<Record<string, unknown>>): void {
    const salt = /^encryptionsalt: .*$/m.exec(readFileSync(this.stackFile, 'utf8'))?.[0] ?? '';
    const lines = Object.entries(config).map(
      ([key, value]) => `  ${key}: ${JSON.stringify(value)}`,
    );
    writeFileSync(this.stackFile, `${salt}\nconfig:\n${lines.join('\n')}\n`);
  }

  preview(...args: readonly string[]): Promise<EngineRun> {
    return this.operate(['preview', ...args]);
  }

  up(...args: readonly string[]): Promise<EngineRun> {
    return this.operate(['up', '--yes', '--skip-preview', ...args]);
  }

  refresh(): Promise<EngineRun> {
    return this.operate(['refresh', '--yes', '--skip-preview']);
  }

  destroy(): Promise<EngineRun> {
    return this.operate(['destroy', '--yes', '--skip-preview']);
  }

  /** What a destroy asks before it begins. */
  previewDestroy(): Promise<EngineRun> {
    return this.operate(['destroy', '--preview-only']);
  }

  /** Lets the next creation of a type fail, such as `aws:ec2/vpc:Vpc Throttling: rate exceeded`. */
  fail(fault: string): void {
    appendFileSync(`${this.env.FAKE_WORLD ?? ''}.faults`, `${fault}\n`);
  }

  /** The exported state, byte for byte, or with its secrets in clear. */
  async exportState(...args: readonly '--show-secrets'[]): Promise<string> {
    const { status, text } = await this.command(['stack', 'export', ...args]);
    if (status !== 0) throw new Error(text);
    return text;
  }

  /** What `pulumi stack output --json` prints. */
  async outputs(): Promise<string> {
    const { status, text } = await this.command(['stack', 'output', '--json']);
    if (status !== 0) throw new Error(text);
    return text;
  }

  /**
   * What operations told: all that they printed and all their events. Without the debug messages,
   * shown only with `--debug`: the SDK puts every property in clear into them.
   */
  told(): string {
    const events = readdirSync(this.folder)
      .filter((name) => name.startsWith('events-'))
      .flatMap((name) => readFileSync(join(this.folder, name), 'utf8').split('\n'))
      .filter((line) => !line.includes('"severity":"debug"'));
    return [...this.printed, ...events].join('\n');
  }

  /** Removes the scratch folder. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private installProvider(bin: string, provider: string): void {
    const file = join(bin, `pulumi-resource-${provider}`);
    const program = join(__dirname, `fake-provider-${provider}.ts`);
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' -r '${hook}' '${program}' "$@"\n`);
    chmodSync(file, 0o755);
  }

  private async operate(args: readonly string[]): Promise<EngineRun> {
    this.operations += 1;
    const log = join(this.folder, `events-${this.operations}.jsonl`);
    const run = await this.command([...args, '--event-log', log]);
    this.printed.push(run.text);
    return { ...run, steps: readSteps(log) };
  }

  private command(args: readonly string[]): Promise<{ status: number; text: string }> {
    const all = [...args, '--stack', 'test', '--non-interactive', '--color', 'never'];
    return new Promise((done, fail) => {
      const child = spawn(this.options.pulumi, all, {
        cwd: this.folder,
        env: this.env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.on('error', fail);
      child.on('close', (status) => {
        done({ status: status ?? 1, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
  }
}

interface EngineEvent {
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
}

const operations: Readonly<Record<string, EngineOperation>> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  delete: 'delete',
  same: 'same',
};

function readSteps(log: string): EngineRun['steps'] {
  const steps: Record<EngineOperation, Set<string>> = {
    create: new Set(),
    update: new Set(),
    replace: new Set(),
    delete: new Set(),
    same: new Set(),
  };
  if (!existsSync(log)) return { create: [], update: [], replace: [], delete: [], same: [] };
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    if (line === '') continue;
    const { resourcePreEvent: event } = JSON.parse(line) as EngineEvent;
    if (!event) continue;
    const { op, urn, type } = event.metadata;
    const operation = operations[op];
    const name = urn.split('::')[3] ?? '';
    if (operation && !/^(hardened-cluster|pulumi):/.test(type)) {
      steps[operation].add(`${type.split(':').at(-1) ?? type} ${name}`);
    }
  }
  return {
    create: [...steps.create].sort(),
    update: [...steps.update].sort(),
    replace: [...steps.replace].sort(),
    delete: [...steps.delete].sort(),
    same: [...steps.same].sort(),
  };
}
