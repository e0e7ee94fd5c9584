import type { FreeRow, ProtectedRow } from './setting-rule';
import {
  any,
  between,
  file,
  given,
  loopback,
  modernCiphers,
  modernTls,
  never,
  off,
  on,
  oneOf,
} from './values';

const secured = 'scs-0217/endpoints/secured';
const https = 'scs-0217/endpoints/https';
const tokens = 'scs-0217/authentication/service-account-tokens';

/** Flags that kube-controller-manager and kube-scheduler share. */
const shared: readonly ProtectedRow[] = [
  ['bind-address', secured, loopback],
  ['address', https, never],
  ['port', https, oneOf('0')],
  ['profiling', 'guide/api/profiling', off],
  ['contention-profiling', 'guide/api/profiling', off],
  ['tls-min-version', https, modernTls],
  ['tls-cipher-suites', https, modernCiphers],
  ['tls-cert-file', https, file],
  ['tls-private-key-file', https, file],
  ['client-ca-file', https, file],
  ['authorization-always-allow-paths', secured, oneOf('/healthz', '/healthz,/readyz,/livez')],
  ['authentication-kubeconfig', secured, file],
  ['authorization-kubeconfig', secured, file],
  ['authentication-skip-lookup', secured, off],
  ['authentication-tolerate-lookup-failure', secured, any],
  ['kubeconfig', secured, file],
  ['master', https, (value) => value === '' || /^https:\/\/\S+$/.test(value)],
  ['requestheader-client-ca-file', secured, file],
  ['requestheader-allowed-names', secured, given],
  ['http2-max-streams-per-connection', secured, any],
  ['feature-gates', 'scs-0217/pod-security/policies-active', oneOf('AllAlpha=false')],
  ['permit-port-sharing', secured, off],
  ['show-hidden-metrics-for-version', secured, never],
];

/** Flags that the documents fix, of kube-scheduler. */
export const schedulerProtected: readonly ProtectedRow[] = [
  ...shared,
  ['secure-port', secured, oneOf('10259')],
  ['config', secured, never],
];

/** Flags that the documents fix, of kube-controller-manager. */
export const controllerManagerProtected: readonly ProtectedRow[] = [
  ...shared,
  ['secure-port', secured, oneOf('10257')],
  [
    'controllers',
    tokens,
    (value) =>
      value.split(',').includes('*') &&
      !/-serviceaccount|-csr|-namespace|-resourcequota|-garbage|-ttl|-clusterrole/.test(value),
  ],
  ['use-service-account-credentials', tokens, on],
  ['service-account-private-key-file', tokens, file],
  ['root-ca-file', tokens, file],
  [
    'cluster-signing-duration',
    'scs-0215/certificates/yearly',
    (value) => /^(\d+)h(0m0s)?$/.test(value) && parseInt(value, 10) <= 8784,
  ],
  ['cluster-signing-cert-file', 'scs-0215/certificates/rotated', file],
  ['cluster-signing-key-file', 'scs-0215/certificates/rotated', file],
  ['allocate-node-cidrs', secured, any],
  ['cloud-provider', secured, oneOf('', 'external')],
  ['enable-garbage-collector', secured, on],
  ['terminated-pod-gc-threshold', secured, between(1, 12_500)],
];

const common: readonly FreeRow[] = [
  ['feature-gates', oneOf('AllAlpha=false')],
  ['kube-api-burst', any],
  ['kube-api-qps', any],
  ['leader-elect', any],
  ['leader-elect-lease-duration', any],
  ['leader-elect-renew-deadline', any],
  ['leader-elect-retry-period', any],
  ['log-flush-frequency', any],
  ['logging-format', oneOf('text', 'json')],
  ['v', between(0, 5)],
];

/** Flags of kube-scheduler that tune and weaken nothing. */
export const schedulerFree: readonly FreeRow[] = [
  ...common,
  ['pod-max-in-unschedulable-pods-duration', any],
];

/** Flags of kube-controller-manager that tune and weaken nothing. */
export const controllerManagerFree: readonly FreeRow[] = [
  ...common,
  ['attach-detach-reconcile-sync-period', any],
  ['cluster-cidr', any],
  ['cluster-name', any],
  ['concurrent-cron-job-syncs', any],
  ['concurrent-deployment-syncs', any],
  ['concurrent-endpoint-syncs', any],
  ['concurrent-gc-syncs', any],
  ['concurrent-job-syncs', any],
  ['concurrent-namespace-syncs', any],
  ['concurrent-rc-syncs', any],
  ['concurrent-replicaset-syncs', any],
  ['concurrent-resource-quota-syncs', any],
  ['concurrent-service-endpoint-syncs', any],
  ['concurrent-service-syncs', any],
  ['concurrent-serviceaccount-token-syncs', any],
  ['concurrent-statefulset-syncs', any],
  ['concurrent-ttl-after-finished-syncs', any],
  ['configure-cloud-routes', any],
  ['horizontal-pod-autoscaler-downscale-stabilization', any],
  ['horizontal-pod-autoscaler-sync-period', any],
  ['horizontal-pod-autoscaler-tolerance', any],
  ['large-cluster-size-threshold', any],
  ['min-resync-period', any],
  ['node-cidr-mask-size', any],
  ['node-eviction-rate', any],
  ['node-monitor-grace-period', any],
  ['node-monitor-period', any],
  ['node-startup-grace-period', any],
  ['resource-quota-sync-period', any],
  ['route-reconciliation-period', any],
  ['secondary-node-eviction-rate', any],
  ['service-cluster-ip-range', any],
  ['unhealthy-zone-threshold', any],
];
