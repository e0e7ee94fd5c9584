import type { Blueprint } from '../../blueprint/blueprint';
import { namedPorts } from '../../network/ports';

/**
 * The KubeProxyConfiguration: health and metrics on loopback only, NodePorts on the primary address
 * only and never by way of loopback.
 *
 * @see https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/
 */
export function planKubeProxyConfiguration({ network }: Blueprint): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: network.podCidr,
    bindAddress: '0.0.0.0',
    bindAddressHardFail: true,
    healthzBindAddress: `127.0.0.1:${namedPorts.kubeProxyHealth}`,
    metricsBindAddress: `127.0.0.1:${namedPorts.kubeProxyMetrics}`,
    enableProfiling: false,
    nodePortAddresses: ['primary'],
    iptables: { localhostNodePorts: false },
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf' },
  };
}
