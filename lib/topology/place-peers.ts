import type { Peer, PortMatrix } from '../network/port-matrix';
import { total } from './geometry';
import { peerKey, type FlowGroup } from './group-flows';
import type { PlacedPin } from './place-pins';
import type { Side } from './plan-pins';

/** A peer outside the VPC with its place from top to bottom. */
export interface PlacedPeer {
  readonly key: string;
  readonly title: string;
  /** Addresses as shown, the last line counting what is left out. */
  readonly lines: readonly string[];
  /** Every address. */
  readonly addresses: readonly string[];
  readonly side: Side;
  readonly y: number;
  readonly height: number;
  /** Where its flows leave or enter. */
  readonly pins: readonly { readonly group: FlowGroup; readonly y: number }[];
}

const titles: Readonly<Record<string, string>> = {
  'api-clients': 'API clients',
  'private-api-clients': 'Private API clients',
  'node-port-clients': 'NodePort clients',
  'ssh-clients': 'SSH clients',
  internet: 'Internet',
  s3: 'Amazon S3',
};

/** Addresses that the box of a peer shows. */
const shownAddresses = 3;
const headHeight = 26;
const lineHeight = 14;
const pinPitch = 20;
const gap = 14;
/** Lines closer to each other than this would look like one. */
const nearest = 9;

/** Places clients left and services right of the VPC, each beside the tier it talks to first. */
export function placePeers(
  portMatrix: PortMatrix,
  groups: readonly FlowGroup[],
  pins: readonly PlacedPin[],
  top: number,
): readonly PlacedPeer[] {
  return (['left', 'right'] as const).flatMap((side) => {
    const peers = peersOf(portMatrix, side).map((peer) => {
      const key = peerKey(peer);
      const own = groups
        .filter((group) => (side === 'left' ? group.from : group.to).includes(key))
        .map((group) => ({ group, wanted: wantedY(group, pins) }))
        .sort((one, other) => one.wanted - other.wanted || one.group.number - other.group.number);
      return { peer, key, own };
    });
    const taken = pins.filter((pin) => pin.side === side).map(({ y }) => y);
    let free = top;
    return peers
      .sort((one, other) => (one.own[0]?.wanted ?? 0) - (other.own[0]?.wanted ?? 0))
      .map(({ peer, key, own }): PlacedPeer => {
        const addresses = addressesOf(peer);
        const lines = shownLines(peer, addresses);
        const first = headHeight / 2 + 6;
        const y = Math.max(free, Math.round((own[0]?.wanted ?? free) - first));
        let next = y + first;
        const placed = own.map(({ group, wanted }) => {
          const straight = isStraight(group) && wanted === next;
          const pinY = straight ? wanted : freeY(next, taken);
          taken.push(pinY);
          next = pinY + pinPitch;
          return { group, y: pinY };
        });
        const height = Math.max(
          headHeight + lines.length * lineHeight + 6,
          next - pinPitch + first - y,
        );
        free = y + height + gap;
        return { key, title: titleOf(peer), lines, addresses, side, y, height, pins: placed };
      });
  });
}

/** Whether a flow can be one level line: nothing joins it. */
export function isStraight({ from, to }: FlowGroup): boolean {
  return from.length === 1 && to.length === 1;
}

function wantedY(group: FlowGroup, pins: readonly PlacedPin[]): number {
  const ys = pins.filter((pin) => pin.group === group).map(({ y }) => y);
  return ys.length === 0 ? 0 : Math.round(total(ys) / ys.length);
}

/** The nearest place from `wanted` down that keeps its distance from all others. */
function freeY(wanted: number, taken: readonly number[]): number {
  let y = wanted;
  while (taken.some((other) => Math.abs(other - y) < nearest)) y += 1;
  return y;
}

function peersOf(portMatrix: PortMatrix, side: Side): Peer[] {
  const all = portMatrix
    .map(({ from, to }) => (side === 'left' ? from : to))
    .filter((peer) => peer.kind !== 'tier');
  const keys = all.map(peerKey);
  return all.filter((peer, index) => keys.indexOf(peerKey(peer)) === index);
}

function titleOf(peer: Peer): string {
  const name = nameOf(peer);
  return titles[name] ?? name;
}

/** Name of a peer as the rows of the matrix use it. */
export function nameOf(peer: Peer): string {
  switch (peer.kind) {
    case 'tier':
      return peer.tier;
    case 'cidrs':
      return peer.name;
    case 'prefix-list':
      return peer.service;
  }
}

function addressesOf(peer: Peer): readonly string[] {
  return peer.kind === 'cidrs' ? peer.cidrs : [];
}

function shownLines(peer: Peer, addresses: readonly string[]): string[] {
  if (peer.kind === 'prefix-list') return ['gateway endpoint'];
  if (addresses.length <= shownAddresses) return [...addresses];
  const shown = addresses.slice(0, shownAddresses - 1);
  return [...shown, `and ${addresses.length - shown.length} more`];
}
