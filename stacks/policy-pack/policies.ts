import type { EnforcementLevel, Severity, StackValidationPolicy } from '@pulumi/policy';
import type { Check } from '../../lib/conformance/check';
import { findCheck } from '../../lib/conformance/checks/checks';
import type { Facts } from '../../lib/conformance/facts';
import { isBinding } from '../../lib/conformance/report/evaluate-report';
import { runChecks } from '../../lib/conformance/run-checks';
import type { Clause, Level } from '../../lib/standard/clause';
import { clauses } from '../../lib/standard/clauses';
import { collectResources } from './collect-resources';

/**
 * One policy for each clause that resources alone can violate. A clause that they can't prove is
 * reported as not applicable, with the reason, and never as kept.
 */
export function planPolicies(): readonly StackValidationPolicy[] {
  return clauses.filter(({ checks }) => checks.some(asksForResources)).map(planPolicy);
}

function planPolicy(clause: Clause): StackValidationPolicy {
  const checks = clause.checks.flatMap((id) => findCheck(id) ?? []);
  return {
    name: clause.id,
    description: clause.statement,
    enforcementLevel: enforcementOf(clause.level),
    severity: severities[clause.level],
    framework: {
      name: clause.source.document,
      version: '',
      reference: clause.id,
      specification: clause.source.section,
    },
    remediationSteps: [...new Set(checks.map(({ remedy }) => remedy))].join(' '),
    validateStack: (stack, reportViolation) => {
      const facts: Facts = { source: 'plan', resources: collectResources(stack.resources) };
      const today = new Date().toISOString().slice(0, 10);
      const report = runChecks(facts, { waivers: [], today, clauses: [clause], checks });
      const results = report.clauses.flatMap(({ checks }) => checks);
      const failed = results.filter(({ verdict }) => verdict.status === 'fail');
      for (const { title, verdict, remedy } of failed) {
        reportViolation(`${clause.id}: ${title}. Got ${verdict.evidence.join('; ')}. ${remedy}`);
      }
      const open = results.filter(({ verdict }) => verdict.status === 'unknown');
      if (failed.length === 0 && open.length > 0) {
        stack.notApplicable(
          `resources alone do not tell: ${open.map(({ id, verdict }) => `${id} (${verdict.evidence.join('; ')})`).join(', ')}`,
        );
      }
    },
  };
}

/** What must be and what is grave stops an update; the rest is told. */
function enforcementOf(level: Level): EnforcementLevel {
  return isBinding(level) || level === 'high' ? 'mandatory' : 'advisory';
}

const severities: Readonly<Record<Level, Severity>> = {
  MUST: 'critical',
  'MUST NOT': 'critical',
  critical: 'critical',
  high: 'high',
  SHOULD: 'medium',
  RECOMMENDED: 'medium',
  medium: 'medium',
  OPTIONAL: 'low',
  low: 'low',
};

/** Whether a check looks at resources, seen by what it asks facts without any for. */
function asksForResources(id: Check['id']): boolean {
  let asked = false;
  const facts: Facts = {
    source: 'plan',
    get resources() {
      asked = true;
      return [];
    },
  };
  findCheck(id)?.run(facts);
  return asked;
}
