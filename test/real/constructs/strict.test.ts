import { synthesizeManifests } from '../../../constructs/manifests';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import {
  apiServerTools,
  startApiServer,
  type ApiServer,
} from '../../support/kubernetes/constructs-api-server';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { describeWithTools } from '../../support/tools';
import {
  runKubeadm,
  startUpgradeHealthCheck,
  waitForPods,
  workAsKubelet,
} from './control-plane-work';
import { identify, type Identity } from './identities';
import { container, pod, restrictedSpec } from './pods';
import { allow, create, deny, wrongOutcomes, type RequestRow } from './request';
import {
  applyManifests,
  defineApplySet,
  defineCalico,
  populate,
  prepare,
  waitSettled,
} from './setup';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const wanted = 'images must name their digest';

const image = (name: string, namespace = 'vault') =>
  create(`/api/v1/namespaces/${namespace}/pods`, pod(restrictedSpec({}, { image: name })));

const table: readonly RequestRow[] = [
  allow('a digest', 'tenant', image(`registry.example.com/app@${digest}`)),
  allow('a tag and a digest', 'tenant', image(`registry.example.com/app:1@${digest}`)),
  deny('a tag', 'tenant', image('registry.example.com/app:1'), wanted),
  deny('neither', 'tenant', image('registry.example.com/app'), wanted),
  deny(
    'a digest from elsewhere',
    'tenant',
    image(`docker.io/library/app@${digest}`),
    'images must come from',
  ),
  deny(
    'a digest that is too short',
    'tenant',
    image('registry.example.com/app@sha256:0123'),
    'images must come from',
  ),
  deny(
    'the tag of a component in a namespace of somebody',
    'tenant',
    image('registry.k8s.io/pause:3.10.1'),
    wanted,
  ),
  deny(
    'a tag in an init container',
    'tenant',
    create(
      '/api/v1/namespaces/vault/pods',
      pod({
        ...restrictedSpec({}, { image: `registry.example.com/app@${digest}` }),
        initContainers: [container({ name: 'init' }, { capabilities: { drop: ['ALL'] } })],
      }),
    ),
    wanted,
  ),
  deny(
    'a tag in a CronJob',
    'tenant',
    create('/apis/batch/v1/namespaces/vault/cronjobs', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'tried' },
      spec: {
        schedule: '0 0 1 1 *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', ...restrictedSpec() } } },
        },
      },
    }),
    wanted,
  ),
  deny(
    'a pod at baseline in a namespace that somebody made',
    'tenant',
    create(
      '/api/v1/namespaces/bare/pods',
      pod({
        automountServiceAccountToken: false,
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        containers: [container({ image: `registry.example.com/app@${digest}` })],
      }),
    ),
    'violates PodSecurity "restricted:',
  ),
  deny(
    'a namespace at baseline',
    'tenant',
    create('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'tried', labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
    }),
    'nor set below restricted',
  ),
  allow(
    'a sandboxed pod',
    'tenant',
    create(
      '/api/v1/namespaces/vault/pods',
      pod(
        restrictedSpec(
          { runtimeClassName: 'gvisor' },
          { image: `registry.example.com/app@${digest}` },
        ),
      ),
    ),
  ),
];

describeWithTools('the strict cluster', apiServerTools('1.36'), () => {
  const blueprint = makeBlueprint({
    profile: 'strict',
    kubernetes: { version: '1.36', sandboxRuntime: 'gvisor' },
    images: { allowedRegistries: ['registry.example.com'] },
    namespaces: [{ name: 'vault' }, { name: 'shop' }],
  });
  let server: ApiServer;
  let clients: Record<Identity, KubeClient>;

  beforeAll(async () => {
    server = await startApiServer(blueprint);
    await defineCalico(server);
    await defineApplySet(server);
    await prepare(server);
    await applyManifests(server, synthesizeManifests(blueprint));
    await waitSettled(server);
    clients = await identify(server);
    await populate(server, clients.node, `registry.example.com/app@${digest}`);
  });
  afterAll(() => server.stop());

  test('requests are let through and refused as the table says', async () => {
    expect(await wrongOutcomes(table, clients)).toEqual([]);
  });

  test('what kubeadm and the project deploy runs without digests of its own', async () => {
    await workAsKubelet(clients.node);
    await runKubeadm(server, blueprint);
    await startUpgradeHealthCheck(clients.kubeadm);
    await server.kubectl([
      ...['create', 'job', 'scan', '--namespace=hardened-kube-bench'],
      '--from=cronjob/kube-bench-worker-general',
    ]);
    for (const app of ['calico-node', 'calico-kube-controllers', 'kube-proxy', 'kube-dns']) {
      await waitForPods(server, 'kube-system', `k8s-app=${app}`, 1);
    }
    await waitForPods(server, 'kube-system', 'job-name=upgrade-health-check', 1);
    await waitForPods(server, 'hardened-kube-bench', 'job-name=scan', 1);
  });
});
