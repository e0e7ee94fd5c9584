import { hops } from '../aws/hops';
import type { Peer, PortMatrix, PortRange, PortRule } from './port-matrix';
import { keepsClients, subnetKindOf, type SubnetKind } from './subnet-kinds';

/** One kind of packets at the border of one kind of subnets, as a filter without state sees them. */
export interface WireFlow {
  readonly subnets: SubnetKind;
  readonly direction: 'ingress' | 'egress';
  /** Addresses of the other end: the VPC's own, or any. */
  readonly scope: 'vpc' | 'anywhere';
  readonly protocol: 'tcp' | 'udp';
  /** Ports that the packets go to. */
  readonly ports: PortRange;
}

/** All packets that the rows of a port matrix stand for: there and back, at each border. */
export function planWireFlows(matrix: PortMatrix): readonly WireFlow[] {
  return matrix.flatMap((rule) => [...endToEnd(rule, matrix), ...byNatGateway(rule, matrix)]);
}

/** Requests to the row's ports, and answers to the ports that the last hop may have opened them from. */
function endToEnd({ from, to, ports, protocol }: PortRule, matrix: PortMatrix): WireFlow[] {
  const answers = { protocol, ports: replyPorts(from) };
  const requests = { protocol, ports };
  const [source, target] = [scopeOf(from), scopeOf(to)];
  return [
    ...borders(to, matrix).flatMap((subnets): WireFlow[] => [
      { subnets, direction: 'ingress', scope: source, ...requests },
      { subnets, direction: 'egress', scope: source, ...answers },
    ]),
    ...borders(from, matrix).flatMap((subnets): WireFlow[] => [
      { subnets, direction: 'egress', scope: target, ...requests },
      { subnets, direction: 'ingress', scope: target, ...answers },
    ]),
  ];
}

/** What leaves private subnets for the internet passes the public ones, where NAT gateways are. */
function byNatGateway({ from, to, ports, protocol }: PortRule, matrix: PortMatrix): WireFlow[] {
  const inside = borders(from, matrix).some((kind) => kind !== 'public');
  if (to.kind !== 'cidrs' || !inside) return [];
  const subnets = 'public';
  const answers = { protocol, ports: hops['nat-gateway'].sourcePorts };
  const handedBack = { protocol, ports: replyPorts(from) };
  return [
    { subnets, direction: 'ingress', scope: 'vpc', protocol, ports },
    { subnets, direction: 'egress', scope: 'anywhere', protocol, ports },
    { subnets, direction: 'ingress', scope: 'anywhere', ...answers },
    { subnets, direction: 'egress', scope: 'vpc', ...handedBack },
  ];
}

function borders(peer: Peer, matrix: PortMatrix): readonly SubnetKind[] {
  return peer.kind === 'tier' ? [subnetKindOf(peer.tier, matrix)] : [];
}

/** Addresses that packets of a peer carry: a load balancer may pass on those of its clients. */
function scopeOf(peer: Peer): WireFlow['scope'] {
  return peer.kind === 'tier' && !keepsClients(peer.tier) ? 'vpc' : 'anywhere';
}

function replyPorts(from: Peer): PortRange {
  if (from.kind !== 'tier') return hops['internet-gateway'].sourcePorts;
  switch (from.tier) {
    case 'public-load-balancer':
      return hops['load-balancer-preserving-clients'].sourcePorts;
    case 'internal-load-balancer':
      return hops['load-balancer-replacing-clients'].sourcePorts;
    case 'control-plane':
    case 'worker':
      return hops['pod-masquerade'].sourcePorts;
    case 'bastion':
    case 'etcd':
    case 'endpoints':
      return hops.machine.sourcePorts;
  }
}
