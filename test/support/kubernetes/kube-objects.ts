/** A valid object of a kind, without namespace and with the name of the test. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly [key: string]: unknown;
}

const pod = {
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [
    {
      name: 'main',
      image: 'registry.k8s.io/pause:3.10.1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};
const template = { metadata: { labels: { app: 'sample' } }, spec: pod };
const selector = { matchLabels: { app: 'sample' } };
const policySpec = {
  matchConstraints: {
    resourceRules: [
      {
        apiGroups: ['example.com'],
        apiVersions: ['v1'],
        operations: ['CREATE'],
        resources: ['things'],
      },
    ],
  },
};
const webhook = {
  name: 'sample.example.com',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  failurePolicy: 'Ignore',
  clientConfig: { url: 'https://127.0.0.1:1/nothing' },
  rules: [
    {
      apiGroups: ['example.com'],
      apiVersions: ['v1'],
      operations: ['CREATE'],
      resources: ['things'],
    },
  ],
};
const deviceRequest = {
  devices: { requests: [{ name: 'one', exactly: { deviceClassName: 'sample.example.com' } }] },
};

/**
 * One object of each built-in kind that can be created, by `group/resource`. Requests for
 * certificates are left to those who hold one: the test puts a real request in.
 */
export function sampleObjects(
  certificateRequest: string,
  trustAnchor: string,
): Readonly<Record<string, KubeObject>> {
  const of = (
    apiVersion: string,
    kind: string,
    rest: Record<string, unknown> = {},
    name = 'sample',
  ): KubeObject => ({ apiVersion, kind, metadata: { name }, ...rest });
  const day = '2026-11-22T00:00:00.000000Z';
  const regarding = { kind: 'Namespace', name: 'sample', namespace: 'sample' };
  return {
    '/configmaps': of('v1', 'ConfigMap', { data: { a: 'b' } }),
    '/endpoints': of('v1', 'Endpoints'),
    '/events': of('v1', 'Event', { involvedObject: regarding, reason: 'Sample', type: 'Normal' }),
    '/limitranges': of('v1', 'LimitRange', {
      spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
    }),
    '/namespaces': of('v1', 'Namespace', {}, 'another'),
    '/nodes': of('v1', 'Node'),
    '/persistentvolumeclaims': of('v1', 'PersistentVolumeClaim', {
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'none',
        resources: { requests: { storage: '1Gi' } },
      },
    }),
    '/persistentvolumes': of('v1', 'PersistentVolume', {
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        storageClassName: 'unused',
        csi: { driver: 'sample.example.com', volumeHandle: 'one' },
      },
    }),
    '/pods': of('v1', 'Pod', { spec: pod }),
    '/podtemplates': of('v1', 'PodTemplate', { template }),
    '/replicationcontrollers': of('v1', 'ReplicationController', {
      spec: { replicas: 0, selector: { app: 'sample' }, template },
    }),
    '/resourcequotas': of('v1', 'ResourceQuota', { spec: { hard: { pods: '100' } } }),
    '/secrets': of('v1', 'Secret', { stringData: { password: 'correct horse battery staple' } }),
    '/serviceaccounts': of('v1', 'ServiceAccount'),
    '/services': of('v1', 'Service', { spec: { ports: [{ port: 80 }] } }),
    'admissionregistration.k8s.io/mutatingadmissionpolicies': of(
      'admissionregistration.k8s.io/v1',
      'MutatingAdmissionPolicy',
      {
        spec: {
          ...policySpec,
          reinvocationPolicy: 'Never',
          mutations: [
            {
              patchType: 'ApplyConfiguration',
              applyConfiguration: { expression: 'Object{}' },
            },
          ],
        },
      },
    ),
    'admissionregistration.k8s.io/mutatingadmissionpolicybindings': of(
      'admissionregistration.k8s.io/v1',
      'MutatingAdmissionPolicyBinding',
      { spec: { policyName: 'sample' } },
    ),
    'admissionregistration.k8s.io/mutatingwebhookconfigurations': of(
      'admissionregistration.k8s.io/v1',
      'MutatingWebhookConfiguration',
      { webhooks: [webhook] },
    ),
    'admissionregistration.k8s.io/validatingadmissionpolicies': of(
      'admissionregistration.k8s.io/v1',
      'ValidatingAdmissionPolicy',
      { spec: { ...policySpec, validations: [{ expression: 'true' }] } },
    ),
    'admissionregistration.k8s.io/validatingadmissionpolicybindings': of(
      'admissionregistration.k8s.io/v1',
      'ValidatingAdmissionPolicyBinding',
      { spec: { policyName: 'sample', validationActions: ['Deny'] } },
    ),
    'admissionregistration.k8s.io/validatingwebhookconfigurations': of(
      'admissionregistration.k8s.io/v1',
      'ValidatingWebhookConfiguration',
      { webhooks: [webhook] },
    ),
    'apiextensions.k8s.io/customresourcedefinitions': of(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      {
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'things', singular: 'thing', kind: 'Thing' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object' } },
            },
          ],
        },
      },
      'things.example.com',
    ),
    'apiregistration.k8s.io/apiservices': of(
      'apiregistration.k8s.io/v1',
      'APIService',
      {
        spec: {
          group: 'elsewhere.example.com',
          version: 'v1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: { name: 'sample', namespace: 'sample', port: 443 },
        },
      },
      'v1.elsewhere.example.com',
    ),
    'apps/controllerrevisions': of('apps/v1', 'ControllerRevision', { revision: 1, data: {} }),
    'apps/daemonsets': of('apps/v1', 'DaemonSet', { spec: { selector, template } }),
    'apps/deployments': of('apps/v1', 'Deployment', { spec: { replicas: 0, selector, template } }),
    'apps/replicasets': of('apps/v1', 'ReplicaSet', { spec: { replicas: 0, selector, template } }),
    'apps/statefulsets': of('apps/v1', 'StatefulSet', {
      spec: { replicas: 0, serviceName: 'sample', selector, template },
    }),
    'autoscaling/horizontalpodautoscalers': of('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: {
        maxReplicas: 2,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'sample' },
      },
    }),
    'batch/cronjobs': of('batch/v1', 'CronJob', {
      spec: {
        suspend: true,
        schedule: '0 0 1 1 *',
        jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
      },
    }),
    'batch/jobs': of('batch/v1', 'Job', {
      spec: { suspend: true, template: { spec: { ...pod, restartPolicy: 'Never' } } },
    }),
    'certificates.k8s.io/certificatesigningrequests': of(
      'certificates.k8s.io/v1',
      'CertificateSigningRequest',
      {
        spec: {
          request: Buffer.from(certificateRequest).toString('base64'),
          signerName: 'example.com/sample',
          usages: ['client auth'],
        },
      },
    ),
    'certificates.k8s.io/clustertrustbundles': of('certificates.k8s.io/v1', 'ClusterTrustBundle', {
      spec: { trustBundle: trustAnchor },
    }),
    'certificates.k8s.io/podcertificaterequests': of(
      'certificates.k8s.io/v1',
      'PodCertificateRequest',
      {
        spec: {
          signerName: 'example.com/sample',
          podName: 'sample',
          podUID: 'a',
          serviceAccountName: 'default',
          serviceAccountUID: 'b',
          nodeName: 'sample',
          nodeUID: 'c',
          maxExpirationSeconds: 3600,
          // The same request without its PEM armour.
          stubPKCS10Request: certificateRequest.replaceAll(/-----[^-]+-----|\s/g, ''),
        },
      },
    ),
    'coordination.k8s.io/leases': of('coordination.k8s.io/v1', 'Lease', {
      spec: { holderIdentity: 'sample', renewTime: day },
    }),
    'discovery.k8s.io/endpointslices': of('discovery.k8s.io/v1', 'EndpointSlice', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.1'] }],
    }),
    'events.k8s.io/events': of(
      'events.k8s.io/v1',
      'Event',
      {
        eventTime: day,
        action: 'Sample',
        reason: 'Sample',
        type: 'Normal',
        reportingController: 'example.com/sample',
        reportingInstance: 'sample',
        regarding,
      },
      'newer',
    ),
    'flowcontrol.apiserver.k8s.io/flowschemas': of(
      'flowcontrol.apiserver.k8s.io/v1',
      'FlowSchema',
      {
        spec: { matchingPrecedence: 9999, priorityLevelConfiguration: { name: 'sample' } },
      },
    ),
    'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': of(
      'flowcontrol.apiserver.k8s.io/v1',
      'PriorityLevelConfiguration',
      { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } },
    ),
    'networking.k8s.io/ingressclasses': of('networking.k8s.io/v1', 'IngressClass', {
      spec: { controller: 'example.com/sample' },
    }),
    'networking.k8s.io/ingresses': of('networking.k8s.io/v1', 'Ingress', {
      spec: { defaultBackend: { service: { name: 'sample', port: { number: 80 } } } },
    }),
    'networking.k8s.io/ipaddresses': of(
      'networking.k8s.io/v1',
      'IPAddress',
      { spec: { parentRef: { resource: 'services', namespace: 'sample', name: 'sample' } } },
      '10.96.200.200',
    ),
    'networking.k8s.io/networkpolicies': of('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }),
    'networking.k8s.io/servicecidrs': of('networking.k8s.io/v1', 'ServiceCIDR', {
      spec: { cidrs: ['198.18.0.0/24'] },
    }),
    'node.k8s.io/runtimeclasses': of('node.k8s.io/v1', 'RuntimeClass', { handler: 'runc' }),
    'policy/poddisruptionbudgets': of('policy/v1', 'PodDisruptionBudget', {
      spec: { minAvailable: 1, selector },
    }),
    'rbac.authorization.k8s.io/clusterrolebindings': of(
      'rbac.authorization.k8s.io/v1',
      'ClusterRoleBinding',
      { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'sample' } },
    ),
    'rbac.authorization.k8s.io/clusterroles': of('rbac.authorization.k8s.io/v1', 'ClusterRole', {
      rules: [],
    }),
    'rbac.authorization.k8s.io/rolebindings': of('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'sample' },
    }),
    'rbac.authorization.k8s.io/roles': of('rbac.authorization.k8s.io/v1', 'Role', { rules: [] }),
    'resource.k8s.io/deviceclasses': of(
      'resource.k8s.io/v1',
      'DeviceClass',
      { spec: {} },
      'sample.example.com',
    ),
    'resource.k8s.io/devicetaintrules': of('resource.k8s.io/v1', 'DeviceTaintRule', {
      spec: {
        deviceSelector: { driver: 'sample.example.com' },
        taint: { key: 'example.com/sample', effect: 'NoSchedule' },
      },
    }),
    'resource.k8s.io/resourceclaims': of('resource.k8s.io/v1', 'ResourceClaim', {
      spec: deviceRequest,
    }),
    'resource.k8s.io/resourceclaimtemplates': of('resource.k8s.io/v1', 'ResourceClaimTemplate', {
      spec: { spec: deviceRequest },
    }),
    'resource.k8s.io/resourceslices': of('resource.k8s.io/v1', 'ResourceSlice', {
      spec: {
        driver: 'sample.example.com',
        nodeName: 'sample',
        pool: { name: 'sample', generation: 1, resourceSliceCount: 1 },
      },
    }),
    'scheduling.k8s.io/priorityclasses': of('scheduling.k8s.io/v1', 'PriorityClass', { value: 1 }),
    'storage.k8s.io/csidrivers': of(
      'storage.k8s.io/v1',
      'CSIDriver',
      { spec: {} },
      'sample.example.com',
    ),
    'storage.k8s.io/csinodes': of('storage.k8s.io/v1', 'CSINode', { spec: { drivers: [] } }),
    'storage.k8s.io/csistoragecapacities': of('storage.k8s.io/v1', 'CSIStorageCapacity', {
      storageClassName: 'sample',
    }),
    'storage.k8s.io/storageclasses': of('storage.k8s.io/v1', 'StorageClass', {
      provisioner: 'sample.example.com',
    }),
    'storage.k8s.io/volumeattachments': of('storage.k8s.io/v1', 'VolumeAttachment', {
      spec: {
        attacher: 'sample.example.com',
        nodeName: 'sample',
        source: { persistentVolumeName: 'sample' },
      },
    }),
    'storage.k8s.io/volumeattributesclasses': of('storage.k8s.io/v1', 'VolumeAttributesClass', {
      driverName: 'sample.example.com',
      parameters: { iops: '3000' },
    }),
    'storagemigration.k8s.io/storageversionmigrations': of(
      'storagemigration.k8s.io/v1',
      'StorageVersionMigration',
      { spec: { resource: { group: '', resource: 'configmaps' } } },
    ),
  };
}

/** A pod that the restricted level accepts. */
export const restrictedPod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: pod,
});
