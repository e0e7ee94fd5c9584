/** Ports, the lower one first, both included. */
interface Ports {
  readonly from: number;
  readonly to: number;
}

/** What one hop does to the packets of a connection that passes it. */
export interface Hop {
  /** Whether the next filter sees the address that the packet came with, or one of the hop. */
  readonly sourceAddress: 'kept' | 'replaced';
  /** Source ports that the next filter may see; answers go to them. */
  readonly sourcePorts: Ports;
  /** Bytes of the largest packet that passes. */
  readonly mtu: number;
  /** Whether it says so (ICMP type 3 code 4) when a packet is too large. */
  readonly reportsTooBig: boolean;
  /** Where it is written. */
  readonly source: string;
}

/** Day on which the sources of {@link hops} were read. */
export const hopsAsOf = '2026-11-26';

const unprivileged: Ports = { from: 1024, to: 65535 };
const inVpc = 9001;
const outside = 1500;
const mtuPage = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html';

/**
 * What filters on the way have to expect. A filter that keeps no state must admit what packets carry
 * when they reach it, which is not who sent them.
 */
export const hops = {
  /** A program on a machine: Linux opens connections from 32768-60999, unless the program binds. */
  machine: {
    sourceAddress: 'kept',
    sourcePorts: unprivileged,
    mtu: inVpc,
    reportsTooBig: true,
    source: mtuPage,
  },
  /** A pod that leaves its node: Calico and kube-proxy masquerade with `--random-fully`. */
  'pod-masquerade': {
    sourceAddress: 'replaced',
    sourcePorts: unprivileged,
    mtu: inVpc,
    reportsTooBig: true,
    source: 'https://man7.org/linux/man-pages/man8/iptables-extensions.8.html',
  },
  /** With client-IP preservation targets see the client, wherever it is; health checks are the hop's own. */
  'load-balancer-preserving-clients': {
    sourceAddress: 'kept',
    sourcePorts: unprivileged,
    mtu: inVpc,
    reportsTooBig: true,
    source:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html',
  },
  'load-balancer-replacing-clients': {
    sourceAddress: 'replaced',
    sourcePorts: unprivileged,
    mtu: inVpc,
    reportsTooBig: true,
    source:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-register-targets.html',
  },
  'nat-gateway': {
    sourceAddress: 'replaced',
    sourcePorts: unprivileged,
    mtu: outside,
    reportsTooBig: true,
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html',
  },
  'internet-gateway': {
    sourceAddress: 'kept',
    sourcePorts: unprivileged,
    mtu: outside,
    reportsTooBig: true,
    source: mtuPage,
  },
  /** The service answers from its public addresses: an ACL can't tell them from the internet. */
  'gateway-endpoint': {
    sourceAddress: 'kept',
    sourcePorts: unprivileged,
    mtu: 8500,
    reportsTooBig: false,
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html',
  },
  /** Clamps the segment size of TCP instead of reporting. */
  'interface-endpoint': {
    sourceAddress: 'kept',
    sourcePorts: unprivileged,
    mtu: 8500,
    reportsTooBig: false,
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html',
  },
  /** A VPN, a transit gateway, a peering: people come with addresses of their own network. */
  'private-attachment': {
    sourceAddress: 'kept',
    sourcePorts: unprivileged,
    mtu: outside,
    reportsTooBig: true,
    source: mtuPage,
  },
} as const satisfies Readonly<Record<string, Hop>>;

/**
 * What path-MTU discovery needs: "fragmentation needed and don't fragment was set". Network ACLs and
 * security groups drop it unless they name it.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/path_mtu_discovery.html
 */
export const packetTooBig = { type: 3, code: 4 } as const;
