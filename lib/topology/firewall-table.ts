import type { Peer, PortMatrix } from '../network/port-matrix';
import type { ClauseId } from '../standard/clause-id';
import { escapeControls } from './escape';
import { renderPorts } from './group-flows';
import { nameOf } from './place-peers';

/** One row of `firewall.json`: an allowed flow. What has no row is denied. */
export interface FirewallRow {
  /** Id of the row of the port matrix; names of security-group rules derive from it. */
  readonly id: string;
  readonly from: string;
  /** Addresses of a peer that is no tier. */
  readonly fromCidrs?: readonly string[];
  readonly to: string;
  readonly toCidrs?: readonly string[];
  readonly protocol: 'tcp' | 'udp';
  readonly fromPort: number;
  readonly toPort: number;
  readonly why: string;
  readonly clauses: readonly ClauseId[];
}

/** The port matrix as rows for `firewall.json`, in its order. */
export function renderFirewallRows(portMatrix: PortMatrix): readonly FirewallRow[] {
  return portMatrix.map(({ id, from, to, protocol, ports, why, clauses }) => ({
    id,
    from: nameOf(from),
    ...(from.kind === 'cidrs' ? { fromCidrs: from.cidrs } : {}),
    to: nameOf(to),
    ...(to.kind === 'cidrs' ? { toCidrs: to.cidrs } : {}),
    protocol,
    fromPort: ports.from,
    toPort: ports.to,
    why,
    clauses,
  }));
}

const heads = ['Rule', 'From', 'To', 'Ports', 'Why'] as const;

/** The port matrix as a table of aligned columns. */
export function renderFirewallText(portMatrix: PortMatrix): string {
  const rows = [heads, ...cellsOf(portMatrix)].map((cells) => cells.map(escapeControls));
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The port matrix as a Markdown table. */
export function renderFirewallMarkdown(portMatrix: PortMatrix): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...cellsOf(portMatrix).map((cells) => line(cells.map(escapeCell))),
  ].join('');
}

function cellsOf(portMatrix: PortMatrix): string[][] {
  return portMatrix.map((rule) => [
    rule.id,
    describePeer(rule.from),
    describePeer(rule.to),
    `${rule.protocol} ${renderPorts(rule)}`,
    rule.why,
  ]);
}

/** A peer with its addresses, such as `ssh-clients (203.0.113.0/24)`. */
export function describePeer(peer: Peer): string {
  return peer.kind === 'cidrs' ? `${nameOf(peer)} (${peer.cidrs.join(', ')})` : nameOf(peer);
}

function escapeCell(text: string): string {
  return escapeControls(text).replace(/[\\|`*_<>[\]]/g, (character) => `\\${character}`);
}
