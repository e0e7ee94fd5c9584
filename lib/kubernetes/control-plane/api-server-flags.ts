import type { Blueprint } from '../../blueprint/blueprint';
import { withUserFlags, type Flags } from './flags';
import { paths } from '../paths';
import { tlsCipherSuites, tlsMinVersion } from './tls';

/**
 * Flags of kube-apiserver beyond what kubeadm sets by itself.
 *
 * @see https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
 */
export function planApiServerFlags(blueprint: Blueprint): Flags {
  const { kubernetes } = blueprint;
  return withUserFlags(
    {
      ...authenticationFlags(blueprint),
      ...authorizationFlags(),
      ...admissionFlags(blueprint),
      ...auditFlags(blueprint),
      ...etcdFlags(),
      ...requestFlags(blueprint),
      'allow-privileged': true, // Pod Security decides where; kube-proxy and the CNI need it.
      'encryption-provider-config': paths.encryptionConfig,
      'encryption-provider-config-automatic-reload': true,
      profiling: false,
      'enable-logs-handler': false,
      'kubelet-certificate-authority': paths.clusterCa,
      'kubelet-preferred-address-types': ['InternalIP'],
      'tls-min-version': tlsMinVersion,
      'tls-cipher-suites': tlsCipherSuites,
      'strict-transport-security-directives': 'max-age=31536000,includeSubDomains',
    },
    kubernetes.flags['kube-apiserver'],
  );
}

function authenticationFlags({ kubernetes }: Blueprint): Flags {
  const issuer = serviceAccountIssuer(kubernetes.serviceAccountIssuer);
  return {
    'anonymous-auth': false,
    'enable-bootstrap-token-auth': false,
    'service-account-issuer': issuer,
    'api-audiences': [issuer],
    'service-account-lookup': true,
    'service-account-extend-token-expiration': false,
    'service-account-max-token-expiration': '24h',
    'authentication-token-webhook-config-file': paths.authenticatorKubeconfig,
    'authentication-token-webhook-version': 'v1beta1', // All that aws-iam-authenticator answers.
    'authentication-token-webhook-cache-ttl': '1m', // So long a revoked role still gets in.
    ...(kubernetes.oidc ? { 'authentication-config': paths.authenticationConfig } : {}),
  };
}

/** Issuer of service-account tokens; the address of the public document is known at boot. */
export function serviceAccountIssuer(
  choice: Blueprint['kubernetes']['serviceAccountIssuer'],
): string {
  switch (choice) {
    case 'aws':
      return '@HC_SERVICE_ACCOUNT_ISSUER@';
    case 'cluster':
      return 'https://kubernetes.default.svc.cluster.local';
    default:
      return choice;
  }
}

function authorizationFlags(): Flags {
  return { 'authorization-mode': ['Node', 'RBAC'] };
}

/** NodeRestriction comes first: tools that read the flag expect it there. */
export function planAdmissionPlugins(blueprint: Blueprint): readonly string[] {
  return [
    'NodeRestriction',
    'PodSecurity',
    'EventRateLimit',
    'AlwaysPullImages',
    'DenyServiceExternalIPs',
    ...(blueprint.images.policyWebhook ? ['ImagePolicyWebhook'] : []),
  ];
}

function admissionFlags(blueprint: Blueprint): Flags {
  return {
    'enable-admission-plugins': planAdmissionPlugins(blueprint),
    'admission-control-config-file': paths.admissionConfig,
  };
}

function auditFlags({ kubernetes: { audit } }: Blueprint): Flags {
  return {
    'audit-policy-file': paths.auditPolicy,
    'audit-log-path': paths.auditLog,
    'audit-log-format': 'json',
    'audit-log-maxage': audit.maxAgeDays,
    'audit-log-maxbackup': audit.maxBackups,
    'audit-log-maxsize': audit.maxSizeMegabytes,
  };
}

/**
 * The etcd user of the API server may neither compact nor ask for the size of the database: etcd
 * compacts by itself, and both requests are switched off instead of failing for ever.
 */
function etcdFlags(): Flags {
  return {
    'etcd-compaction-interval': '0',
    'etcd-db-metric-poll-interval': '0',
  };
}

/** @see https://docs.scs.community/standards/scs-0215-v1-robustness-features */
function requestFlags({ kubernetes: { requests } }: Blueprint): Flags {
  return {
    'max-requests-inflight': requests.maxInFlight,
    'max-mutating-requests-inflight': requests.maxMutatingInFlight,
    'request-timeout': `${requests.timeoutSeconds}s`,
    'min-request-timeout': minimumWatchSeconds,
    'enable-priority-and-fairness': true,
    // Long-lived connections through a layer-4 balancer spread again after an upgrade.
    'goaway-chance': 0.001,
  };
}

const minimumWatchSeconds = 1800;
