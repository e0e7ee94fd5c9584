import { measureText } from './measure-text';
import type { FlowGroup } from './group-flows';
import type { PlacedPeer } from './place-peers';
import type { LanePlan } from './plan-lanes';
import type { Side } from './plan-pins';
import type { Font } from './shape';

/** What stands where from left to right. */
export interface Columns {
  readonly width: number;
  readonly vpc: { readonly from: number; readonly to: number };
  /** One a zone, in the order of the address plan. */
  readonly zones: readonly { readonly from: number; readonly to: number }[];
  /** Edges of the tiers. */
  readonly tier: Readonly<Record<Side, number>>;
  /** Border between the labels of the pins and the lanes. */
  readonly labels: Readonly<Record<Side, number>>;
  readonly peers: Readonly<Record<Side, { readonly from: number; readonly to: number }>>;
  laneX(side: Side, lane: number): number;
}

/** Font of the ports beside each pin. */
export const portFont: Font = { size: 11, family: 'mono' };

/** Room that the number of a flow takes on its line. */
export const badgeRoom = 22;
/** Room that the tip of an arrow takes. */
export const tipRoom = 12;

const leastWidth = 1200;
const leastZone = 108;
const zoneGap = 10;
const peerWidth = { left: 136, right: 122 };
const peerGap = 44;
const lanePitch = 12;
const cellInset = 8;

/** Divides the width; what is left over at 1200 pixels goes to the zones. */
export function planColumns(
  groups: readonly FlowGroup[],
  sides: ReadonlyMap<FlowGroup, Side>,
  peers: readonly PlacedPeer[],
  { count }: LanePlan,
  zones: number,
  margin: number,
): Columns {
  const labelWidth = (side: Side) =>
    Math.ceil(
      Math.max(
        0,
        ...groups
          .filter((group) => sides.get(group) === side)
          .flatMap(({ ports }) => ports.map((line) => measureText(line, portFont))),
      ),
    ) +
    badgeRoom +
    tipRoom;
  const outer = (side: Side) =>
    peers.some((peer) => peer.side === side) ? peerWidth[side] + peerGap : 0;
  const gutter = (side: Side) => lanePitch * count[side] + 14;
  const fixed = (['left', 'right'] as const).reduce(
    (checksum, side) => checksum + margin + outer(side) + gutter(side) + labelWidth(side),
    0,
  );
  const grid = Math.max(
    leastWidth - fixed,
    zones * leastZone + (zones - 1) * zoneGap,
    leastZone * 3,
  );
  const vpcFrom = margin + outer('left');
  const labelsLeft = vpcFrom + gutter('left');
  const gridFrom = labelsLeft + labelWidth('left');
  const gridTo = gridFrom + grid;
  const labelsRight = gridTo + labelWidth('right');
  const vpcTo = labelsRight + gutter('right');
  const width = vpcTo + outer('right') + margin;
  const zoneWidth = (grid - (zones - 1) * zoneGap) / zones;
  return {
    width,
    vpc: { from: vpcFrom, to: vpcTo },
    zones: Array.from({ length: zones }, (_, index) => {
      const from = gridFrom + index * (zoneWidth + zoneGap);
      return { from, to: from + zoneWidth };
    }),
    tier: { left: gridFrom + cellInset, right: gridTo - cellInset },
    labels: { left: labelsLeft, right: labelsRight },
    peers: {
      left: { from: margin, to: margin + peerWidth.left },
      right: { from: width - margin - peerWidth.right, to: width - margin },
    },
    laneX: (side, lane) =>
      side === 'left' ? labelsLeft - 6 - lane * lanePitch : labelsRight + 6 + lane * lanePitch,
  };
}
