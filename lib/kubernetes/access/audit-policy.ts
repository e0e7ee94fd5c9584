import type { MachineFile } from '../../machine/machine-config';
import { paths } from '../paths';
import { renderYaml } from '../yaml';

const core = '';
const readVerbs = ['get', 'list', 'watch'];
const changes = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/**
 * What the API server writes down; the first rule that matches decides. Bodies of Secrets,
 * ConfigMaps and tokens are never logged.
 *
 * @see https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
 */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  // The request is in the log as soon as it is answered; its arrival alone says nothing more.
  omitStages: ['RequestReceived'],
  omitManagedFields: true,
  rules: [
    {
      // Whatever holds credentials: who touched it, never what is in it.
      level: 'Metadata',
      resources: [
        { group: core, resources: ['secrets', 'configmaps'] },
        { group: 'authentication.k8s.io', resources: ['tokenreviews'] },
      ],
    },
    {
      // What a token was asked for; the token itself is in the answer, which stays out.
      level: 'Request',
      resources: [{ group: core, resources: ['serviceaccounts/token'] }],
    },
    {
      // Ways into running containers and nodes. These are CONNECT requests without a body.
      level: 'RequestResponse',
      resources: [
        {
          group: core,
          resources: [
            'pods/exec',
            'pods/attach',
            'pods/portforward',
            'pods/proxy',
            'pods/ephemeralcontainers',
            'services/proxy',
            'nodes/proxy',
          ],
        },
      ],
    },
    {
      // Who may do what, and what admission accepts.
      level: 'RequestResponse',
      verbs: changes,
      resources: [
        { group: 'rbac.authorization.k8s.io' },
        { group: 'admissionregistration.k8s.io' },
        { group: 'certificates.k8s.io' },
        { group: 'networking.k8s.io', resources: ['networkpolicies'] },
        { group: 'policy' },
        { group: 'apiregistration.k8s.io' },
        { group: 'apiextensions.k8s.io' },
        { group: core, resources: ['namespaces', 'serviceaccounts', 'resourcequotas'] },
      ],
    },
    {
      // Impersonation shows in the event of the request itself; asking for rights is worth a line.
      level: 'Metadata',
      resources: [{ group: 'authorization.k8s.io' }],
      userGroups: ['system:authenticated'],
      verbs: ['create'],
      omitStages: ['ResponseStarted'],
    },
    {
      // Heartbeats and leader election.
      level: 'None',
      resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }],
      userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'],
    },
    {
      level: 'None',
      resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }],
      users: ['system:kube-controller-manager', 'system:kube-scheduler'],
    },
    {
      level: 'None',
      resources: [
        { group: core, resources: ['events', 'nodes/status'] },
        { group: 'events.k8s.io', resources: ['events'] },
      ],
    },
    {
      // The cluster's own components reading.
      level: 'None',
      verbs: readVerbs,
      users: [
        'system:kube-controller-manager',
        'system:kube-scheduler',
        'system:kube-proxy',
        'system:apiserver',
      ],
    },
    {
      level: 'None',
      verbs: readVerbs,
      userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'],
    },
    {
      level: 'None',
      users: ['hardened-cluster:probe'],
      nonResourceURLs: ['/livez*', '/readyz*', '/healthz*'],
    },
    {
      level: 'None',
      nonResourceURLs: ['/version', '/openapi/*', '/api', '/apis', '/api/*', '/apis/*'],
      verbs: ['get'],
    },
    {
      // Every other change with what was asked for, every other read as a line.
      level: 'Request',
      verbs: changes,
      resources: [{ group: core }, { group: 'apps' }, { group: 'batch' }, { group: 'autoscaling' }],
    },
    { level: 'Metadata' },
  ],
} as const;

/** The file of `--audit-policy-file`. */
export function planAuditFiles(): readonly MachineFile[] {
  return [{ path: paths.auditPolicy, content: renderYaml(auditPolicy), mode: '0600' }];
}
