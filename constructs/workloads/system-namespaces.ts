import { Construct } from 'constructs';
import { DenyDashboard } from '../admission/deny-dashboard';
import { HardenedNamespace, type PodSecurityLevel } from './hardened-namespace';
import { NetworkPeer } from '../network/network-peer';
import { NetworkPort } from '../network/network-port';
import { NetworkRule } from '../network/network-rule';
import { PodPolicyGrant } from '../admission/pod-policy-grant';
import { namedPorts } from '../../lib/network/ports';

/** The namespaces that every cluster has. */
export interface SystemNamespacesProps {
  /** Level of the namespace `default`. */
  readonly podSecurity: Exclude<PodSecurityLevel, 'privileged'>;
  /** Version of the Pod Security Standards, such as `v1.36`. @default 'latest' */
  readonly version?: string;
  /**
   * Networks from which processes of the machines ask the cluster's DNS: those of the machines, and the
   * pods' range, since what a machine sends to a pod of another one has its own tunnel address as source.
   *
   * @see https://docs.tigera.io/calico/latest/reference/resources/node
   */
  readonly nodeCidrs: readonly string[];
  /** Networks of the API server's machines. */
  readonly apiServerCidrs: readonly string[];
  /** Name servers that the cluster's DNS asks for everything else. */
  readonly resolverCidrs: readonly string[];
}

/** DNS, in both protocols. */
const dns = [NetworkPort.udp(namedPorts.dns), NetworkPort.tcp(namedPorts.dns)];

/**
 * The system's namespaces with what they need and no more. kube-system holds parts of the nodes and
 * cannot be held to a level of Pod Security; the pod policy holds there, with grants. No pod ever
 * runs in the other three.
 */
export class SystemNamespaces extends Construct {
  constructor(scope: Construct, id: string, props: SystemNamespacesProps) {
    super(scope, id);
    const version = props.version ?? 'latest';
    new HardenedNamespace(this, 'kube-system', {
      name: 'kube-system',
      podSecurity: {
        enforce: 'privileged',
        audit: 'privileged',
        warn: 'privileged',
        version,
      },
      dns: false,
    });
    new DenyDashboard(this, 'dashboard');
    this.allowDnsServer(props);
    for (const app of ['kube-dns', 'calico-kube-controllers']) {
      NetworkRule.allowToApiServer(this, app, 'kube-system', {
        cidrs: props.apiServerCidrs,
        podLabels: { 'k8s-app': app },
      });
    }
    this.grantNodes();
    for (const name of ['kube-node-lease', 'kube-public']) {
      new HardenedNamespace(this, name, {
        name,
        podSecurity: { enforce: 'restricted', version },
        quota: { pods: 0 },
        dns: false,
      });
    }
    new HardenedNamespace(this, 'default', {
      name: 'default',
      podSecurity: { enforce: props.podSecurity, version },
      quota: { pods: 0 },
      dns: false,
    });
  }

  private allowDnsServer(props: SystemNamespacesProps): void {
    const podLabels = { 'k8s-app': 'kube-dns' };
    new NetworkRule(this, 'dns-in', {
      name: 'allow-dns-queries',
      namespace: 'kube-system',
      podLabels,
      direction: 'ingress',
      peer: NetworkPeer.anyOf(
        NetworkPeer.everyPod(),
        ...props.nodeCidrs.map((cidr) => NetworkPeer.cidr(cidr)),
      ),
      ports: dns,
    });
    new NetworkRule(this, 'dns-out', {
      name: 'allow-dns-upstream',
      namespace: 'kube-system',
      podLabels,
      direction: 'egress',
      peer: NetworkPeer.anyOf(...props.resolverCidrs.map((cidr) => NetworkPeer.cidr(cidr))),
      ports: dns,
    });
  }

  /** As the guide does for the legacy of PodSecurityPolicy: without it no node could start. */
  private grantNodes(): void {
    const namespace = 'kube-system';
    const group = 'rbac.authorization.k8s.io';
    new PodPolicyGrant(this, 'static-pods', {
      name: 'static-pods',
      namespace,
      rules: 'all',
      subjects: [{ apiGroup: group, kind: 'Group', name: 'system:nodes' }],
      why: 'Kubelets show their static pods, of which the control plane is made, as mirror pods',
    });
    new PodPolicyGrant(this, 'kube-proxy', {
      name: 'kube-proxy-pods',
      namespace,
      rules: [
        'host-namespaces',
        'host-ports',
        'privilege-escalation',
        'privileged',
        'seccomp',
        'volumes',
      ],
      subjects: [{ kind: 'ServiceAccount', name: 'kube-proxy', namespace }],
      why: "kubeadm's kube-proxy programs the host's packet filter",
    });
    new PodPolicyGrant(this, 'coredns', {
      name: 'coredns-pods',
      namespace,
      rules: ['seccomp'],
      subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace }],
      why: "kubeadm's CoreDNS names no seccomp profile; the kubelet's default applies",
    });
    new PodPolicyGrant(this, 'upgrade-health-check', {
      name: 'upgrade-health-check-pods',
      namespace,
      rules: ['privilege-escalation', 'seccomp'],
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
      why: 'kubeadm upgrade tries out a Job, which says nothing of either',
    });
  }
}
