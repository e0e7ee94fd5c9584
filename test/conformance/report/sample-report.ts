import type { Verdict } from '../../../lib/conformance/check';
import { countLevels } from '../../../lib/conformance/report/count-levels';
import type { CheckResult, ClauseResult, Report } from '../../../lib/conformance/report/report';

const standard = 'SCS-0217';
const guide = 'Best-practice guide';

/** A result of one check. */
export function checkResult(
  id: string,
  status: Verdict['status'],
  evidence: readonly string[],
): CheckResult {
  return {
    id,
    title: `${id} holds`,
    verdict: { status, evidence },
    remedy: `Put ${id} right.`,
  };
}

/** One clause of each status. */
export const sampleClauses: readonly ClauseResult[] = [
  {
    clause: {
      id: 'scs-0217/etcd/acl-enabled',
      source: { document: standard, section: 'etcd' },
      level: 'MUST',
      statement: 'etcd access control is on.',
      checks: ['etcd/acl'],
    },
    status: 'pass',
    checks: [
      checkResult('etcd/acl', 'pass', ['etcd-0: on', 'etcd-1: on', 'etcd-2: on', 'etcd-3: on']),
    ],
  },
  {
    clause: {
      id: 'scs-0217/etcd/members',
      source: { document: standard, section: 'etcd' },
      level: 'SHOULD',
      statement: 'etcd has five members.',
      checks: ['etcd/members'],
    },
    status: 'fail',
    checks: [checkResult('etcd/members', 'fail', ['3 members'])],
  },
  {
    clause: {
      id: 'scs-0217/kubelet/anonymous',
      source: { document: standard, section: 'kubelet' },
      level: 'MUST NOT',
      statement: 'The kubelet refuses anonymous requests.',
      checks: ['kubelet/anonymous'],
    },
    status: 'fail',
    checks: [
      checkResult('kubelet/anonymous', 'fail', ['worker-general: anonymous.enabled is true']),
    ],
  },
  {
    clause: {
      id: 'guide/api/profiling',
      source: { document: guide, section: 'API server' },
      level: 'high',
      statement: 'Profiling is off.',
      checks: ['api/profiling'],
    },
    status: 'waived',
    checks: [checkResult('api/profiling', 'fail', ['--profiling=true'])],
    waiver: { reason: 'a performance hunt', expires: '2026-12-31' },
  },
  {
    clause: {
      id: 'guide/api/insecure-port',
      source: { document: guide, section: 'API server' },
      level: 'critical',
      statement: 'The insecure port is off.',
      versions: { until: '1.23' },
      replacement: 'nothing listens on 8080',
      checks: ['api/insecure-port', 'api/port-8080'],
    },
    status: 'not-applicable',
    checks: [
      checkResult('api/insecure-port', 'not-applicable', ['gone since 1.24']),
      checkResult('api/port-8080', 'pass', []),
    ],
  },
  {
    clause: {
      id: 'guide/nodes/dmesg',
      source: { document: guide, section: 'Nodes' },
      level: 'medium',
      statement: 'The kernel log is for root.',
      checks: ['nodes/dmesg'],
    },
    status: 'unknown',
    checks: [checkResult('nodes/dmesg', 'unknown', ['no machine files among the facts'])],
  },
  {
    clause: {
      id: 'guide/nodes/reviews',
      source: { document: guide, section: 'Nodes' },
      level: 'low',
      statement: 'Somebody reviews the nodes.',
      checks: [],
      uncheckable: 'a habit of people',
    },
    status: 'not-applicable',
    checks: [],
  },
];

/** A report over some clauses; over one of each status by default. */
export function reportOf(
  clauses: readonly ClauseResult[] = sampleClauses,
  rest: Partial<Report> = {},
): Report {
  return {
    cluster: 'demo',
    profile: 'standard',
    kubernetesVersion: '1.36.4',
    today: '2026-11-22',
    source: 'plan',
    scope: 'plan',
    nonConformities: [],
    warnings: ['access.apiCidrs: open to everybody'],
    clauses,
    counts: countLevels(clauses),
    ...rest,
  };
}

/** What evidence looks like when somebody means harm. */
export const hostile =
  `]]></failure><script>alert("1")</script>&amp;'--><svg onload=x>` +
  '\u001b[31mred\u0000\u202egnp\ud800\ufffe\nnext';

/** A report whose every free text is hostile. */
export function hostileReport(): Report {
  return reportOf(
    sampleClauses.map(({ clause, status, checks, waiver }) => ({
      clause: {
        ...clause,
        id: `guide/${hostile}`,
        source: { document: `${clause.source.document}${hostile}`, section: hostile },
        statement: hostile,
        replacement: hostile,
        ...(clause.uncheckable === undefined ? {} : { uncheckable: hostile }),
      },
      status,
      checks: checks.map(({ verdict }) => ({
        id: hostile,
        title: hostile,
        verdict: { status: verdict.status, evidence: [hostile] },
        remedy: hostile,
      })),
      ...(waiver === undefined ? {} : { waiver: { reason: hostile, expires: hostile } }),
    })),
    {
      cluster: hostile,
      profile: hostile,
      kubernetesVersion: hostile,
      today: hostile,
      nonConformities: [hostile],
      warnings: [hostile],
    },
  );
}
