import { personAccounts } from './hardening/ssh-accounts';
import type { HostFirewall, HostRule } from './host-firewall';
import { namedPorts, nodePorts } from '../network/ports';

/** Instance metadata: credentials of the machine's role. */
const metadata = '169.254.169.254';

/**
 * Renders a host firewall as one nftables table of our own, replaced as a whole. Other tables
 * (kube-proxy, Calico) stay untouched: a packet has to pass all of them, so what is dropped here
 * stays dropped, and what is accepted here may still be dropped there.
 */
export function renderNftables(firewall: HostFirewall): string {
  return [
    '#!/usr/sbin/nft -f',
    `# Host firewall of a machine of the ${firewall.role} tier, from the port matrix.`,
    'table inet hardened_cluster',
    'delete table inet hardened_cluster',
    'table inet hardened_cluster {',
    ...inputChain(firewall),
    ...outputChain(firewall),
    ...forwardChain(firewall),
    ...(firewall.podCidr === undefined ? [] : nodePortChain(firewall)),
    '}',
    '',
  ].join('\n');
}

function inputChain({ role, rules, podCidr }: HostFirewall): string[] {
  return chain('input', 'filter hook input priority filter - 5; policy drop;', [
    'iif "lo" accept',
    'ct state established,related accept',
    'ct state invalid drop',
    'icmp type { destination-unreachable, time-exceeded, parameter-problem } accept',
    'icmp type echo-request limit rate 10/second accept',
    ...rules.filter(({ direction }) => direction === 'in').map((rule) => render(rule, 'saddr')),
    // Pods of this very machine reach the API server by its Service, without leaving the machine.
    ...(role === 'control-plane' && podCidr !== undefined
      ? [
          `ip saddr ${podCidr} tcp dport ${namedPorts.apiServer} ct state new accept comment "api-from-local-pods"`,
        ]
      : []),
    'limit rate 5/second burst 20 packets log prefix "firewall drop in: "',
  ]);
}

function outputChain({ role, rules, podCidr }: HostFirewall): string[] {
  const people = Object.values(personAccounts).map(({ id }) => id);
  return chain('output', 'filter hook output priority filter - 5; policy drop;', [
    'oif "lo" accept',
    'ct state established,related accept',
    'ct state invalid drop',
    'icmp type { destination-unreachable, time-exceeded, parameter-problem, echo-request } accept',
    'udp sport 68 udp dport 67 accept comment "dhcp"',
    `ip daddr ${metadata} meta skuid { ${people.sort().join(', ')} } drop comment "people never act as the machine"`,
    `ip daddr ${metadata} tcp dport ${namedPorts.http} ct state new accept comment "instance-metadata"`,
    ...(role === 'bastion'
      ? [
          `tcp dport ${set(jumpPorts(rules))} ct state new log prefix "jump: " flags skuid comment "evidence of jumps"`,
        ]
      : []),
    ...rules.filter(({ direction }) => direction === 'out').map((rule) => render(rule, 'daddr')),
    // Probes of the kubelet, webhooks and aggregated APIs of the API server.
    ...(podCidr === undefined ? [] : [`ip daddr ${podCidr} accept comment "pods"`]),
    'limit rate 5/second burst 20 packets log prefix "firewall drop out: "',
    // A program of this machine learns at once what a stranger has to guess.
    'reject with icmpx admin-prohibited',
  ]);
}

const jumpable: readonly string[] = [namedPorts.ssh, namedPorts.apiServer].map(String);

/** Ports that people are connected to through the bastion: SSH, and a private API. */
function jumpPorts(rules: readonly HostRule[]): readonly string[] {
  const ports = rules
    .filter(({ direction, ports }) => direction === 'out' && jumpable.includes(ports))
    .map(({ ports }) => ports);
  return ports.length === 0 ? [String(namedPorts.ssh)] : [...new Set(ports)].sort();
}

/** Forwarded traffic is that of pods, and its rules are the pod network's, but for the metadata. */
function forwardChain({ podCidr }: HostFirewall): string[] {
  return podCidr === undefined
    ? chain('forward', 'filter hook forward priority filter - 5; policy drop;', [])
    : chain('forward', 'filter hook forward priority filter - 5; policy accept;', [
        `ip daddr 169.254.169.253 meta l4proto { tcp, udp } th dport ${namedPorts.dns} accept comment "dns"`,
        'ip daddr 169.254.0.0/16 drop comment "no instance metadata for pods"',
      ]);
}

/** NodePorts are turned into pod addresses before the input chain, so they are held here. */
function nodePortChain({ nodePortClients }: HostFirewall): string[] {
  return chain('node_ports', 'filter hook prerouting priority dstnat - 20; policy accept;', [
    'iif "lo" accept',
    'ct state established,related accept',
    ...nodePortClients.map(
      ({ ports, peers }) =>
        `fib daddr type local ${match(peers, 'saddr')} tcp dport ${ports} accept comment "node-port-clients"`,
    ),
    `fib daddr type local tcp dport ${nodePorts.from}-${nodePorts.to} drop`,
    `fib daddr type local udp dport ${nodePorts.from}-${nodePorts.to} drop`,
  ]);
}

function chain(name: string, hook: string, rules: readonly string[]): string[] {
  return [`  chain ${name} {`, `    type ${hook}`, ...rules.map((rule) => `    ${rule}`), '  }'];
}

function render(rule: HostRule, side: 'saddr' | 'daddr'): string {
  const except = rule.except === undefined ? [] : [`ip ${side} != ${set(rule.except)}`];
  return [
    ...except,
    ...(except.length > 0 && isEverywhere(rule.peers) ? [] : [match(rule.peers, side)]),
    `${rule.protocol} dport ${rule.ports} ct state new accept comment "${rule.id}"`,
  ].join(' ');
}

function match(networks: readonly string[], side: 'saddr' | 'daddr'): string {
  return isEverywhere(networks) ? 'meta nfproto ipv4' : `ip ${side} ${set(networks)}`;
}

function isEverywhere(networks: readonly string[]): boolean {
  return networks.length === 1 && networks[0] === '0.0.0.0/0';
}

function set(items: readonly string[]): string {
  const [first = '', ...others] = items;
  return others.length === 0 ? first : `{ ${items.join(', ')} }`;
}
