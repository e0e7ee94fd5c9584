import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCheck } from '../../cli/commands/check';
import { runCommandOn } from '../support/command';
import { parseXml } from '../support/parse-xml';

// Manifests of anybody: what they show is found, and what they cannot show is no failure.

interface Row {
  readonly id: string;
  readonly level: string;
  readonly status: string;
  readonly checks: readonly { readonly id: string; readonly evidence: readonly string[] }[];
}

let scratch = '';
let count = 0;
const day = new Date('2026-11-26T00:00:00Z');

beforeAll(() => {
  scratch = mkdtempSync(path.join(os.tmpdir(), 'check-manifests-'));
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** The clauses of a report on objects, by id. */
function check(objects: readonly object[], scope?: 'cluster' | 'manifests') {
  const folder = path.join(scratch, String(count++));
  mkdirSync(folder);
  const file = path.join(folder, 'all.json');
  writeFileSync(file, JSON.stringify({ kind: 'List', items: objects }));
  const out = path.join(folder, 'report');
  const exitCode = runCheck([file], { format: 'json', out, ...(scope && { scope }) }, day);
  const report = JSON.parse(readFileSync(out, 'utf8')) as {
    readonly scope: string;
    readonly clauses: readonly Row[];
  };
  const of = (status: string) =>
    report.clauses.filter((row) => row.status === status).map(({ id }) => id);
  const evidence = (check: string) =>
    report.clauses
      .flatMap(({ checks }) => checks)
      .find(({ id }) => id === check)
      ?.evidence.map((line) => line.replace(`${folder}/`, ''));
  return { exitCode, scope: report.scope, of, evidence, clauses: report.clauses };
}

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

function deployment(name: string, spec: object = {}, container: object = {}, namespace = 'shop') {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      template: {
        spec: {
          ...spec,
          containers: [
            {
              name: 'main',
              image: 'registry.example/app:1',
              resources: { limits: { memory: '64Mi' } },
              securityContext: hardened,
              ...container,
            },
          ],
        },
      },
    },
  };
}

function bind(subject: object, role = 'cluster-admin', kind = 'ClusterRoleBinding') {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name: 'bound', ...(kind === 'RoleBinding' ? { namespace: 'shop' } : {}) },
    roleRef: { kind: 'ClusterRole', name: role },
    subjects: [subject],
  };
}

function clusterRole(name: string, rule: object, more: object = {}) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [rule],
    ...more,
  };
}

const account = { kind: 'ServiceAccount', name: 'app', namespace: 'shop' };
const shop = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

describe('three hardened Deployments with rights of their own', () => {
  const objects = [
    shop,
    ...['a', 'b', 'c'].map((name) => deployment(name)),
    clusterRole('reader', { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }),
    bind(account, 'reader'),
  ];

  test('fail nothing: what a cluster needs besides is unknown', () => {
    const { exitCode, scope, of } = check(objects);
    expect([exitCode, scope, of('fail')]).toEqual([0, 'manifests', []]);
    expect(of('pass')).not.toContain('guide/dashboard/deny-policy');
  });

  test('fail for what is missing where they are said to be the whole cluster', () => {
    const { exitCode, of } = check(objects, 'cluster');
    expect(exitCode).toBe(1);
    expect(of('fail')).toEqual(
      expect.arrayContaining(['guide/kube-bench', 'guide/dashboard/deny-policy']),
    );
  });

  test('take few lines: what they cannot show is counted', () => {
    const { stdout } = runCommandOn(
      JSON.stringify({ kind: 'List', items: objects }),
      ...['check', '-', '--as-of', '2026-11-26'],
    );
    const lines = stdout.split('\n');
    expect(lines.length).toBeLessThan(60);
    expect(lines.filter((line) => /^\d+ further clauses/.test(line))).toHaveLength(1);
  });
});

test('what every running cluster has makes a whole cluster of it', () => {
  const { scope } = check([
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } },
    clusterRole('cluster-admin', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }),
  ]);
  expect(scope).toBe('cluster');
});

describe('pods', () => {
  const baseline = 'scs-0217/pod-security/baseline';
  test.each<[what: string, object: object, clause: string, words: string]>([
    [
      'privileged',
      deployment('x', {}, { securityContext: { ...hardened, privileged: true } }),
      baseline,
      'main: privileged',
    ],
    ['hostNetwork', deployment('x', { hostNetwork: true }), baseline, 'hostNetwork'],
    ['hostPID', deployment('x', { hostPID: true }), baseline, 'hostPID'],
    [
      'hostPath',
      deployment('x', { volumes: [{ name: 'v', hostPath: { path: '/etc' } }] }),
      baseline,
      'hostPath /etc',
    ],
    [
      'hostPort',
      deployment('x', {}, { ports: [{ containerPort: 1, hostPort: 80 }] }),
      baseline,
      'main: hostPort 80',
    ],
    [
      'a capability',
      deployment(
        'x',
        {},
        { securityContext: { ...hardened, capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } } },
      ),
      baseline,
      'main: capability SYS_ADMIN',
    ],
    [
      'an init container',
      deployment('x', { initContainers: [{ name: 'i', securityContext: { privileged: true } }] }),
      baseline,
      'i: privileged',
    ],
    [
      'a custom resource',
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: { name: 'x' },
        spec: { template: { spec: { hostIPC: true, containers: [{ name: 'c', image: 'i' }] } } },
      },
      baseline,
      'Rollout x: hostIPC',
    ],
    [
      'a CronJob',
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'x' },
        spec: {
          jobTemplate: {
            spec: {
              template: { spec: { hostPID: true, containers: [{ name: 'c', image: 'i' }] } },
            },
          },
        },
      },
      baseline,
      'CronJob x: hostPID',
    ],
    [
      'root',
      deployment('x', {}, { securityContext: { ...hardened, runAsNonRoot: undefined } }),
      'scs-0217/pod-security/restricted',
      'may run as root',
    ],
    [
      'escalation',
      deployment('x', {}, { securityContext: { ...hardened, allowPrivilegeEscalation: true } }),
      'guide/pod-security/default-policy',
      'allowPrivilegeEscalation',
    ],
    [
      'no limit',
      deployment('x', {}, { resources: { limits: { cpu: 1 } } }),
      'guide/securing-a-cluster',
      'no memory limit: main',
    ],
  ])('with %s fail their clause, by file and line', (_, object, clause, words) => {
    const { of, clauses } = check([deployment('good'), object]);
    expect(of('fail')).toContain(clause);
    const lines = clauses
      .find(({ id }) => id === clause)
      ?.checks.flatMap(({ evidence }) => evidence)
      .filter((line) => line.includes('all.json') && line.includes(words));
    expect(lines).toEqual([expect.stringMatching(/all\.json:1: \w+ (shop\/)?x: /)]);
  });

  test('of a namespace of the system may be exempt: never a pass, no failure', () => {
    const { of, evidence } = check([deployment('x', { hostNetwork: true }, {}, 'kube-system')]);
    expect(of('unknown')).toContain(baseline);
    expect(of('fail')).not.toContain(baseline);
    expect(evidence('workloads/pods-baseline')).toEqual([
      'all.json:1: Deployment kube-system/x: hostNetwork; a cluster may exempt the namespace kube-system',
    ]);
  });

  test('are not exempt by rights that no policy asks for', () => {
    const rules = {
      apiGroups: ['policy.hardened-cluster'],
      resources: ['podrules'],
      verbs: ['use'],
    };
    const { of } = check([
      deployment('x', { hostNetwork: true, serviceAccountName: 'app' }),
      { ...clusterRole('r', rules), kind: 'Role', metadata: { name: 'r', namespace: 'shop' } },
      { ...bind(account, 'r', 'RoleBinding'), roleRef: { kind: 'Role', name: 'r' } },
    ]);
    expect(of('fail')).toContain(baseline);
  });
});

describe('rights', () => {
  const clause = 'guide/dashboard/no-cluster-admin';
  const escalate = {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles'],
    verbs: ['escalate'],
  };
  test.each<[what: string, objects: readonly object[]]>([
    ['system:anonymous', [bind({ kind: 'User', name: 'system:anonymous' })]],
    ['system:unauthenticated', [bind({ kind: 'Group', name: 'system:unauthenticated' })]],
    ['system:authenticated', [bind({ kind: 'Group', name: 'system:authenticated' })]],
    ['system:masters', [bind({ kind: 'Group', name: 'system:masters' })]],
    ['a service account', [bind(account)]],
    ['a service account in one namespace', [bind(account, 'cluster-admin', 'RoleBinding')]],
    [
      'a role of the same power',
      [
        clusterRole('all', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }),
        bind(account, 'all'),
      ],
    ],
    ['a role that escalates', [clusterRole('up', escalate), bind(account, 'up')]],
    [
      'an aggregated role',
      [
        clusterRole(
          'sum',
          {},
          {
            rules: null,
            aggregationRule: { clusterRoleSelectors: [{ matchLabels: { sum: 'yes' } }] },
          },
        ),
        clusterRole('part', escalate, { metadata: { name: 'part', labels: { sum: 'yes' } } }),
        bind(account, 'sum'),
      ],
    ],
    [
      'Secrets for everybody',
      [
        clusterRole('secrets', { apiGroups: [''], resources: ['secrets'], verbs: ['get'] }),
        bind({ kind: 'Group', name: 'system:authenticated' }, 'secrets'),
      ],
    ],
  ])('of %s fail the clause on cluster-admin', (_, objects) => {
    const { exitCode, of } = check(objects);
    expect([exitCode, of('fail').includes(clause)]).toEqual([1, true]);
  });

  test.each<[what: string, objects: readonly object[]]>([
    ['a person', [bind({ kind: 'User', name: 'alice' })]],
    [
      'the binding of Kubernetes itself',
      [{ ...bind({ kind: 'Group', name: 'system:masters' }), metadata: { name: 'cluster-admin' } }],
    ],
    ['a role that is not there', [bind(account, 'elsewhere')]],
    ['no binding at all', [deployment('a')]],
  ])('of %s are no evidence of a pass', (_, objects) => {
    const { of } = check(objects);
    expect([of('fail').includes(clause), of('unknown').includes(clause)]).toEqual([false, true]);
  });

  test.each([
    ['*', ['*']],
    ['a wildcard of the subresource', ['*/proxy']],
    ['its name', ['nodes/proxy']],
  ])('over nodes/proxy by %s fail the clause on exec', (_, resources) => {
    const { of } = check([clusterRole('r', { apiGroups: [''], resources, verbs: ['get'] })]);
    expect(of('fail')).toContain('guide/api/deny-escalating-exec');
  });
});

describe('formats', () => {
  const objects = [
    deployment('<x>&', { hostNetwork: true }),
    deployment('y', { hostPID: true }),
    bind(account),
  ];
  const stream = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const run = (format: string) =>
    runCommandOn(stream, 'check', '-', '--format', format, '--as-of', '2026-11-26');

  test('SARIF has a result for each place, and none for what cannot be told', () => {
    const { exitCode, stdout } = run('sarif');
    expect(exitCode).toBe(1);
    const { runs } = JSON.parse(stdout) as {
      readonly runs: readonly {
        readonly results: readonly {
          readonly ruleId: string;
          readonly kind: string;
          readonly locations: readonly {
            readonly physicalLocation?: {
              readonly artifactLocation: { readonly uri: string };
              readonly region: { readonly startLine: number };
            };
          }[];
        }[];
      }[];
    };
    const results = runs[0]?.results ?? [];
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['fail']));
    const places = results
      .filter(({ ruleId }) => ruleId === 'scs-0217/pod-security/baseline')
      .map(({ locations }) => locations[0]?.physicalLocation);
    expect(places).toEqual([
      { artifactLocation: { uri: 'stdin' }, region: { startLine: 1 } },
      { artifactLocation: { uri: 'stdin' }, region: { startLine: 3 } },
    ]);
  });

  test('JUnit is XML with a failure a failed clause', () => {
    const { stdout } = run('junit');
    expect(() => parseXml(stdout)).not.toThrow();
    expect(stdout.match(/<failure /g)?.length).toBeGreaterThanOrEqual(3);
  });

  test('HTML and JSON are whole', () => {
    expect(run('html').stdout.trimEnd().endsWith('</html>')).toBe(true);
    expect(JSON.parse(run('json').stdout)).toMatchObject({
      scope: 'manifests',
      outcome: 'violated',
    });
  });
});
