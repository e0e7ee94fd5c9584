import { parse } from 'yaml';
import type { Blueprint } from '../../blueprint/blueprint';
import { parseCidr, renderAddress } from '../../blueprint/ipv4';
import { paths } from '../paths';
import { tlsCipherSuites, tlsMinVersion } from '../control-plane/tls';
import { namedPorts } from '../../network/ports';

/** Which machines a kubelet configuration is for. */
export type KubeletRole = 'control-plane' | 'worker';

/** Address of the cluster's DNS Service: the tenth of the Service range, as kubeadm has it. */
export function clusterDnsAddress(serviceCidr: string): string {
  const range = parseCidr(serviceCidr);
  if (!range) throw new Error(`network.serviceCidr is no CIDR: ${serviceCidr}`);
  return renderAddress(range.base + 10);
}

/** Taint of control-plane nodes. */
export const controlPlaneTaint = {
  key: 'node-role.kubernetes.io/control-plane',
  effect: 'NoSchedule',
} as const;

/**
 * The KubeletConfiguration of a role.
 *
 * @see https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 */
export function planKubeletConfiguration(
  blueprint: Blueprint,
  role: KubeletRole,
  taints: readonly object[] = role === 'control-plane' ? [controlPlaneTaint] : [],
): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    ...access(),
    ...certificates(),
    ...hardening(),
    ...limits(),
    ...node(blueprint),
    ...(taints.length > 0 ? { registerWithTaints: taints } : {}),
    // Workers run no static pods: a file written to a node's disk starts nothing.
    ...(role === 'control-plane' ? { staticPodPath: paths.manifests } : {}),
    ...userFields(blueprint),
  };
}

function access(): object {
  return {
    address: '0.0.0.0',
    port: namedPorts.kubelet,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: namedPorts.kubeletHealth,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true, cacheTTL: '2m0s' },
      x509: { clientCAFile: paths.clusterCa },
    },
    authorization: {
      mode: 'Webhook',
      webhook: { cacheAuthorizedTTL: '5m0s', cacheUnauthorizedTTL: '30s' },
    },
    // Logs and exec need the handlers; profiles, flags and the host's log folder do not.
    enableDebuggingHandlers: true,
    enableProfilingHandler: false,
    enableDebugFlagsHandler: false,
    enableSystemLogHandler: false,
    streamingConnectionIdleTimeout: '5m0s',
  };
}

function certificates(): object {
  return {
    rotateCertificates: true,
    serverTLSBootstrap: true,
    tlsMinVersion,
    tlsCipherSuites,
  };
}

function hardening(): object {
  return {
    protectKernelDefaults: true,
    makeIPTablesUtilChains: true,
    seccompDefault: true,
    failSwapOn: true,
    failCgroupV1: true,
    imagePullCredentialsVerificationPolicy: 'AlwaysVerify',
  };
}

function limits(): object {
  return {
    podPidsLimit: 1024,
    maxPods: 110,
    eventRecordQPS: 50, // 0 means "without limit" from 1.37 on.
    eventBurst: 100,
    containerLogMaxSize: '10Mi',
    containerLogMaxFiles: 5,
    evictionHard: {
      'imagefs.available': '15%',
      'memory.available': '200Mi',
      'nodefs.available': '10%',
      'nodefs.inodesFree': '5%',
    },
    systemReserved: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '1Gi' },
    kubeReserved: { cpu: '100m', memory: '384Mi', 'ephemeral-storage': '1Gi' },
    enforceNodeAllocatable: ['pods'],
    shutdownGracePeriod: '1m0s',
    shutdownGracePeriodCriticalPods: '20s',
  };
}

function node({ network }: Blueprint): object {
  return {
    cgroupDriver: 'systemd',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    clusterDNS: [clusterDnsAddress(network.serviceCidr)],
    clusterDomain: 'cluster.local',
    providerID: 'aws:///@HC_ZONE@/@HC_INSTANCE_ID@',
    // A link that the unit sets: the resolver of the machine, never its local stub.
    resolvConf: '/run/kubelet/resolv.conf',
  };
}

/** Values are written as YAML, so that `"110"` is a number and `"[a]"` a list. */
function userFields({ kubernetes }: Blueprint): object {
  return Object.fromEntries(
    Object.entries(kubernetes.flags.kubelet).map(([field, text]) => [
      field,
      parse(text) as unknown,
    ]),
  );
}
