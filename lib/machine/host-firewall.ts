import type { Blueprint } from '../blueprint/blueprint';
import { contains, parseCidr, renderAddress } from '../blueprint/ipv4';
import type { AddressPlan } from '../network/address-plan';
import type { NetworkPlan } from '../network/plan-network';
import type { Peer, PortMatrix, PortRange, PortRule } from '../network/port-matrix';
import { keepsClients, subnetKindOf } from '../network/subnet-kinds';
import { timeServer } from './hardening/time-sync';
import type { MachineRole } from './machine-config';
import { namedPorts, nodePorts } from '../network/ports';

/** One allowed flow of a machine, as addresses: where it comes from, or where it goes. */
export interface HostRule {
  /** Id of the row of the port matrix, or a name of its own. */
  readonly id: string;
  readonly direction: 'in' | 'out';
  /** Networks and addresses of the other end, sorted. */
  readonly peers: readonly string[];
  /** Networks that are no peers although `peers` holds them. */
  readonly except?: readonly string[];
  readonly protocol: 'tcp' | 'udp';
  /** `6443` or `30000-32767`. */
  readonly ports: string;
}

/** What the firewall of a machine lets through, besides replies, ICMP errors and loopback. */
export interface HostFirewall {
  readonly role: MachineRole;
  readonly rules: readonly HostRule[];
  /** NodePorts of this machine and who may reach them; empty where no one may. */
  readonly nodePortClients: readonly {
    readonly ports: string;
    readonly peers: readonly string[];
  }[];
  /** Pod network on machines that run pods. */
  readonly podCidr: string | undefined;
}

/**
 * Plans the firewall of a role out of the port matrix: the second line behind the security groups,
 * and as tight as addresses can be that never change. Addresses can't tell workers from interface
 * endpoints, which share their subnets, nor S3 from the rest of the internet: the security groups do.
 */
export function planHostFirewall(
  blueprint: Blueprint,
  role: MachineRole,
  { addresses, portMatrix: matrix }: NetworkPlan,
): HostFirewall {
  const isHere = (peer: Peer) => peer.kind === 'tier' && peer.tier === role;
  const incoming = matrix.filter((rule) => isHere(rule.to));
  const render = (rule: PortRule, direction: 'in' | 'out'): HostRule => ({
    id: rule.id,
    direction,
    ...(direction === 'in'
      ? { peers: sourcesOf(rule, matrix, addresses) }
      : targetsOf(rule.to, matrix, addresses)),
    protocol: rule.protocol,
    ports: renderPorts(rule.ports),
  });
  return {
    role,
    rules: [
      ...incoming.filter(({ ports }) => !isNodePorts(ports)).map((rule) => render(rule, 'in')),
      ...matrix.filter((rule) => isHere(rule.from)).map((rule) => render(rule, 'out')),
      ...linkLocalRules(addresses),
    ],
    nodePortClients: groupNodePorts(incoming, (rule) => sourcesOf(rule, matrix, addresses)),
    podCidr: role === 'control-plane' || role === 'worker' ? blueprint.network.podCidr : undefined,
  };
}

/**
 * What opens NodePorts, or some of them: kube-proxy rewrites their packets before the input chain, so
 * that a row there alone would open nothing.
 */
function groupNodePorts(
  rules: readonly PortRule[],
  sources: (rule: PortRule) => readonly string[],
): HostFirewall['nodePortClients'] {
  const byPorts = new Map<string, readonly string[]>();
  for (const rule of rules) {
    const from = Math.max(rule.ports.from, nodePorts.from);
    const to = Math.min(rule.ports.to, nodePorts.to);
    if (from > to) continue;
    const ports = renderPorts({ from, to });
    byPorts.set(ports, [...(byPorts.get(ports) ?? []), ...sources(rule)]);
  }
  return [...byPorts].map(([ports, peers]) => ({ ports, peers: distinct(peers) }));
}

/** Where the packets of a row come from: where clients are kept, the sender is not the address. */
function sourcesOf(rule: PortRule, matrix: PortMatrix, addresses: AddressPlan): readonly string[] {
  const { from } = rule;
  const clients =
    from.kind === 'tier' && keepsClients(from.tier)
      ? matrix.filter(
          ({ to, ports }) =>
            to.kind === 'tier' && to.tier === from.tier && ports.from === rule.ports.from,
        )
      : [];
  return distinct(
    [rule, ...clients].flatMap((client) => networksOf(client.from, matrix, addresses)),
  );
}

/** Where the packets of a row go. What is outside the VPC is never an address inside it. */
function targetsOf(
  to: Peer,
  matrix: PortMatrix,
  addresses: AddressPlan,
): Pick<HostRule, 'peers'> & { readonly except?: readonly string[] } {
  const peers = networksOf(to, matrix, addresses);
  return peers.includes('0.0.0.0/0') ? { peers, except: [addresses.vpc] } : { peers };
}

/**
 * Of a tier all that is reserved for it, and not the zones and members of today: a machine whose
 * firewall named those would have to be replaced for each further one. Nothing else is ever there.
 */
function networksOf(peer: Peer, matrix: PortMatrix, { reserved }: AddressPlan): readonly string[] {
  switch (peer.kind) {
    case 'cidrs':
      return peer.cidrs;
    case 'prefix-list':
      return ['0.0.0.0/0'];
    case 'tier':
      return distinct(
        peer.tier === 'etcd' ? reserved.etcdMembers : reserved[subnetKindOf(peer.tier, matrix)],
      );
  }
}

/** Services that EC2 gives every machine: names and time. */
function linkLocalRules({ vpc }: AddressPlan): readonly HostRule[] {
  const resolver = renderAddress((parseCidr(vpc)?.base ?? 0) + 2);
  const dns = {
    direction: 'out',
    peers: ['169.254.169.253', resolver].sort(),
    ports: String(namedPorts.dns),
  } as const;
  return [
    { id: 'dns-udp', ...dns, protocol: 'udp' },
    { id: 'dns-tcp', ...dns, protocol: 'tcp' },
    {
      id: 'time',
      direction: 'out',
      peers: [timeServer],
      ports: String(namedPorts.ntp),
      protocol: 'udp',
    },
  ];
}

const isNodePorts = ({ from, to }: PortRange) => from >= nodePorts.from && to <= nodePorts.to;

function renderPorts({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** Sorted, and without networks that lie in another one: nftables takes no overlapping intervals. */
function distinct(items: readonly string[]): readonly string[] {
  const parsed = [...new Set(items)].sort().map((text) => ({
    text,
    network: parseCidr(text.includes('/') ? text : `${text}/32`),
  }));
  return parsed
    .filter(
      (inner) =>
        !parsed.some(
          (outer) =>
            outer !== inner &&
            outer.network !== undefined &&
            inner.network !== undefined &&
            contains(outer.network, inner.network),
        ),
    )
    .map(({ text }) => text);
}
