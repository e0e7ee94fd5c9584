import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../command';

/** A resource of `resources.json`. */
export interface PlannedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What came of all connections between all peers. */
export interface KernelVpcResult {
  readonly connections: number;
  /** Those that `firewall.json` allows. */
  readonly allowed: number;
  readonly interfaces: number;
  /** Rows of `firewall.json` that connections were made for. */
  readonly rows: readonly string[];
  readonly wrong: number;
  readonly examples: readonly string[];
  /** Rows with a connection that did not come about, or not as it must look. */
  readonly wrongRows: readonly string[];
  /** What no row allows and came about, such as `worker to etcd tcp 2379`. */
  readonly opened: readonly string[];
}

/** How much is tried. */
export interface KernelVpcLoad {
  /** Connections for each row and port, spread over sources, targets and client ports. */
  readonly each: number;
  /** Most connections that must not come about. */
  readonly denied: number;
  /** Seconds without an event after which what has not connected never will. */
  readonly patienceSeconds: number;
}

/** A folder that the `plan` command wrote. */
export class PlannedNetwork {
  private readonly folder = mkdtempSync(join(tmpdir(), 'hc-vpc-'));
  private readonly plan = join(this.folder, 'plan');

  /** @param config - A configuration; JSON is YAML. */
  constructor(config: object) {
    const file = join(this.folder, 'cluster.yaml');
    writeFileSync(file, JSON.stringify(config));
    const { stderr } = runCommand('plan', '--config', file, '--out', this.plan);
    if (stderr !== '') throw new Error(stderr);
  }

  /** Rows of `firewall.json` by id. */
  rows(): readonly string[] {
    const rows = JSON.parse(readFileSync(join(this.plan, 'firewall.json'), 'utf8')) as readonly {
      readonly id: string;
    }[];
    return rows.map(({ id }) => id).sort();
  }

  /** Lets the kernel carry the plan's packets, after `edit` has changed what AWS is told. */
  run(
    load: KernelVpcLoad,
    edit: (resources: readonly PlannedResource[]) => readonly PlannedResource[] = (all) => all,
  ): KernelVpcResult {
    const planned = JSON.parse(
      readFileSync(join(this.plan, 'resources.json'), 'utf8'),
    ) as readonly PlannedResource[];
    const file = join(this.folder, 'resources.json');
    writeFileSync(file, JSON.stringify(edit(planned)));
    const numbers = [load.each, load.denied, load.patienceSeconds].map(String);
    const { status, stdout, stderr } = spawnSync(
      'python3',
      [join(__dirname, 'vpc.py'), this.plan, file, ...numbers],
      { encoding: 'utf8', env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' } },
    );
    if (status !== 0) throw new Error(`vpc.py ended with ${String(status)}\n${stderr}`);
    return JSON.parse(stdout) as KernelVpcResult;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
