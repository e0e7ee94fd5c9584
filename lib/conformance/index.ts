/** Facts, checks and reports: needs neither Pulumi nor cdk8s. */
export type { Clause, Level } from '../standard/clause';
export type { ClauseId } from '../standard/clause-id';
export { clauses } from '../standard/clauses';
export type { Check, Status, Verdict } from './check';
export { checks, findCheck } from './checks/checks';
export type { Facts, ManifestFact, ResourceFact } from './facts';
export { evaluateReport, exitCodeOf, isBinding, type Outcome } from './report/evaluate-report';
export { renderReport } from './report/render-report';
export type { CheckResult, ClauseResult, Report } from './report/report';
export { runChecks, type RunOptions, type Waiver } from './run-checks';
