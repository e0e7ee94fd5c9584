import { Construct } from 'constructs';
import { addClusterObject } from '../synthesis/kubernetes-object';
import { metadataCidr } from './network-peer';
import { namedPorts } from '../../lib/network/ports';

/** What no pod reaches, whatever policies a namespace has. */
export interface NetworkIsolationProps {
  /** Prefix of the policies' names. @default 'hardened-cluster' */
  readonly prefix?: string;
  /** Networks of the control plane's machines. */
  readonly controlPlaneCidrs: readonly string[];
  /** Networks of which pods reach nothing at all, such as etcd's. */
  readonly closedCidrs: readonly string[];
  /** Internal ports of the control plane, closed for pods. */
  readonly internalPorts: readonly number[];
  /** Namespaces with policies of their own, left out of the cluster-wide default deny. */
  readonly systemNamespaces: readonly string[];
}

/**
 * Cluster-wide bounds by Calico's GlobalNetworkPolicies, which no NetworkPolicy of a namespace can
 * widen: the metadata address, the control plane's internal ports and the dashboard are closed,
 * and namespaces that anyone makes later start with a default deny.
 *
 * In Calico's own kinds a policy's name starts with its tier.
 *
 * @see https://docs.tigera.io/calico/latest/network-policy/get-started/kubernetes-default-deny
 */
export class NetworkIsolation extends Construct {
  constructor(scope: Construct, id: string, props: NetworkIsolationProps) {
    super(scope, id);
    const prefix = props.prefix ?? 'hardened-cluster';
    const controlPlane = [...props.controlPlaneCidrs].sort();
    const closed = [metadataCidr, ...props.closedCidrs].sort();
    addClusterObject(this, 'closed', 'GlobalNetworkPolicy', {
      metadata: { name: `default.${prefix}-closed-to-pods` },
      spec: {
        tier: 'default',
        order: 10,
        // Endpoints that are in a namespace: pods, and not the machines themselves.
        namespaceSelector: 'all()',
        types: ['Egress'],
        egress: [
          { action: 'Deny', destination: { nets: closed } },
          {
            action: 'Deny',
            protocol: 'TCP',
            destination: { nets: controlPlane, ports: [...props.internalPorts].sort(numeric) },
          },
        ],
      },
    });
    addClusterObject(this, 'dashboard', 'GlobalNetworkPolicy', {
      metadata: { name: `default.${prefix}-no-dashboard` },
      spec: {
        tier: 'default',
        order: 20,
        namespaceSelector: 'all()',
        selector: "k8s-app == 'kubernetes-dashboard'",
        types: ['Ingress'],
        ingress: [{ action: 'Deny' }],
      },
    });
    const system = [...props.systemNamespaces].sort().map((name) => `'${name}'`);
    addClusterObject(this, 'default-deny', 'GlobalNetworkPolicy', {
      metadata: { name: `default.${prefix}-default-deny` },
      spec: {
        tier: 'default',
        // After every NetworkPolicy: those have order 1000.
        order: 2000,
        namespaceSelector: `kubernetes.io/metadata.name not in {${system.join(', ')}}`,
        types: ['Egress', 'Ingress'],
        egress: ['UDP', 'TCP'].map((protocol) => ({
          action: 'Allow',
          protocol,
          destination: {
            namespaceSelector: "kubernetes.io/metadata.name == 'kube-system'",
            selector: "k8s-app == 'kube-dns'",
            ports: [namedPorts.dns],
          },
        })),
      },
    });
  }
}

function numeric(a: number, b: number): number {
  return a - b;
}
