import { describe, expect, test } from '@jest/globals';
import { findCheck } from '../../../lib/conformance/checks/checks';
import type { Facts, ManifestFact } from '../../../lib/conformance/facts';
import { runChecks } from '../../../lib/conformance/run-checks';

const pod = (component: string, ...flags: string[]): ManifestFact => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${component}-a`, namespace: 'kube-system', labels: { component } },
  spec: { containers: [{ name: component, command: [component, ...flags] }] },
});

/** What a collector sees of a running cluster: objects alone, no machines and no cloud. */
const facts: Facts = {
  source: 'cluster',
  kubernetesVersion: '1.36.4',
  manifests: [
    pod(
      'kube-apiserver',
      '--anonymous-auth=false',
      '--authorization-mode=Node,RBAC',
      '--profiling=true',
      '--etcd-servers=https://127.0.0.1:2379',
    ),
    pod('etcd', '--client-cert-auth=true', '--trusted-ca-file=/ca.crt', '--auto-tls=false'),
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'a', labels: { 'topology.kubernetes.io/zone': 'x' } },
    },
  ],
};

describe('checks on a running cluster', () => {
  test.each([
    ['api/anonymous-auth-off', 'pass'],
    ['api/authorization-node', 'pass'],
    ['api/profiling-off', 'fail'],
    ['etcd/client-certificates-required', 'pass'],
    ['etcd/separate-machines', 'fail'],
    ['distribution/zone-label', 'pass'],
    ['distribution/region-label', 'fail'],
    ['kubelet/anonymous-auth-off', 'unknown'],
    ['exposure/kubernetes-ports', 'unknown'],
    ['machines/ssh-no-root', 'unknown'],
    ['certificates/ca-lifetime', 'unknown'],
  ])('%s answers %s', (id, status) => {
    expect(findCheck(id)?.run({ ...facts, today: '2026-09-01' }).status).toBe(status);
  });

  test('never pass a clause on facts that are not there', () => {
    const { clauses } = runChecks({ source: 'cluster' }, { waivers: [], today: '2026-09-01' });
    const passed = clauses.filter(({ status }) => status === 'pass').map(({ clause }) => clause.id);
    expect(passed).toEqual([]);
  });
});

describe('the number of etcd members, by the files of a control-plane machine alone', () => {
  const evaluate = (...servers: readonly string[]) => {
    const content = `kind: ClusterConfiguration
etcd:
  external:
    endpoints: ${JSON.stringify(servers.map((server) => `https://${server}:2379`))}
`;
    const files = {
      '/etc/kubernetes/kubeadm.yaml': { content, mode: '0600', owner: 'root:root' },
    };
    const machines = [
      { name: 'control-plane', role: 'control-plane', userData: '', files } as const,
    ];
    return findCheck('etcd/five-members')?.run({ source: 'plan', machines }).status;
  };

  test('is that of the addresses', () => {
    expect(evaluate('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5')).toBe('pass');
    expect(evaluate('10.0.0.1', '10.0.0.2', '10.0.0.3')).toBe('fail');
  });

  test('is unknown where the machine looks them up when it starts', () => {
    expect(evaluate('@HC_ETCD_MEMBER@')).toBe('unknown');
  });
});
