/** Loose shapes: the tables hold wrong ones on purpose. */
export type Json = Record<string, unknown>;

/** Image from a registry that the test cluster allows. */
export const goodImage = 'registry.example.com/app:1';

/** A container that meets the pod policy, with changes. */
export function container(changes: Json = {}, security: Json = {}): Json {
  return {
    name: 'app',
    image: goodImage,
    securityContext: { allowPrivilegeEscalation: false, ...security },
    ...changes,
  };
}

/** Spec of a pod that meets the pod policy, with changes. */
export function podSpec(changes: Json = {}): Json {
  return {
    automountServiceAccountToken: false,
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container()],
    ...changes,
  };
}

/** A pod. */
export function pod(spec: Json = podSpec(), metadata: Json = {}): Json {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'tried', ...metadata }, spec };
}

/** A pod that meets Pod Security restricted, with changes to its spec. */
export function restrictedSpec(changes: Json = {}, container_: Json = {}): Json {
  return podSpec({
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(container_, { capabilities: { drop: ['ALL'] } })],
    ...changes,
  });
}

const labels = { app: 'tried' };

/** Every kind that holds a pod template: where it is made, and the object around a pod spec. */
export const workloadKinds: readonly {
  readonly kind: string;
  readonly path: (namespace: string) => string;
  readonly wrap: (spec: Json, name?: string) => Json;
}[] = [
  controller('Deployment'),
  controller('ReplicaSet'),
  controller('DaemonSet'),
  controller('StatefulSet'),
  {
    kind: 'Job',
    path: (namespace) => `/apis/batch/v1/namespaces/${namespace}/jobs`,
    wrap: (spec, name = 'tried') => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: { template: { spec: { restartPolicy: 'Never', ...spec } } },
    }),
  },
  {
    kind: 'CronJob',
    path: (namespace) => `/apis/batch/v1/namespaces/${namespace}/cronjobs`,
    wrap: (spec, name = 'tried') => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name },
      spec: {
        schedule: '0 0 1 1 *',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', ...spec } } } },
      },
    }),
  },
  {
    kind: 'ReplicationController',
    path: (namespace) => `/api/v1/namespaces/${namespace}/replicationcontrollers`,
    wrap: (spec, name = 'tried') => ({
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name },
      spec: { selector: labels, template: { metadata: { labels }, spec } },
    }),
  },
  {
    kind: 'PodTemplate',
    path: (namespace) => `/api/v1/namespaces/${namespace}/podtemplates`,
    wrap: (spec, name = 'tried') => ({
      apiVersion: 'v1',
      kind: 'PodTemplate',
      metadata: { name },
      template: { metadata: { labels }, spec },
    }),
  },
];

function controller(kind: string) {
  return {
    kind,
    path: (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`,
    wrap: (spec: Json, name = 'tried'): Json => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    }),
  };
}
