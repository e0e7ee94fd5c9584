import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('guide', 'Kubernetes Dashboard');
const replacement =
  'The project was archived in January 2026 and is not installed; the rule stays.';

/** Kubernetes Dashboard. */
export const dashboardClauses: readonly Clause[] = [
  {
    id: 'guide/dashboard/no-cluster-admin',
    source,
    level: 'critical',
    statement: 'No binding gives the dashboard the role cluster-admin.',
    replacement,
    checks: ['rbac/no-dashboard-admin'],
  },
  {
    id: 'guide/dashboard/not-public',
    source,
    level: 'critical',
    statement: 'The dashboard is not exposed to the internet.',
    replacement,
    checks: ['workloads/dashboard-not-exposed'],
  },
  {
    id: 'guide/dashboard/deny-policy',
    source,
    level: 'critical',
    statement: 'A network policy denies requests of other pods to the dashboard.',
    replacement,
    checks: ['network-policies/dashboard-denied'],
  },
];
