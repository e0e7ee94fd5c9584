import type { ClauseId } from './clause-id';

/** Programs whose flags can be set in the configuration. */
export type FlagOwner =
  'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet';

/** A flag that the documents fix; a user may set it only with a waiver of the clause. */
export interface ProtectedSetting {
  readonly owner: FlagOwner;
  /** Flag without dashes, or for the kubelet the top-level field of its configuration file. */
  readonly flag: string;
  readonly clause: ClauseId;
}

type Row = readonly [flag: string, clause: ClauseId];

const of = (owner: FlagOwner, rows: readonly Row[]): ProtectedSetting[] =>
  rows.map(([flag, clause]) => ({ owner, flag, clause }));

const etcd: readonly Row[] = [
  ['name', 'scs-0217/etcd/tls'],
  ['data-dir', 'scs-0217/etcd/restricted-access'],
  ['config-file', 'scs-0217/etcd/tls'],
  ['listen-client-urls', 'scs-0217/etcd/tls'],
  ['advertise-client-urls', 'scs-0217/etcd/tls'],
  ['listen-client-http-urls', 'scs-0217/endpoints/https'],
  ['cert-file', 'scs-0217/etcd/tls'],
  ['key-file', 'scs-0217/etcd/tls'],
  ['trusted-ca-file', 'scs-0217/etcd/separate-ca'],
  ['client-crl-file', 'scs-0217/etcd/cn-authentication'],
  ['client-cert-auth', 'scs-0217/etcd/cn-authentication'],
  ['client-cert-allowed-hostname', 'scs-0217/etcd/cn-authentication'],
  ['auto-tls', 'scs-0217/etcd/tls'],
  ['listen-peer-urls', 'scs-0217/etcd/tls'],
  ['initial-advertise-peer-urls', 'scs-0217/etcd/tls'],
  ['initial-cluster', 'scs-0217/etcd/tls'],
  ['initial-cluster-state', 'scs-0217/etcd/restricted-access'],
  ['initial-cluster-token', 'scs-0217/etcd/restricted-access'],
  ['discovery-srv', 'scs-0217/etcd/restricted-access'],
  ['peer-cert-file', 'scs-0217/etcd/tls'],
  ['peer-key-file', 'scs-0217/etcd/tls'],
  ['peer-trusted-ca-file', 'scs-0217/etcd/separate-ca'],
  ['peer-crl-file', 'scs-0217/etcd/cn-authentication'],
  ['peer-client-cert-auth', 'scs-0217/etcd/cn-authentication'],
  ['peer-cert-allowed-cn', 'scs-0217/etcd/restricted-access'],
  ['peer-cert-allowed-hostname', 'scs-0217/etcd/restricted-access'],
  ['peer-auto-tls', 'scs-0217/etcd/tls'],
  ['peer-skip-client-san-verification', 'scs-0217/etcd/restricted-access'],
  ['experimental-peer-skip-client-san-verification', 'scs-0217/etcd/restricted-access'],
  ['self-signed-cert-validity', 'scs-0217/etcd/tls'],
  ['cipher-suites', 'scs-0217/etcd/tls'],
  ['tls-min-version', 'scs-0217/etcd/tls'],
  ['tls-max-version', 'scs-0217/etcd/tls'],
  ['enable-grpc-gateway', 'scs-0217/etcd/cn-authentication'],
  ['auth-token', 'scs-0217/etcd/acl-enabled'],
  ['auth-token-ttl', 'scs-0217/etcd/acl-enabled'],
  ['listen-metrics-urls', 'scs-0217/endpoints/https'],
  ['enable-pprof', 'scs-0217/endpoints/secured'],
  ['auto-compaction-mode', 'scs-0215/etcd/compaction-mode'],
  ['auto-compaction-retention', 'scs-0215/etcd/compaction-retention'],
  ['force-new-cluster', 'scs-0217/etcd/restricted-access'],
];

const apiServer: readonly Row[] = [
  ['anonymous-auth', 'guide/api/anonymous-auth'],
  ['authentication-config', 'scs-0217/authentication/two-methods'],
  ['authentication-token-webhook-config-file', 'scs-0217/authentication/two-methods'],
  ['authentication-token-webhook-version', 'scs-0217/authentication/two-methods'],
  ['token-auth-file', 'scs-0217/authentication/no-static-tokens'],
  ['enable-bootstrap-token-auth', 'scs-0217/authentication/no-static-tokens'],
  ['oidc-issuer-url', 'scs-0217/authentication/two-methods'],
  ['oidc-client-id', 'scs-0217/authentication/two-methods'],
  ['requestheader-client-ca-file', 'guide/api/anonymous-auth'],
  ['requestheader-allowed-names', 'guide/api/anonymous-auth'],
  ['service-account-issuer', 'scs-0217/authentication/service-account-tokens'],
  ['service-account-key-file', 'scs-0217/authentication/service-account-tokens'],
  ['service-account-signing-key-file', 'scs-0217/authentication/service-account-tokens'],
  ['service-account-lookup', 'scs-0217/authentication/service-account-tokens'],
  ['authorization-mode', 'scs-0217/authorization/two-modes'],
  ['authorization-config', 'scs-0217/authorization/two-modes'],
  ['authorization-policy-file', 'scs-0217/authorization/two-modes'],
  ['authorization-webhook-config-file', 'scs-0217/authorization/two-modes'],
  ['enable-admission-plugins', 'scs-0217/admission/node-restriction'],
  ['disable-admission-plugins', 'scs-0217/pod-security/admission-controller'],
  ['admission-control', 'guide/kops/admission-plugins'],
  ['admission-control-config-file', 'scs-0217/pod-security/policies-active'],
  ['insecure-port', 'guide/api/insecure-port'],
  ['insecure-bind-address', 'guide/api/insecure-port'],
  ['address', 'guide/api/insecure-port'],
  ['port', 'guide/api/insecure-port'],
  ['secure-port', 'scs-0217/endpoints/external-ports'],
  ['tls-cert-file', 'scs-0217/endpoints/https'],
  ['tls-private-key-file', 'scs-0217/endpoints/https'],
  ['tls-min-version', 'scs-0217/endpoints/https'],
  ['tls-cipher-suites', 'scs-0217/endpoints/https'],
  ['client-ca-file', 'scs-0217/endpoints/https'],
  ['profiling', 'guide/api/profiling'],
  ['contention-profiling', 'guide/api/profiling'],
  ['debug-socket-path', 'guide/api/profiling'],
  ['etcd-servers', 'scs-0217/etcd/tls'],
  ['etcd-servers-overrides', 'scs-0217/etcd/tls'],
  ['etcd-cafile', 'scs-0217/etcd/separate-ca'],
  ['etcd-certfile', 'scs-0217/etcd/cn-authentication'],
  ['etcd-keyfile', 'scs-0217/etcd/cn-authentication'],
  ['etcd-prefix', 'scs-0217/etcd/acl-enabled'],
  ['etcd-compaction-interval', 'scs-0215/etcd/compaction'],
  ['kubelet-certificate-authority', 'scs-0217/kubelet/internal-https'],
  ['kubelet-client-certificate', 'scs-0217/kubelet/authentication-methods'],
  ['kubelet-client-key', 'scs-0217/kubelet/authentication-methods'],
  ['max-requests-inflight', 'scs-0215/requests/max-requests-inflight'],
  ['max-mutating-requests-inflight', 'scs-0215/requests/max-mutating-requests-inflight'],
  ['min-request-timeout', 'scs-0215/requests/min-request-timeout'],
  ['enable-priority-and-fairness', 'scs-0215/requests/priority-and-fairness'],
  ['allow-privileged', 'scs-0217/pod-security/policies-active'],
];

const loopbackProgram: readonly Row[] = [
  ['bind-address', 'scs-0217/endpoints/secured'],
  ['address', 'scs-0217/endpoints/https'],
  ['port', 'scs-0217/endpoints/https'],
  ['secure-port', 'scs-0217/endpoints/secured'],
  ['profiling', 'guide/api/profiling'],
  ['contention-profiling', 'guide/api/profiling'],
  ['tls-min-version', 'scs-0217/endpoints/https'],
  ['tls-cipher-suites', 'scs-0217/endpoints/https'],
  ['authorization-always-allow-paths', 'scs-0217/endpoints/secured'],
];

const controllerManager: readonly Row[] = [
  ...loopbackProgram,
  ['use-service-account-credentials', 'scs-0217/authentication/service-account-tokens'],
  ['service-account-private-key-file', 'scs-0217/authentication/service-account-tokens'],
  ['root-ca-file', 'scs-0217/authentication/service-account-tokens'],
  ['cluster-signing-duration', 'scs-0215/certificates/yearly'],
  ['cluster-signing-cert-file', 'scs-0215/certificates/rotated'],
  ['cluster-signing-key-file', 'scs-0215/certificates/rotated'],
];

const kubelet: readonly Row[] = [
  ['authentication', 'scs-0217/kubelet/anonymous-auth'],
  ['authorization', 'scs-0217/kubelet/webhook-authorization'],
  ['readOnlyPort', 'scs-0217/kubelet/read-only-port'],
  ['serverTLSBootstrap', 'scs-0215/certificates/server-tls-bootstrap'],
  ['rotateCertificates', 'scs-0215/certificates/rotate-certificates'],
  ['tlsCertFile', 'scs-0217/kubelet/internal-https'],
  ['tlsPrivateKeyFile', 'scs-0217/kubelet/internal-https'],
  ['tlsCipherSuites', 'scs-0217/kubelet/internal-https'],
  ['tlsMinVersion', 'scs-0217/kubelet/internal-https'],
  ['port', 'scs-0217/kubelet/internal-https'],
  ['address', 'scs-0217/kubelet/internal-https'],
  ['healthzBindAddress', 'guide/firewall-ports'],
  ['healthzPort', 'guide/firewall-ports'],
  ['enableServer', 'scs-0217/kubelet/internal-https'],
  ['staticPodURL', 'scs-0217/admission/node-restriction'],
  ['staticPodPath', 'scs-0217/admission/node-restriction'],
  ['enableDebuggingHandlers', 'guide/api/profiling'],
  ['enableProfilingHandler', 'guide/api/profiling'],
  ['makeIPTablesUtilChains', 'guide/network-policies'],
  ['protectKernelDefaults', 'guide/os-hardening'],
  ['seccompDefault', 'guide/pod-security/default-policy'],
];

/** Flags that the documents fix. */
export const protectedSettings: readonly ProtectedSetting[] = [
  ...of('etcd', etcd),
  ...of('kube-apiserver', apiServer),
  ...of('kube-controller-manager', controllerManager),
  ...of('kube-scheduler', loopbackProgram),
  ...of('kubelet', kubelet),
];
