import type { ExitCode } from '../exit-code';
import { statSync } from 'node:fs';
import type { Facts } from '../../lib/conformance/facts';
import { exitCodeOf } from '../../lib/conformance/report/evaluate-report';
import {
  renderReport,
  type ReportExtras,
  type ReportFormat,
} from '../../lib/conformance/report/render-report';
import type { ManifestScope } from '../../lib/conformance/scope';
import type { Report } from '../../lib/conformance/report/report';
import { runChecks } from '../../lib/conformance/run-checks';
import { collectPlanFolder, isPlanFolder } from '../check/collect-folder';
import { collectManifests } from '../check/collect-manifests';
import { InputError, writeErrors } from '../input-error';
import { pictureOf } from '../picture';
import { writeReport } from '../write-report';
import { unlockedWarnings } from '../unlocked-warnings';

/** Options of `check` as the command line gives them. */
export interface CheckOptions {
  readonly format: ReportFormat;
  readonly out?: string;
  /** What the objects are. @default as their kinds tell */
  readonly scope?: ManifestScope;
}

/**
 * Checks plan folders or manifests and prints the report. Gives the exit code: 2 also where a part of
 * the input could not be read, whatever the rest shows.
 */
export function runCheck(targets: readonly string[], options: CheckOptions, now: Date): ExitCode {
  const { report, extras, problems } = reportOn(targets, options, now.toISOString().slice(0, 10));
  const text = renderReport(report, options.format, extras);
  writeReport(text, options.out);
  if (problems.length === 0) return exitCodeOf(report);
  writeErrors(problems);
  return 2;
}

interface Evaluated {
  readonly report: Report;
  readonly extras: ReportExtras;
  readonly problems: readonly string[];
}

function reportOn(targets: readonly string[], options: CheckOptions, today: string): Evaluated {
  const [first = '', ...others] = targets;
  if (others.length === 0 && isFolder(first) && isPlanFolder(first)) {
    return reportOnPlan(first, today);
  }
  const { manifests, locations, notes, problems } = collectManifests(targets);
  if (manifests.length === 0) {
    throw new InputError([
      ...problems,
      ...notes.map((note) => `${targets.join(', ')}: ${note}`),
      ...(problems.length + notes.length > 0
        ? []
        : [`${targets.join(', ')}: got no Kubernetes object, expected manifests in YAML or JSON`]),
    ]);
  }
  const facts: Facts = {
    source: 'manifests',
    today,
    manifests,
    locations,
    ...(options.scope === undefined ? {} : { scope: options.scope }),
  };
  const warnings = [...problems.map((problem) => `not evaluated: ${problem}`), ...notes];
  return { report: runChecks(facts, { today, waivers: [], warnings }), extras: {}, problems };
}

function reportOnPlan(folder: string, today: string): Evaluated {
  const { facts, blueprint, machines } = collectPlanFolder(folder, today);
  const report = runChecks(facts, {
    today,
    waivers: blueprint.waivers,
    cluster: blueprint.name,
    profile: blueprint.profile,
    nonConformities: blueprint.nonConformities,
    warnings: [...blueprint.warnings, ...unlockedWarnings(machines)],
  });
  // Drawn again: the picture in the folder is untrusted input, which no page embeds.
  return { report, extras: pictureOf(blueprint), problems: [] };
}

function isFolder(target: string): boolean {
  return statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
}
