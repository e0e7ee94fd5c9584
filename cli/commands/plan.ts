import type { ExitCode } from '../exit-code';
import path from 'node:path';
import { renderSummary } from '../../lib/conformance/report/render-summary';
import { exitCodeOf } from '../../lib/conformance/report/evaluate-report';
import { synthesizeManifests } from '../../constructs/manifests';
import { collectBlockers } from '../../lib/cluster/readiness';
import { runChecks } from '../../lib/conformance/run-checks';
import { planUpgrade, type UpgradePlan } from '../../lib/cluster/upgrade/plan-upgrade';
import { InputError } from '../input-error';
import { loadUpgradeBase } from '../load-upgrade-base';
import { renderUpgrade } from '../plan/render-upgrade';
import { loadBlueprint } from '../load-blueprint';
import { collectPlanFacts } from '../plan/collect-facts';
import { collectUserData } from '../plan/machine-user-data';
import { PkiStore } from '../plan/pki-store';
import { registerCluster } from '../plan/register-cluster';
import { planStack, type StackPlan } from '../../stacks/cluster/plan-stack';
import { planFiles, resultFiles } from '../plan/plan-files';
import { unlockedWarnings } from '../unlocked-warnings';
import { transcribeProperties, transcribeResources } from '../plan/transcribe';
import { replaceFolder } from '../plan/replace-folder';

/** Options of `plan` as the command line gives them. */
export interface PlanOptions {
  readonly config?: string;
  readonly profile?: string;
  readonly out: string;
  readonly json?: boolean;
  readonly upgradeFrom?: string;
}

/** Plans the cluster, writes the folder and prints a summary. Gives the exit code. */
export async function runPlan(options: PlanOptions, now: Date): Promise<ExitCode> {
  const { blueprint } = loadBlueprint(options, now);
  const plan = planStack(blueprint);
  const upgrade = planUpgradeOf(plan, options, now);
  const { cluster, resources, report } = await replaceFolder(options.out, async (write) => {
    const store = PkiStore.open(path.join(options.out, 'pki'));
    write(planFiles(plan));
    const cluster = await registerCluster(plan, store, now);
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
      warnings: [...blueprint.warnings, ...unlockedWarnings(cluster.machines)],
    });
    write(resultFiles({ cluster, resources, outputs, userData, facts, report, store }));
    return { cluster, resources, report };
  });
  const blockers = collectBlockers(blueprint, cluster.machines);
  const built = {
    resources: resources.length,
    manifests: cluster.manifests.flatMap(({ objects }) => objects).length,
  };
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ folder: options.out, built, ready: blockers.length === 0, blockers, counts: report.counts, warnings: report.warnings, upgrade, nonConformities: report.nonConformities })}\n`
      : renderSummary({
          report,
          blueprint,
          portMatrix: cluster.portMatrix,
          blockers,
          built,
          folder: options.out,
          colour: process.stdout.isTTY && process.env.NO_COLOR === undefined,
        }),
  );
  if (upgrade && !options.json) process.stdout.write(`\n${renderUpgrade(upgrade)}`);
  return exitCodeOf(report);
}

/** What it takes to come here from another configuration of the cluster. */
function planUpgradeOf(
  { blueprint, manifests }: StackPlan,
  options: PlanOptions,
  now: Date,
): UpgradePlan | undefined {
  if (options.upgradeFrom === undefined) return undefined;
  const base = loadUpgradeBase(options.upgradeFrom, options, now);
  const upgrade = planUpgrade(base, blueprint, {
    from: synthesizeManifests(base),
    to: manifests,
  });
  if (upgrade.refusals.length > 0) {
    throw new InputError(upgrade.refusals.map((refusal) => `--upgrade-from: ${refusal}`));
  }
  return upgrade;
}
