import { stringify } from 'yaml';
import { renderProblem } from '../../lib/blueprint/problem';
import { fetchChecksums } from '../../lib/machine/fetch-checksums';
import { listUnlocked } from '../../lib/machine/list-unlocked';
import { planCluster } from '../../lib/cluster/plan-cluster';
import type { ExitCode } from '../exit-code';
import { writeReport } from '../write-report';
import { InputError } from '../input-error';
import { loadBlueprint, type ConfigChoice } from '../load-blueprint';

/** Options of `lock` as the command line gives them. */
export interface LockOptions extends ConfigChoice {
  readonly out?: string;
}

/**
 * Fetches the published checksum of every artifact that no lock knows, compares the artifact itself
 * against it, and prints what belongs under `artifacts.sha256` of the configuration. Needs the
 * network, unlike the other commands. Gives the exit code.
 *
 * @throws InputError with every artifact whose checksum can't be had or does not match.
 */
export async function runLock(options: LockOptions, now: Date): Promise<ExitCode> {
  const { blueprint } = loadBlueprint(options, now);
  const unlocked = listUnlocked(planCluster(blueprint).machines);
  if (unlocked.length === 0) {
    process.stderr.write('Every artifact of this configuration is locked.\n');
    return 0;
  }
  const { checksums, problems } = await fetchChecksums(unlocked);
  if (problems.length > 0) throw new InputError(problems.map(renderProblem));
  const text = stringify({ artifacts: { sha256: checksums } });
  writeReport(text, options.out);
  return 0;
}
