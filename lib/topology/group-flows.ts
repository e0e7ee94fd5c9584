import type { Peer, PortMatrix, PortRule } from '../network/port-matrix';
import { namedPorts } from '../network/ports';

/** What a flow is for; decides its colour. */
export type FlowKind = 'outside' | 'ssh' | 'etcd' | 'cluster' | 'egress';

/** Rows of the port matrix that share one arrow. */
export interface FlowGroup {
  /** Number on the arrow and in the table, from 1. */
  readonly number: number;
  readonly kind: FlowKind;
  /** Keys of the peers, see `peerKey`. More than one here, or more than one there, never both. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Ports as text, a line a protocol. */
  readonly ports: readonly string[];
  readonly rules: readonly PortRule[];
}

/** Identifies a peer: a tier by its name, others by name and addresses. */
export function peerKey(peer: Peer): string {
  switch (peer.kind) {
    case 'tier':
      return `tier:${peer.tier}`;
    case 'cidrs':
      return `${peer.name}:${peer.cidrs.join(',')}`;
    case 'prefix-list':
      return `prefix-list:${peer.service}`;
  }
}

/**
 * Groups the rows of a port matrix into arrows: rows between the same two peers share one; then
 * those to one peer on the same ports join, and then those from one peer on the same ports.
 */
export function groupFlows(portMatrix: PortMatrix): readonly FlowGroup[] {
  const pairs = bundle(portMatrix, (rule) => `${peerKey(rule.from)} ${peerKey(rule.to)}`);
  const toOne = bundle(pairs, (rules) => joinKey(rules, 'to'));
  const joined = toOne.filter((group) => group.length > 1);
  const fromOne = bundle(toOne.filter((group) => group.length === 1).flat(), (rules) =>
    joinKey(rules, 'from'),
  );
  return [...joined, ...fromOne]
    .map((group) => group.flat())
    .sort((one, other) => firstRow(portMatrix, one) - firstRow(portMatrix, other))
    .map((rules, index) => ({
      number: index + 1,
      kind: kindOf(rules),
      from: unique(rules.map((rule) => peerKey(rule.from))),
      to: unique(rules.map((rule) => peerKey(rule.to))),
      ports: portLines(rules),
      rules: [...rules].sort((one, other) => portMatrix.indexOf(one) - portMatrix.indexOf(other)),
    }));
}

/** A single port or a range, such as `30000-32767`. */
export function renderPorts({ ports }: PortRule): string {
  return ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;
}

/** Rows join at one end when that end and the ports are the same; flows within a tier never do. */
function joinKey(rules: readonly PortRule[], end: 'from' | 'to'): string {
  const [first] = rules;
  if (first === undefined) return '';
  const from = peerKey(first.from);
  const to = peerKey(first.to);
  return from === to
    ? `${from} ${to}`
    : `${end === 'to' ? to : from} ${portLines(rules).join(' ')}`;
}

const linesAt = 2;

/** `tcp 6443, 10250` and so on: at most two ports a line. */
function portLines(rules: readonly PortRule[]): string[] {
  return (['tcp', 'udp'] as const).flatMap((protocol) => {
    const ports = unique(
      rules
        .filter((rule) => rule.protocol === protocol)
        .sort((one, other) => one.ports.from - other.ports.from)
        .map(renderPorts),
    );
    const lines = Array.from({ length: Math.ceil(ports.length / linesAt) }, (_, index) =>
      ports.slice(index * linesAt, (index + 1) * linesAt).join(', '),
    );
    return lines.map((line) => `${protocol} ${line}`);
  });
}

function kindOf(rules: readonly PortRule[]): FlowKind {
  const targets = rules.map(({ to }) => to);
  if (targets.every((to) => to.kind !== 'tier' || to.tier === 'endpoints')) return 'egress';
  if (rules.some(({ from }) => from.kind === 'cidrs')) return 'outside';
  if (rules.every(({ ports }) => ports.from === namedPorts.ssh && ports.to === namedPorts.ssh))
    return 'ssh';
  return targets.every((to) => to.kind === 'tier' && to.tier === 'etcd') ? 'etcd' : 'cluster';
}

function firstRow(portMatrix: PortMatrix, rules: readonly PortRule[]): number {
  return Math.min(...rules.map((rule) => portMatrix.indexOf(rule)));
}

function bundle<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const bundles = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const found = bundles.get(key);
    if (found) found.push(item);
    else bundles.set(key, [item]);
  }
  return [...bundles.values()];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
