import type { Clause } from '../standard/clause';
import { clauses as allClauses } from '../standard/clauses';
import type { Check, Status, Verdict } from './check';
import { checks as allChecks } from './checks/checks';
import { closeWorld } from './closed-world/guards';
import { showSetting, unsafeSettings, type EffectiveSetting } from './closed-world/settings';
import type { Facts } from './facts';
import { limitToScope, scopeOf } from './scope';
import { countLevels } from './report/count-levels';
import type { CheckResult, ClauseResult, ClauseStatus, Report } from './report/report';

/** A decision not to follow a clause, with its end. */
export interface Waiver {
  readonly clause: string;
  readonly reason: string;
  /** Last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
}

/** What evaluating needs besides the facts. */
export interface RunOptions {
  readonly waivers: readonly Waiver[];
  /** Day the facts are evaluated on, `YYYY-MM-DD`. */
  readonly today: string;
  readonly cluster?: string;
  readonly profile?: string;
  /** Why the configuration does not conform by its own word. @default none */
  readonly nonConformities?: readonly string[];
  /** @default none */
  readonly warnings?: readonly string[];
  /** @default every clause of the documents */
  readonly clauses?: readonly Clause[];
  /** @default every check of the project */
  readonly checks?: readonly Check[];
}

/**
 * Runs each check once and evaluates every clause by the checks that prove it.
 *
 * @throws Error when a clause names a check that does not exist
 */
export function runChecks(facts: Facts, options: RunOptions): Report {
  const { today, waivers, clauses = allClauses, checks = allChecks } = options;
  const dated: Facts = { ...facts, today };
  const results = new Map(
    checks.map((check): [string, CheckResult] => [check.id, runCheck(check, dated)]),
  );
  const unsafe = unsafeSettings(dated);
  const evaluated = clauses.map((clause) =>
    evaluateClause(clause, results, unsafe.get(clause.id) ?? [], waivers, today),
  );
  return {
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(facts.kubernetesVersion === undefined
      ? {}
      : { kubernetesVersion: facts.kubernetesVersion }),
    today,
    source: facts.source,
    scope: scopeOf(facts),
    nonConformities: options.nonConformities ?? [],
    warnings: options.warnings ?? [],
    clauses: evaluated,
    counts: countLevels(evaluated),
  };
}

/** A check that throws has failed: what it looked at is not as anybody expects it. */
function runCheck(check: Check, facts: Facts): CheckResult {
  const { id, title, remedy } = check;
  return { id, title, remedy, verdict: evaluateCheck(check, facts) };
}

/**
 * The answer of one check in a closed world: it passes only where nothing among the facts that no
 * reader understands could change it.
 */
export function evaluateCheck(check: Check, facts: Facts): Verdict {
  try {
    return closeWorld(check.id, limitToScope(check.run(facts), facts), facts);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'fail', evidence: [`the check could not be run: ${message}`] };
  }
}

function evaluateClause(
  clause: Clause,
  results: ReadonlyMap<string, CheckResult>,
  unsafe: readonly EffectiveSetting[],
  waivers: readonly Waiver[],
  today: string,
): ClauseResult {
  const named = clause.checks.map((id) => {
    const result = results.get(id);
    if (!result) throw new Error(`${clause.id} names a check that does not exist: ${id}`);
    return result;
  });
  const checks = unsafe.length > 0 ? [...named, settingsResult(unsafe)] : named;
  const status = statusOf(checks.map(({ verdict }) => verdict.status));
  const waiver = waivers.find((row) => row.clause === clause.id && row.expires >= today);
  const holds = status === 'pass' || status === 'not-applicable';
  const evaluated: ClauseStatus = waiver && !holds && checks.length > 0 ? 'waived' : status;
  return {
    clause,
    status: evaluated,
    checks,
    ...(waiver ? { waiver: { reason: waiver.reason, expires: waiver.expires } } : {}),
  };
}

/** A setting that the documents fix, with another value than one that keeps the clause. */
function settingsResult(settings: readonly EffectiveSetting[]): CheckResult {
  return {
    id: 'settings/fixed',
    title: 'Settings that the documents fix have values that keep this clause',
    remedy: 'Take the setting out of the configuration.',
    verdict: { status: 'fail', evidence: [...new Set(settings.map(showSetting))] },
  };
}

/**
 * The worst answer counts: one failure fails the clause, one unknown leaves it open. A clause with
 * nothing to check is not applicable.
 */
function statusOf(statuses: readonly Status[]): Status {
  if (statuses.includes('fail')) return 'fail';
  if (statuses.includes('unknown')) return 'unknown';
  return statuses.includes('pass') ? 'pass' : 'not-applicable';
}
