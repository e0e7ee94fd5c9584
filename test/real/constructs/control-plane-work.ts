import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import type { ApiServer } from '../../support/kubernetes/constructs-api-server';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { mustRun, waitFor } from '../../support/kubernetes/kube-process';
import { findTool } from '../../support/tools';
import { goodImage, pod, podSpec } from './pods';
import { must } from './setup';

/** Runs the phases of kubeadm that write into a cluster at boot and at an upgrade. */
export async function runKubeadm(server: ApiServer, blueprint: Blueprint): Promise<void> {
  const kubeadm = findTool('kubeadm', { version: server.minorVersion });
  if (kubeadm === undefined) throw new Error(`kubeadm ${server.minorVersion}: not found`);
  const folder = await mkdtemp(path.join(tmpdir(), 'hardened-cluster-kubeadm-'));
  try {
    const config = path.join(folder, 'kubeadm.yaml');
    await writeFile(
      config,
      [
        {
          apiVersion: 'kubeadm.k8s.io/v1beta4',
          kind: 'ClusterConfiguration',
          kubernetesVersion: `v${blueprint.kubernetes.version}`,
          controlPlaneEndpoint: 'api.prod.internal:6443',
          networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' },
        },
        {
          apiVersion: 'kubeadm.k8s.io/v1beta4',
          kind: 'InitConfiguration',
          localAPIEndpoint: { advertiseAddress: '192.0.2.1' },
          nodeRegistration: { name: 'node-1', criSocket: 'unix:///run/none.sock' },
        },
      ]
        .map((document) => JSON.stringify(document))
        .join('\n---\n'),
    );
    const kubeconfig = await server.kubeconfig(
      'kubeadm.conf',
      'kubernetes-admin',
      'kubeadm:cluster-admins',
    );
    for (const phase of [
      ['addon', 'all'],
      ['upload-config', 'kubeadm'],
    ]) {
      await mustRun(kubeadm, [
        ...['init', 'phase', ...phase],
        ...['--config', config, '--kubeconfig', kubeconfig],
      ]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The Job with which `kubeadm upgrade` tries a cluster out, as its sources have it. */
export async function startUpgradeHealthCheck(client: KubeClient): Promise<void> {
  await must(client, '/apis/batch/v1/namespaces/kube-system/jobs', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'upgrade-health-check' },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          securityContext: { runAsUser: 999, runAsGroup: 999, runAsNonRoot: true },
          tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
          containers: [
            { name: 'upgrade-health-check', image: 'registry.k8s.io/pause:3.10.1', args: ['-v'] },
          ],
        },
      },
    },
  });
}

/** What a kubelet writes: a mirror pod of a static one, its lease, its status. */
export async function workAsKubelet(node: KubeClient): Promise<void> {
  const { body } = await node.get('/api/v1/nodes/node-1');
  const { uid } = (body as { metadata: { uid: string } }).metadata;
  await must(node, '/api/v1/namespaces/kube-system/pods', {
    ...pod(
      {
        nodeName: 'node-1',
        hostNetwork: true,
        priorityClassName: 'system-node-critical',
        tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
        containers: [
          {
            name: 'kube-apiserver',
            image: 'registry.k8s.io/kube-apiserver:v1.36.4',
            imagePullPolicy: 'IfNotPresent',
            volumeMounts: [{ name: 'pki', mountPath: '/etc/kubernetes/pki', readOnly: true }],
            livenessProbe: { httpGet: { host: '127.0.0.1', path: '/livez', port: 10443 } },
          },
        ],
        volumes: [{ name: 'pki', hostPath: { path: '/etc/kubernetes/pki' } }],
      },
      {
        name: 'kube-apiserver-node-1',
        annotations: {
          'kubernetes.io/config.mirror': '0123456789abcdef',
          'kubernetes.io/config.source': 'file',
        },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Node', name: 'node-1', uid, controller: true },
        ],
      },
    ),
  });
  await must(node, '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'node-1' },
    spec: { holderIdentity: 'node-1', leaseDurationSeconds: 40 },
  });
  const status = await node.patch('/api/v1/nodes/node-1/status', {
    status: { capacity: { cpu: '2', memory: '8Gi', pods: '110' } },
  });
  if (status.status !== 200) throw new Error(`node status: ${status.text}`);
}

/** A workload of an operator. */
export async function deploy(client: KubeClient): Promise<void> {
  await must(client, '/apis/apps/v1/namespaces/shop/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: podSpec({
          containers: [
            {
              name: 'web',
              image: goodImage,
              securityContext: { allowPrivilegeEscalation: false },
            },
          ],
        }),
      },
    },
  });
}

/** Waits for pods that controllers make, and tells what they said where none come. */
export async function waitForPods(
  server: ApiServer,
  namespace: string,
  selector: string,
  count: number,
): Promise<void> {
  try {
    await waitFor(`${count} pods ${selector} in ${namespace}`, async () => {
      const { body } = await server.admin.get(
        `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`,
      );
      const { items = [] } = (body ?? {}) as { items?: unknown[] };
      return items.length >= count || undefined;
    });
  } catch (error) {
    const events = await server.kubectl(['get', 'events', '-n', namespace]);
    throw new Error(`${String(error)}\n${events.stdout}`, { cause: error });
  }
}
