import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ManifestFile } from '../../../constructs/manifests';
import type { ApiServer } from '../../support/kubernetes/constructs-api-server';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { waitFor } from '../../support/kubernetes/kube-process';
import { container, goodImage, pod, podSpec, restrictedSpec } from './pods';

const calicoKinds = [
  'FelixConfiguration',
  'GlobalNetworkPolicy',
  'IPPool',
  'KubeControllersConfiguration',
];

/**
 * Definitions of Calico's kinds that take anything: the real ones come with the machines and are
 * not part of this repository.
 */
export function calicoDefinitions(): readonly object[] {
  return calicoKinds.map((kind) => {
    const plural = kind.endsWith('y')
      ? `${kind.slice(0, -1).toLowerCase()}ies`
      : `${kind.toLowerCase()}s`;
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.crd.projectcalico.org` },
      spec: {
        group: 'crd.projectcalico.org',
        scope: 'Cluster',
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        ],
      },
    };
  });
}

/** Makes Calico's kinds known, and waits until they are served. */
export async function defineCalico(server: ApiServer): Promise<void> {
  for (const definition of calicoDefinitions()) {
    await must(server.admin, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  }
  await waitFor("Calico's kinds served", async () => {
    const { body } = await server.admin.get('/apis/crd.projectcalico.org/v1');
    const { resources = [] } = (body ?? {}) as { resources?: unknown[] };
    return resources.length >= calicoKinds.length || undefined;
  });
}

/**
 * Makes the parent under which kubectl keeps account of what it applied. It has to be outside any
 * namespace, or objects of other namespaces than its own are refused.
 */
export async function defineApplySet(server: ApiServer): Promise<void> {
  const group = 'hardened-cluster.internal';
  await must(server.admin, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `applysets.${group}`,
      labels: { 'applyset.kubernetes.io/is-parent-type': 'true' },
    },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind: 'ApplySet', plural: 'applysets', singular: 'applyset' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object' } },
        },
      ],
    },
  });
  await waitFor('parent of the apply set', async () => {
    const { status } = await server.admin.post(`/apis/${group}/v1/applysets`, {
      apiVersion: `${group}/v1`,
      kind: 'ApplySet',
      metadata: {
        name: 'manifests',
        labels: { 'applyset.kubernetes.io/id': applySetId('manifests', 'ApplySet', group) },
        annotations: {
          'applyset.kubernetes.io/tooling': 'kubectl/v1.35',
          'applyset.kubernetes.io/contains-group-kinds': '',
        },
      },
    });
    return status < 300 || undefined;
  });
}

/** Id of an apply set by its parent: name, no namespace, kind and group (KEP-3659). */
function applySetId(name: string, kind: string, group: string): string {
  const hash = createHash('sha256').update(`${name}..${kind}.${group}`).digest('base64url');
  return `applyset-${hash}-v1`;
}

/** Applies manifests the way the control plane does, pruning included; returns what kubectl said. */
export async function applyManifests(
  server: ApiServer,
  files: readonly ManifestFile[],
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hardened-cluster-manifests-'));
  try {
    for (const { name, yaml } of files) await writeFile(path.join(folder, name), yaml);
    const { code, stdout, stderr } = await server.kubectl(
      [
        'apply',
        '--server-side',
        '--force-conflicts',
        '--field-manager=hardened-cluster',
        '--validate=strict',
        '--prune',
        '--applyset=applysets.hardened-cluster.internal/manifests',
        '-f',
        folder,
      ],
      { env: { KUBECTL_APPLYSET: 'true' } },
    );
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
    return `${stdout}${stderr}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Waits until the controllers have taken up what was applied. Until a quota is counted the API server
 * lets no pod in, and a Deployment gets a mark when it is first seen.
 */
export async function waitSettled(server: ApiServer): Promise<void> {
  const listed = async (target: string) => {
    const { body } = await server.admin.get(target);
    return (body as { items?: readonly ControlledObject[] } | undefined)?.items;
  };
  await waitFor('what was applied to be taken up', async () => {
    const quotas = await listed('/api/v1/resourcequotas');
    const workloads = [
      await listed('/apis/apps/v1/deployments'),
      await listed('/apis/apps/v1/daemonsets'),
    ].flatMap((items) => items ?? [{}]);
    const counted = quotas?.every(({ spec, status }) =>
      Object.keys(spec?.hard ?? {}).every((resource) => status?.hard?.[resource] !== undefined),
    );
    const seen = workloads.every(
      ({ metadata, status }) => (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1),
    );
    return (counted === true && seen) || undefined;
  });
}

interface ControlledObject {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly hard?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly observedGeneration?: number;
  };
}

/**
 * Every applied object by its name: all of it but its status, and when the manifests last changed
 * it. Of policies that time is left out: the first apply after their controller has written their
 * status moves it, although nothing else changes.
 */
export async function appliedState(
  server: ApiServer,
  files: readonly ManifestFile[],
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await server.kubectl(
    ['get', '--filename=-', '--output=json', '--show-managed-fields'],
    { input: files.map(({ yaml }) => yaml).join('---\n') },
  );
  if (code !== 0) throw new Error(`kubectl get: ${stderr}`);
  const { items } = JSON.parse(stdout) as { items: AppliedObject[] };
  return Object.fromEntries(
    items.map((object) => {
      const { kind, metadata } = object;
      const { managedFields, ...kept } = metadata;
      const applied = managedFields.find(({ manager }) => manager === 'hardened-cluster');
      const state = {
        ...object,
        status: undefined,
        metadata: { ...kept, resourceVersion: undefined },
        fields: applied?.fieldsV1,
        appliedAt: kind === 'ValidatingAdmissionPolicy' ? undefined : applied?.time,
      };
      return [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`, state];
    }),
  );
}

interface AppliedObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly managedFields: readonly {
      readonly manager: string;
      readonly time: string;
      readonly fieldsV1: unknown;
    }[];
  };
}

/** What has to be there before the policies: pods of an older time, and people with rights. */
export async function prepare(server: ApiServer): Promise<void> {
  const { admin } = server;
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const level = { 'pod-security.kubernetes.io/enforce': 'privileged' };
  for (const [name, labels] of [
    ['plain', level],
    ['bare', {}],
  ] as const) {
    await must(admin, '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    });
  }
  await must(admin, '/api/v1/namespaces/plain/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'granted' },
  });
  const roleOf = (name: string, rules: object[]) =>
    must(admin, `${rbac}/clusterroles`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules,
    });
  const bindingOf = (name: string, role: string, group: string) =>
    must(admin, `${rbac}/clusterrolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
    });
  await roleOf('test:tenants', tenantRules);
  await bindingOf('test:tenants', 'test:tenants', 'test:tenants');
  await bindingOf('test:rogues', 'cluster-admin', 'test:rogues');
  await bindingOf('kubeadm:cluster-admins', 'cluster-admin', 'kubeadm:cluster-admins');
  await waitFor('service accounts', async () => {
    const { status } = await admin.get('/api/v1/namespaces/plain/serviceaccounts/default');
    return status === 200 || undefined;
  });
  const old = podSpec({ containers: [container({ image: 'docker.io/library/old:1' })] });
  await must(admin, '/api/v1/namespaces/plain/pods', pod(old, { name: 'old' }));
  await must(admin, '/apis/apps/v1/namespaces/plain/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'old' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'old' } },
      template: {
        metadata: { labels: { app: 'old' } },
        spec: podSpec({
          hostPID: true,
          containers: [container({ image: 'docker.io/library/old:1', securityContext: {} })],
        }),
      },
    },
  });
}

const everyVerb = [
  ...['get', 'list', 'watch'],
  ...['create', 'update', 'patch', 'delete', 'deletecollection'],
];

/** Much, but by name: with a wildcard the tenant would hold every grant of the pod policy, too. */
const tenantRules = [
  {
    apiGroups: [''],
    resources: [
      'pods',
      'pods/attach',
      'pods/ephemeralcontainers',
      'pods/exec',
      'pods/portforward',
      'pods/proxy',
      'services/proxy',
      'nodes',
      'nodes/proxy',
      'namespaces',
      'podtemplates',
      'replicationcontrollers',
      'serviceaccounts',
    ],
    verbs: everyVerb,
  },
  {
    apiGroups: ['apps'],
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: everyVerb,
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: everyVerb },
];

/** What is tried on, once the policies hold: a node and running pods. */
export async function populate(
  server: ApiServer,
  nodeClient: KubeClient,
  image = goodImage,
): Promise<void> {
  const { admin } = server;
  // A fresh node, as a kubelet registers it.
  await must(nodeClient, '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'node-1',
      labels: {
        'kubernetes.io/hostname': 'node-1',
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/pool': 'general',
        'topology.kubernetes.io/zone': 'eu-central-1a',
      },
    },
    spec: { taints: [{ key: 'made-by', value: 'admin', effect: 'NoSchedule' }] },
  });
  await must(admin, '/apis/rbac.authorization.k8s.io/v1/namespaces/plain/roles', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'granted' },
    rules: [
      {
        apiGroups: ['policy.hardened-cluster'],
        resources: ['podrules'],
        resourceNames: ['privileged', 'privilege-escalation'],
        verbs: ['use'],
      },
    ],
  });
  await must(admin, '/apis/rbac.authorization.k8s.io/v1/namespaces/plain/rolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'granted' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'granted' },
    subjects: [{ kind: 'ServiceAccount', name: 'granted', namespace: 'plain' }],
  });
  await must(admin, '/api/v1/namespaces/shop/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'granted' },
  });
  for (const namespace of ['shop', 'plain']) {
    await must(
      admin,
      `/api/v1/namespaces/${namespace}/pods`,
      pod(restrictedSpec({}, { image }), { name: 'running' }),
    );
  }
}

/** Makes an object, or tells why not. */
export async function must(client: KubeClient, path: string, body: object): Promise<unknown> {
  const answer = await client.post(path, body);
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}
