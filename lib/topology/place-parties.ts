import type { Party, PortMatrix } from '../network/port-matrix';
import { total } from './geometry';
import { partyKey, type FlowGroup } from './group-flows';
import type { PlacedPin } from './place-pins';
import type { Side } from './plan-pins';

/** A party outside the VPC with its place from top to bottom. */
export interface PlacedParty {
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
  'node-port-clients': 'NodePort clients',
  'ssh-clients': 'SSH clients',
  internet: 'Internet',
  s3: 'Amazon S3',
};

/** Addresses that the box of a party shows. */
const shownAddresses = 3;
const headHeight = 26;
const lineHeight = 14;
const pinPitch = 20;
const gap = 14;
/** Lines closer to each other than this would look like one. */
const nearest = 9;

/** Places clients left and services right of the VPC, each beside the tier it talks to first. */
export function placeParties(
  portMatrix: PortMatrix,
  groups: readonly FlowGroup[],
  pins: readonly PlacedPin[],
  top: number,
): readonly PlacedParty[] {
  return (['left', 'right'] as const).flatMap((side) => {
    const parties = partiesOf(portMatrix, side).map((party) => {
      const key = partyKey(party);
      const own = groups
        .filter((group) => (side === 'left' ? group.from : group.to).includes(key))
        .map((group) => ({ group, wanted: wantedY(group, pins) }))
        .sort((one, other) => one.wanted - other.wanted || one.group.number - other.group.number);
      return { party, key, own };
    });
    const taken = pins.filter((pin) => pin.side === side).map(({ y }) => y);
    let free = top;
    return parties
      .sort((one, other) => (one.own[0]?.wanted ?? 0) - (other.own[0]?.wanted ?? 0))
      .map(({ party, key, own }): PlacedParty => {
        const addresses = addressesOf(party);
        const lines = shownLines(party, addresses);
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
        return { key, title: titleOf(party), lines, addresses, side, y, height, pins: placed };
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

function partiesOf(portMatrix: PortMatrix, side: Side): Party[] {
  const all = portMatrix
    .map(({ from, to }) => (side === 'left' ? from : to))
    .filter((party) => party.kind !== 'tier');
  const keys = all.map(partyKey);
  return all.filter((party, index) => keys.indexOf(partyKey(party)) === index);
}

function titleOf(party: Party): string {
  const name = nameOf(party);
  return titles[name] ?? name;
}

/** Name of a party as the rows of the matrix use it. */
export function nameOf(party: Party): string {
  switch (party.kind) {
    case 'tier':
      return party.tier;
    case 'cidrs':
      return party.name;
    case 'prefix-list':
      return party.service;
  }
}

function addressesOf(party: Party): readonly string[] {
  return party.kind === 'cidrs' ? party.cidrs : [];
}

function shownLines(party: Party, addresses: readonly string[]): string[] {
  if (party.kind === 'prefix-list') return ['gateway endpoint'];
  if (addresses.length <= shownAddresses) return [...addresses];
  const shown = addresses.slice(0, shownAddresses - 1);
  return [...shown, `and ${addresses.length - shown.length} more`];
}
