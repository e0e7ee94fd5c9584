import { Construct } from 'constructs';
import { calicoControllers } from './calico-controllers';
import type { CalicoNetworkProps } from './calico-network-props';
import { calicoNode } from './calico-node';
import { calicoRoles } from './calico-roles';
import { addClusterObject, addNamespacedObject } from '../synthesis/kubernetes-object';
import { PodPolicyGrant } from '../admission/pod-policy-grant';
import { namedPorts } from '../../lib/network/ports';

const namespace = 'kube-system';

/**
 * Calico over VXLAN without BGP, with the Kubernetes API as its store, and WireGuard by choice.
 *
 * @see https://docs.tigera.io/calico/latest/getting-started/kubernetes/self-managed-onprem/config-options
 */
export class CalicoNetwork extends Construct {
  constructor(scope: Construct, id: string, props: CalicoNetworkProps) {
    super(scope, id);
    this.addAccounts();
    this.addConfiguration(props);
    addNamespacedObject(this, 'node', 'DaemonSet', calicoNode(namespace, props));
    const { deployment, disruptionBudget } = calicoControllers(namespace, props);
    addNamespacedObject(this, 'controllers', 'Deployment', deployment);
    addNamespacedObject(this, 'disruption-budget', 'PodDisruptionBudget', disruptionBudget);
  }

  private addAccounts(): void {
    for (const { name, rules } of calicoRoles) {
      addNamespacedObject(this, `${name}-account`, 'ServiceAccount', {
        metadata: { name, namespace },
        automountServiceAccountToken: name !== 'calico-cni-plugin',
      });
      addClusterObject(this, `${name}-role`, 'ClusterRole', { metadata: { name }, rules });
      addClusterObject(this, `${name}-binding`, 'ClusterRoleBinding', {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      });
    }
    new PodPolicyGrant(this, 'grant', {
      name: 'calico-node-pods',
      namespace,
      rules: ['host-namespaces', 'host-ports', 'privilege-escalation', 'privileged', 'volumes'],
      subjects: [{ kind: 'ServiceAccount', name: 'calico-node', namespace }],
      why: "calico-node programs the host's routes and packet filter and installs the CNI plugin",
    });
  }

  private addConfiguration(props: CalicoNetworkProps): void {
    const encrypted = props.encryption === 'wireguard';
    addNamespacedObject(this, 'cni-config', 'ConfigMap', {
      metadata: { name: 'calico-config', namespace },
      data: { cni_network_config: JSON.stringify(cniConfig, null, 2) },
    });
    addClusterObject(this, 'pool', 'IPPool', {
      metadata: { name: 'default-ipv4-ippool' },
      spec: {
        cidr: props.podCidr,
        blockSize: 26,
        ipipMode: 'Never',
        natOutgoing: true,
        nodeSelector: 'all()',
        vxlanMode: 'Always',
      },
    });
    addClusterObject(this, 'felix', 'FelixConfiguration', {
      metadata: { name: 'default' },
      spec: {
        // Packets from pods to their own node go on to the host's firewall, and are not accepted here.
        defaultEndpointToHostAction: 'Return',
        // The liveness endpoint stays on loopback, and nothing else listens.
        healthHost: 'localhost',
        healthPort: namedPorts.calicoHealth,
        ipv6Support: false,
        logSeverityScreen: 'Info',
        prometheusMetricsEnabled: false,
        reportingInterval: '0s',
        usageReportingEnabled: false,
        vxlanPort: namedPorts.vxlan,
        wireguardEnabled: encrypted,
        ...(encrypted && { wireguardListeningPort: namedPorts.wireGuard }),
        // Needs a mount of the host's BPF file system, and helps against floods from outside only.
        xdpEnabled: false,
      },
    });
    addClusterObject(this, 'controllers-config', 'KubeControllersConfiguration', {
      metadata: { name: 'default' },
      spec: {
        controllers: { node: { hostEndpoint: { autoCreate: 'Disabled' }, reconcilerPeriod: '5m' } },
        etcdV3CompactionPeriod: '10m',
        healthChecks: 'Enabled',
        logSeverityScreen: 'Info',
      },
    });
  }
}

/** Filled in on each node by Calico's installer. */
const cniConfig = {
  name: 'k8s-pod-network',
  cniVersion: '0.3.1',
  plugins: [
    {
      type: 'calico',
      log_level: 'info',
      log_file_path: '/var/log/calico/cni/cni.log',
      datastore_type: 'kubernetes',
      nodename: '__KUBERNETES_NODE_NAME__',
      mtu: 0,
      ipam: { type: 'calico-ipam' },
      policy: { type: 'k8s' },
      kubernetes: { kubeconfig: '__KUBECONFIG_FILEPATH__' },
    },
    { type: 'portmap', snat: true, capabilities: { portMappings: true } },
  ],
} as const;
