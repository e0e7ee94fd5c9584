import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mustRun } from './kube-process';

/** One rule of the benchmark and how it went. */
export interface BenchResult {
  /** Such as `1.2.1`. */
  readonly id: string;
  readonly status: 'PASS' | 'FAIL' | 'WARN' | 'INFO';
  readonly text: string;
  readonly reason: string;
  readonly actual: string;
}

/**
 * Runs kube-bench as if on a machine: a root folder of its own (this system, with the machine's
 * files laid over it) and a process list of its own, in which each program shows exactly the command
 * line that was rendered. Nothing of kube-bench or its rules is changed. Needs root.
 */
export async function runKubeBench(options: {
  readonly kubeBench: string;
  readonly rules: string;
  readonly benchmark: string;
  readonly targets: readonly string[];
  /** Folder that stands for `/`. */
  readonly root: string;
  /** Command lines of the machine's programs. */
  readonly processes: readonly (readonly string[])[];
}): Promise<readonly BenchResult[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'kube-bench-'));
  for (const folder of ['work', 'root']) await mkdir(path.join(scratch, folder));
  const { stdout } = await mustRun(
    'unshare',
    [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      'bash',
      '-euc',
      script,
      'bash',
      ...commands(options),
    ],
    {
      env: {
        SCRATCH: scratch,
        UPPER: options.root,
        KUBE_BENCH: options.kubeBench,
        RULES: options.rules,
        BENCHMARK: options.benchmark,
        TARGETS: options.targets.join(','),
      },
    },
  );
  await rm(scratch, { recursive: true, force: true });
  interface Report {
    readonly Controls: readonly {
      readonly tests: readonly {
        readonly results: readonly {
          readonly test_number: string;
          readonly status: BenchResult['status'];
          readonly test_desc: string;
          readonly reason?: string;
          readonly actual_value: string;
        }[];
      }[];
    }[];
  }
  const report = JSON.parse(stdout) as Report;
  return report.Controls.flatMap(({ tests }) => tests)
    .flatMap(({ results }) => results)
    .map((result) => ({
      id: result.test_number,
      status: result.status,
      text: result.test_desc,
      reason: result.reason ?? '',
      actual: result.actual_value,
    }));
}

/** Programs are fakes that sleep. The overlay's upper folder is the machine's; kube-bench writes nothing into it. */
const script = `
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=/,upperdir=$UPPER,workdir=$SCRATCH/work" "$SCRATCH/root"
mount -t proc proc "$SCRATCH/root/proc"
mount --rbind /dev "$SCRATCH/root/dev"
mkdir -p "$SCRATCH/bin"
for command in "$@"; do
  # ps -C goes by the name of the program file.
  cp /usr/bin/sleep "$SCRATCH/bin/\${command%% *}"
  bash -c 'exec -a "$1" "$2" 600' bash "$command" "$SCRATCH/bin/\${command%% *}" &
  until [ "$(readlink "$SCRATCH/root/proc/$!/exe")" = "$SCRATCH/bin/\${command%% *}" ]; do
    kill -0 $!
    sleep 0.1
  done
done
exec chroot "$SCRATCH/root" "$KUBE_BENCH" run --benchmark "$BENCHMARK" --targets "$TARGETS" \\
  --config-dir "$RULES" --config "$RULES/config.yaml" --json
`;

function commands({ processes }: { processes: readonly (readonly string[])[] }): readonly string[] {
  return processes.map((words) => words.join(' '));
}
