import { levels } from './count-levels';
import { evaluateReport } from './evaluate-report';
import type { Report } from './report';

/** Renders the report for programs; every field in a fixed order, evidence unshortened. */
export function renderJson(report: Report): string {
  const { cluster, profile, kubernetesVersion, today, source, scope } = report;
  const document = {
    format: 'hardened-cluster/conformance/v1',
    outcome: evaluateReport(report),
    cluster,
    profile,
    kubernetesVersion,
    today,
    source,
    scope,
    nonConformities: report.nonConformities,
    warnings: report.warnings,
    counts: levels.map((level) => {
      const { pass, fail, waived, notApplicable, unknown } = report.counts[level];
      return { level, pass, fail, waived, notApplicable, unknown };
    }),
    clauses: report.clauses.map(({ clause, status, waiver, checks }) => ({
      id: clause.id,
      level: clause.level,
      status,
      document: clause.source.document,
      section: clause.source.section,
      statement: clause.statement,
      versions: clause.versions,
      replacement: clause.replacement,
      uncheckable: clause.uncheckable,
      waiver: waiver && { reason: waiver.reason, expires: waiver.expires },
      checks: checks.map(({ id, title, verdict, remedy }) => ({
        id,
        status: verdict.status,
        title,
        evidence: verdict.evidence,
        remedy,
      })),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
