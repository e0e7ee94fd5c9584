import type { MatchRule, Variable } from './admission-types';

const workloads: readonly MatchRule[] = [
  {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['podtemplates', 'replicationcontrollers'],
  },
  {
    apiGroups: ['apps'],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  },
  {
    apiGroups: ['batch'],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['cronjobs', 'jobs'],
  },
];

/** Requests that bring a pod or a pod template; `podOperations` is for pods themselves. */
export function podRequests(podOperations: readonly ('CREATE' | 'UPDATE')[]): MatchRule[] {
  return [
    { apiGroups: [''], apiVersions: ['v1'], operations: podOperations, resources: ['pods'] },
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['UPDATE'],
      resources: ['pods/ephemeralcontainers'],
    },
    ...workloads,
  ];
}

function templateOf(object: string): string {
  return [
    "request.kind.kind == 'Pod'",
    `? dyn(${object})`,
    ": request.kind.kind == 'CronJob'",
    `? dyn(${object}).spec.jobTemplate.spec.template`,
    ": request.kind.kind == 'PodTemplate'",
    `? dyn(${object}).?template.orValue({})`,
    `: dyn(${object}).?spec.?template.orValue({})`,
  ].join(' ');
}

const containersOf = (template: string) =>
  ['containers', 'initContainers', 'ephemeralContainers']
    .map((field) => `${template}.?spec.?${field}.orValue([])`)
    .join(' + ');

/**
 * What the pod policies look at: `template` (the pod or pod template), `spec`, `containers` (all
 * three kinds; for a request that adds ephemeral containers only those), `unchanged` (an update
 * that leaves the template alone: what is already there stays, or controllers could not go on).
 */
export const podVariables: readonly Variable[] = [
  { name: 'template', expression: templateOf('object') },
  { name: 'spec', expression: 'variables.template.?spec.orValue({})' },
  {
    name: 'containers',
    expression: `request.?subResource.orValue('') == 'ephemeralcontainers' ? variables.spec.?ephemeralContainers.orValue([]) : ${containersOf('variables.template')}`,
  },
  {
    name: 'unchanged',
    expression: `request.operation == 'UPDATE' && request.kind.kind != 'Pod' && variables.template == (${templateOf('oldObject')})`,
  },
];
