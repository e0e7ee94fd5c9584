import { readFile } from 'node:fs/promises';
import { synthesizeManifests } from '../../../constructs/manifests';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import {
  apiServerTools,
  startApiServer,
  type ApiServer,
} from '../../support/kubernetes/constructs-api-server';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { waitFor } from '../../support/kubernetes/kube-process';
import { testedMinorVersions } from '../../support/kubernetes/tested-minor-versions';
import { describeWithTools } from '../../support/tools';
import { accessTable } from './access-table';
import { attackTable } from './attack-table';
import { approve, askForCertificate } from './certificates';
import {
  deploy,
  runKubeadm,
  startUpgradeHealthCheck,
  waitForPods,
  workAsKubelet,
} from './control-plane-work';
import { identify, people, type Identity } from './identities';
import { imageTable } from './image-table';
import { podTable } from './pod-table';
import { pod, podSpec } from './pods';
import { create, deny, outcome, wrongOutcomes, type RequestRow } from './request';
import {
  appliedState,
  applyManifests,
  defineApplySet,
  defineCalico,
  must,
  populate,
  prepare,
  waitSettled,
} from './setup';

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

const table: readonly RequestRow[] = [...podTable, ...imageTable, ...accessTable, ...attackTable];

test('the tables have at least 250 attacks and 120 other requests, each with a title of its own', () => {
  expect(attackTable.length).toBeGreaterThanOrEqual(250);
  expect(table.length - attackTable.length).toBeGreaterThanOrEqual(120);
  const titles = table.map(({ title, as }) => `${title} (${as})`);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

describe.each(testedMinorVersions)('Kubernetes %s', (minorVersion) => {
  describeWithTools(`policies on ${minorVersion}`, apiServerTools(minorVersion), () => {
    const blueprint = makeBlueprint({
      kubernetes: { version: minorVersion },
      images: {
        allowedRegistries: ['registry.example.com', 'ghcr.io/example', 'localhost:5000/team'],
      },
      namespaces: [{ name: 'shop' }, { name: 'vault', podSecurity: 'restricted' }],
    });
    const manifests = synthesizeManifests(blueprint);
    let server: ApiServer;
    let clients: Record<Identity, KubeClient>;

    beforeAll(async () => {
      server = await startApiServer(blueprint);
      await defineCalico(server);
      await defineApplySet(server);
      await prepare(server);
      await applyManifests(server, manifests);
      await waitSettled(server);
      clients = await identify(server);
      await populate(server, clients.node);
    });
    afterAll(() => server.stop());

    test('requests are let through and refused as the table says', async () => {
      expect(await wrongOutcomes(table, clients)).toEqual([]);
    });

    test('a second apply changes nothing', async () => {
      const before = await appliedState(server, manifests);
      await applyManifests(server, manifests);
      expect(await appliedState(server, manifests)).toEqual(before);
      expect(Object.keys(before)).toHaveLength(manifests.flatMap(({ objects }) => objects).length);
    });

    test('kubelets, controllers and kubeadm go on with their work', async () => {
      await workAsKubelet(clients.node);
      await deploy(clients.operator);
      await runKubeadm(server, blueprint);
      await startUpgradeHealthCheck(clients.kubeadm);
      await server.kubectl([
        ...['create', 'job', 'scan', '--namespace=hardened-kube-bench'],
        '--from=cronjob/kube-bench-worker-general',
      ]);
      await waitForPods(server, 'shop', 'app=web', 2);
      await waitForPods(server, 'kube-system', 'k8s-app=calico-node', 1);
      await waitForPods(server, 'kube-system', 'k8s-app=calico-kube-controllers', 1);
      await waitForPods(server, 'kube-system', 'k8s-app=kube-proxy', 1);
      await waitForPods(server, 'kube-system', 'k8s-app=kube-dns', 2);
      await waitForPods(server, 'kube-system', 'job-name=upgrade-health-check', 1);
      await waitForPods(server, 'hardened-kube-bench', 'job-name=scan', 1);
    });

    test('the service account default of a namespace made later mounts no token', async () => {
      await must(clients.tenant, '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'later' },
      });
      const account = await waitFor('service account', async () => {
        const { status, body } = await server.admin.get(
          '/api/v1/namespaces/later/serviceaccounts/default',
        );
        return status === 200 ? (body as { automountServiceAccountToken?: boolean }) : undefined;
      });
      const silent = { ...podSpec(), automountServiceAccountToken: null };
      const answer = await outcome(
        deny('', 'tenant', create('/api/v1/namespaces/later/pods', pod(silent)), ''),
        clients.tenant,
      );
      if (minorVersion === '1.35') {
        expect(account.automountServiceAccountToken).toBeUndefined();
        expect(answer).toContain('the token of the service account default is not mounted');
      } else {
        expect(account.automountServiceAccountToken).toBe(false);
        expect(answer).toBe('allowed');
      }
    });

    test('certificates are approved for nodes that ask for themselves, and by break-glass', async () => {
      const serving = {
        signerName: 'kubernetes.io/kubelet-serving',
        commonName: 'system:node:node-1',
        organization: 'system:nodes',
        usages: ['digital signature', 'server auth'],
      } as const;
      await askForCertificate(clients.node, 'by-node', serving);
      await askForCertificate(clients.rogue, 'by-rogue', serving);
      await askForCertificate(clients.rogue, 'administrator', {
        signerName: 'kubernetes.io/kube-apiserver-client',
        commonName: 'mallory',
        organization: 'kubeadm:cluster-admins',
        usages: ['client auth'],
      });
      const tried = async (who: Identity, name: string) =>
        approve(clients[who], server.admin, name);
      const refused = 'outside break-glass only requests for kubernetes.io/kubelet-serving';
      expect(await tried('approver', 'by-node')).toBe('allowed');
      expect(await tried('approver', 'by-rogue')).toContain(refused);
      expect(await tried('approver', 'administrator')).toContain('is forbidden');
      expect(await tried('rogue', 'by-node')).toBe('allowed');
      expect(await tried('rogue', 'by-rogue')).toContain(refused);
      expect(await tried('rogue', 'administrator')).toContain(refused);
      expect(await tried('operator', 'by-node')).toContain('is forbidden');
      expect(await tried('breakGlass', 'administrator')).toBe('allowed');
    });

    test('break-glass and refusals are in the audit log', async () => {
      const events = (await readFile(server.auditLog, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditEvent);
      const annotated = (user: string, key: string) =>
        events.filter(
          (event) => event.user.username === user && event.annotations?.[key] !== undefined,
        );
      for (const policy of [
        'exec',
        'exec-by-nodes',
        'namespaces',
        'nodes',
        'rbac-bindings',
        'rbac-roles',
        'rbac-tokens',
        'certificates',
      ]) {
        const key = `hardened-cluster-${policy}/break-glass`;
        const [event] = annotated(people.breakGlass.user, key);
        expect([key, event?.annotations?.[key]]).toEqual([
          key,
          expect.stringContaining(`${people.breakGlass.user} overrode the policy: `),
        ]);
        expect(annotated(people.rogue.user, key)).toEqual([]);
      }
      const failure = 'validation.policy.admission.k8s.io/validation_failure';
      expect(annotated(people.rogue.user, failure).length).toBeGreaterThan(10);
    });

    test('what is no longer among the manifests is pruned, and nothing else', async () => {
      const kept = manifests.filter(({ name }) => name !== '60-namespace-vault.yaml');
      const before = await appliedState(server, kept);
      const said = await applyManifests(server, kept);
      const pruned = said.split('\n').filter((line) => line.includes('pruned'));
      const gone = manifests.find(({ name }) => name === '60-namespace-vault.yaml')?.objects ?? [];
      expect(pruned).toHaveLength(gone.length);
      expect(await appliedState(server, kept)).toEqual(before);
      await waitFor('namespace gone', async () => {
        const { status } = await server.admin.get('/api/v1/namespaces/vault');
        return status === 404 || undefined;
      });
    });
  });
});
