import type { ManifestFact } from '../../../../lib/conformance/facts';

const admission = 'admissionregistration.k8s.io/v1';

function denying(
  name: string,
  operation: string,
  resources: readonly string[],
  expressions: readonly string[],
): ManifestFact[] {
  return [
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [{ operations: [operation], resources }] },
        validations: expressions.map((expression) => ({ expression })),
      },
    },
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny', 'Audit'] },
    },
  ];
}

/** A conformant cluster's manifests, as few as there can be. */
export const conformantManifests: readonly ManifestFact[] = [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'shop' },
    automountServiceAccountToken: false,
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace: 'shop' },
    spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny-dashboard', namespace: 'kube-system' },
    spec: {
      podSelector: { matchLabels: { 'k8s-app': 'kubernetes-dashboard' } },
      policyTypes: ['Ingress'],
    },
  },
  {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'GlobalNetworkPolicy',
    metadata: { name: 'closed' },
    spec: {
      types: ['Egress'],
      egress: [{ action: 'Deny', destination: { nets: ['169.254.169.254/32'] } }],
    },
  },
  {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'GlobalNetworkPolicy',
    metadata: { name: 'default-deny' },
    spec: { types: ['Egress', 'Ingress'] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system' },
    spec: {
      template: {
        spec: {
          hostNetwork: true,
          containers: [
            { image: 'quay.io/calico/node:v3.31.7', resources: { limits: { memory: '512Mi' } } },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'kube-bench', namespace: 'kube-bench' },
    spec: {
      schedule: '0 3 * * 0',
      jobTemplate: {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'kube-bench',
                  image: 'docker.io/aquasec/kube-bench:v0.15',
                  resources: { limits: { memory: '256Mi' } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    runAsNonRoot: true,
                    capabilities: { drop: ['ALL'] },
                    seccompProfile: { type: 'RuntimeDefault' },
                  },
                },
              ],
            },
          },
        },
      },
    },
  },
  ...denying(
    'exec',
    'CONNECT',
    ['pods/exec', 'pods/attach', 'pods/portforward'],
    ["namespaceObject.metadata.labels['pod-security.kubernetes.io/enforce'] == 'restricted'"],
  ),
  ...denying(
    'pods',
    'CREATE',
    ['pods'],
    [
      'object.spec.containers.all(c, !c.securityContext.allowPrivilegeEscalation)',
      'object.spec.volumes.all(v, has(v.secret))',
      'object.spec.securityContext.seccompProfile.type == "RuntimeDefault"',
      '!object.spec.hostNetwork',
    ],
  ),
  ...denying(
    'images',
    'CREATE',
    ['pods'],
    ["object.spec.containers.all(c, c.image.startsWith('registry.example.com/'))"],
  ),
  ...denying(
    'tokens',
    'CREATE',
    ['pods'],
    [
      "object.spec.serviceAccountName != 'default' || !object.spec.volumes.exists(v, v.name.startsWith('kube-api-access-'))",
    ],
  ),
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'break-glass' },
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'Group', name: 'break-glass' }],
  },
];
