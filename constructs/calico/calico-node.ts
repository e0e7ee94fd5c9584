import type { CalicoNetworkProps } from './calico-network-props';
import type { Container, NamespacedKinds, NamespacedMetadata, Volume } from '../kinds';

const labels = { 'k8s-app': 'calico-node' };

/** The DaemonSet that programs each node. */
export function calicoNode(
  namespace: string,
  props: CalicoNetworkProps,
): { metadata: NamespacedMetadata } & NamespacedKinds['DaemonSet'] {
  const image = `${props.registry ?? 'quay.io/calico'}/node:v${props.version}`;
  const installer = `${props.registry ?? 'quay.io/calico'}/cni:v${props.version}`;
  return {
    metadata: { name: 'calico-node', namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels, annotations: reason },
        spec: {
          serviceAccountName: 'calico-node',
          priorityClassName: 'system-node-critical',
          hostNetwork: true,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          // A node has no network, and therefore is not ready, until this pod runs on it.
          tolerations: [
            { effect: 'NoSchedule', operator: 'Exists' },
            { effect: 'NoExecute', operator: 'Exists' },
          ],
          terminationGracePeriodSeconds: 0,
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          initContainers: [installContainer(installer, props)],
          containers: [nodeContainer(image, props)],
          volumes,
        },
      },
    },
  };
}

const reason = {
  'hardened-cluster/not-restricted':
    "privileged, hostNetwork and hostPath: it programs the host's routes and packet filter and installs the CNI plugin",
};

const folders = [
  { name: 'cni-bin-dir', path: '/opt/cni/bin', type: 'DirectoryOrCreate' },
  { name: 'cni-log-dir', path: '/var/log/calico/cni', type: 'DirectoryOrCreate' },
  { name: 'cni-net-dir', path: '/etc/cni/net.d', type: 'DirectoryOrCreate' },
  { name: 'lib-modules', path: '/lib/modules', type: 'Directory' },
  { name: 'policysync', path: '/var/run/nodeagent', type: 'DirectoryOrCreate' },
  { name: 'var-lib-calico', path: '/var/lib/calico', type: 'DirectoryOrCreate' },
  { name: 'var-run-calico', path: '/var/run/calico', type: 'DirectoryOrCreate' },
  { name: 'xtables-lock', path: '/run/xtables.lock', type: 'FileOrCreate' },
] as const;

const volumes: readonly Volume[] = folders.map(({ name, path, type }) => ({
  name,
  hostPath: { path, type },
}));

const fromField = (name: string, fieldPath: string) => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});

/** Before kube-proxy runs on a node, the Service `kubernetes` leads nowhere. */
function apiServer(props: CalicoNetworkProps) {
  return props.apiServer === undefined
    ? []
    : [
        { name: 'KUBERNETES_SERVICE_HOST', value: props.apiServer.host },
        { name: 'KUBERNETES_SERVICE_PORT', value: String(props.apiServer.port) },
      ];
}

function installContainer(image: string, props: CalicoNetworkProps): Container {
  return {
    name: 'install-cni',
    image,
    imagePullPolicy: 'Always',
    command: ['/opt/cni/bin/install'],
    env: [
      ...apiServer(props),
      { name: 'CNI_CONF_NAME', value: '10-calico.conflist' },
      {
        name: 'CNI_NETWORK_CONFIG',
        valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'cni_network_config' } },
      },
      fromField('KUBERNETES_NODE_NAME', 'spec.nodeName'),
      { name: 'SLEEP', value: 'false' },
    ],
    resources: {
      requests: { cpu: '10m', memory: '32Mi' },
      limits: { cpu: '500m', memory: '128Mi' },
    },
    securityContext: { privileged: true, readOnlyRootFilesystem: true },
    volumeMounts: [
      { name: 'cni-bin-dir', mountPath: '/host/opt/cni/bin' },
      { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
    ],
  };
}

function nodeContainer(image: string, props: CalicoNetworkProps): Container {
  const probe = (check: string) => ({ command: ['/bin/calico-node', check] });
  return {
    name: 'calico-node',
    image,
    imagePullPolicy: 'Always',
    env: [
      ...apiServer(props),
      { name: 'CALICO_DISABLE_FILE_LOGGING', value: 'true' },
      { name: 'CALICO_NETWORKING_BACKEND', value: 'vxlan' },
      { name: 'CLUSTER_TYPE', value: 'k8s' },
      { name: 'DATASTORE_TYPE', value: 'kubernetes' },
      { name: 'FELIX_HEALTHENABLED', value: 'true' },
      { name: 'IP', value: 'autodetect' },
      { name: 'IP_AUTODETECTION_METHOD', value: 'kubernetes-internal-ip' },
      // The pool is an object of its own.
      { name: 'NO_DEFAULT_POOLS', value: 'true' },
      fromField('NODENAME', 'spec.nodeName'),
      { name: 'WAIT_FOR_DATASTORE', value: 'true' },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: { privileged: true },
    lifecycle: { preStop: { exec: probe('-shutdown') } },
    livenessProbe: {
      exec: probe('-felix-live'),
      initialDelaySeconds: 10,
      periodSeconds: 10,
      timeoutSeconds: 10,
      failureThreshold: 6,
    },
    readinessProbe: { exec: probe('-felix-ready'), periodSeconds: 10, timeoutSeconds: 10 },
    volumeMounts: [
      { name: 'cni-log-dir', mountPath: '/var/log/calico/cni', readOnly: true },
      // Where the CNI plugin's credentials are kept fresh.
      { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
      { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
      { name: 'policysync', mountPath: '/var/run/nodeagent' },
      { name: 'var-lib-calico', mountPath: '/var/lib/calico' },
      { name: 'var-run-calico', mountPath: '/var/run/calico' },
      { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
    ],
  };
}
