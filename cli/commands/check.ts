import type { ExitCode } from '../exit-code';
import { existsSync, statSync } from 'node:fs';
import type { Facts } from '../../lib/conformance/facts';
import { exitCodeOf } from '../../lib/conformance/report/evaluate-report';
import {
  renderReport,
  type ReportExtras,
  type ReportFormat,
} from '../../lib/conformance/report/render-report';
import type { Report } from '../../lib/conformance/report/report';
import { runChecks } from '../../lib/conformance/run-checks';
import { collectPlanFolder, isPlanFolder } from '../check/collect-folder';
import { collectManifests } from '../check/collect-manifests';
import { InputError } from '../input-error';
import { pictureOf } from '../picture';
import { writeReport } from '../write-report';
import { unlockedWarnings } from '../unlocked-warnings';

/** Options of `check` as the command line gives them. */
export interface CheckOptions {
  readonly format: ReportFormat;
  readonly out?: string;
}

/** Checks plan folders or manifests and prints the report. Gives the exit code. */
export function runCheck(targets: readonly string[], options: CheckOptions, now: Date): ExitCode {
  const { report, extras } = reportOn(targets, now.toISOString().slice(0, 10));
  const text = renderReport(report, options.format, extras);
  writeReport(text, options.out);
  return exitCodeOf(report);
}

interface Evaluated {
  readonly report: Report;
  readonly extras: ReportExtras;
}

function reportOn(targets: readonly string[], today: string): Evaluated {
  const missing = targets.filter((target) => !existsSync(target));
  if (missing.length > 0) {
    throw new InputError(
      missing.map(
        (target) =>
          `${target}: got no such file, expected a folder that plan wrote, or Kubernetes manifests`,
      ),
    );
  }
  const [first = '', ...others] = targets;
  if (others.length === 0 && statSync(first).isDirectory() && isPlanFolder(first)) {
    const { facts, blueprint, machines } = collectPlanFolder(first, today);
    const report = runChecks(facts, {
      today,
      waivers: blueprint.waivers,
      cluster: blueprint.name,
      profile: blueprint.profile,
      nonConformities: blueprint.nonConformities,
      warnings: [...blueprint.warnings, ...unlockedWarnings(machines)],
    });
    // Drawn again: the picture in the folder is untrusted input, which no page embeds.
    return { report, extras: pictureOf(blueprint) };
  }
  const facts: Facts = { source: 'manifests', today, manifests: collectManifests(targets) };
  return { report: runChecks(facts, { today, waivers: [] }), extras: {} };
}
