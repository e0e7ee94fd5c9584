import type { PolicyRule } from '../kinds';

const read = ['get', 'list', 'watch'] as const;
const manage = [...read, 'create', 'update', 'patch', 'delete', 'deletecollection'] as const;

const workloadResources: readonly { readonly apiGroup: string; readonly resources: string[] }[] = [
  {
    apiGroup: '',
    resources: [
      'configmaps',
      'persistentvolumeclaims',
      'pods',
      'replicationcontrollers',
      'serviceaccounts',
      'services',
    ],
  },
  {
    apiGroup: 'apps',
    resources: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  },
  { apiGroup: 'autoscaling', resources: ['horizontalpodautoscalers'] },
  { apiGroup: 'batch', resources: ['cronjobs', 'jobs'] },
  { apiGroup: 'networking.k8s.io', resources: ['ingresses'] },
  { apiGroup: 'policy', resources: ['poddisruptionbudgets'] },
];

const readOnlyResources: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['endpoints', 'events', 'limitranges', 'pods/log', 'resourcequotas'],
    verbs: read,
  },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: read },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: read },
];

/** Manages workloads of a namespace; network policies, quotas and roles are not among them. */
export const operatorRules: readonly PolicyRule[] = [
  ...workloadResources.map(({ apiGroup, resources }) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: manage,
  })),
  { apiGroups: [''], resources: ['secrets'], verbs: manage },
  {
    apiGroups: ['apps'],
    resources: ['deployments/scale', 'replicasets/scale', 'statefulsets/scale'],
    verbs: ['get', 'update', 'patch'],
  },
  // Clients open these by POST or, over WebSockets, by GET.
  {
    apiGroups: [''],
    resources: ['pods/attach', 'pods/exec', 'pods/portforward'],
    verbs: ['create', 'get'],
  },
  { apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['get', 'patch', 'update'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  ...readOnlyResources,
];

/** Reads workloads and what surrounds them; no Secrets. */
export const viewerRules: readonly PolicyRule[] = [
  ...workloadResources.map(({ apiGroup, resources }) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: read,
  })),
  ...readOnlyResources,
  { apiGroups: [''], resources: ['namespaces', 'nodes', 'persistentvolumes'], verbs: read },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: read },
];

/** Reads what decides about security; no Secrets and no workload configuration. */
export const auditorRules: readonly PolicyRule[] = [
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: [
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
      'mutatingwebhookconfigurations',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'validatingwebhookconfigurations',
    ],
    verbs: read,
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
    verbs: read,
  },
  { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: read },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'], verbs: read },
  { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'], verbs: read },
  { apiGroups: ['crd.projectcalico.org'], resources: ['globalnetworkpolicies'], verbs: read },
  {
    apiGroups: [''],
    resources: [
      'events',
      'limitranges',
      'namespaces',
      'nodes',
      'pods',
      'resourcequotas',
      'serviceaccounts',
      'services',
    ],
    verbs: read,
  },
  {
    apiGroups: ['apps'],
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: read,
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: read },
];
