import type { ExitCode } from '../command-line';
import path from 'node:path';
import { renderSummary } from '../../lib/conformance/report/render-summary';
import { exitCodeOf } from '../../lib/conformance/report/judge-report';
import { runChecks } from '../../lib/conformance/run-checks';
import { listUnlocked } from '../../lib/machine/list-unlocked';
import { loadBlueprint } from '../load-blueprint';
import { collectPlanFacts } from '../plan/collect-facts';
import { collectUserData } from '../plan/machine-user-data';
import { PkiStore } from '../plan/pki-store';
import { planCluster, type PlannedCluster } from '../plan/plan-cluster';
import { planFiles } from '../plan/plan-files';
import { transcribeProperties, transcribeResources } from '../plan/transcribe';
import { writeFolder } from '../plan/write-folder';

/** Options of `plan` as the command line gives them. */
export interface PlanOptions {
  readonly config?: string;
  readonly profile?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Plans the cluster, writes the folder and prints a summary. Gives the exit code. */
export async function runPlan(options: PlanOptions, now: Date): Promise<ExitCode> {
  const { blueprint } = loadBlueprint(options, now);
  const store = PkiStore.open(path.join(options.out, 'pki'));
  const cluster = await planCluster(blueprint, store, now);
  const [resources, outputs] = await Promise.all([
    transcribeResources(cluster.resources),
    transcribeProperties(cluster.outputs),
  ]);
  const userData = collectUserData(cluster.resources);
  const facts = collectPlanFacts(cluster, resources, userData);
  const report = runChecks(facts, {
    waivers: blueprint.waivers,
    today: blueprint.today,
    cluster: blueprint.name,
    profile: blueprint.profile,
    nonConformities: blueprint.nonConformities,
    warnings: [...blueprint.warnings, ...unlockedWarnings(cluster)],
  });
  writeFolder(
    options.out,
    planFiles({ cluster, resources, outputs, userData, facts, report, store }),
  );
  const built = {
    resources: resources.length,
    manifests: cluster.manifests.flatMap(({ objects }) => objects).length,
  };
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ folder: options.out, built, counts: report.counts, warnings: report.warnings, nonConformities: report.nonConformities })}\n`
      : renderSummary({
          report,
          blueprint,
          portMatrix: cluster.portMatrix,
          built,
          folder: options.out,
          colour: process.stdout.isTTY && process.env.NO_COLOR === undefined,
        }),
  );
  return exitCodeOf(report);
}

/** What `pulumi up` would refuse: artifacts whose checksum no lock knows. */
function unlockedWarnings({ machines }: PlannedCluster): string[] {
  const count = listUnlocked(machines).length;
  return count === 0
    ? []
    : [`artifacts: ${count} without a known checksum; run hardened-cluster lock`];
}
