import { intervalOf, intervalsMeet, type Interval } from './geometry';
import type { FlowGroup } from './group-flows';
import { isStraight, type PlacedPeer } from './place-peers';
import type { PlacedPin } from './place-pins';
import type { Side } from './plan-pins';

/** The lane of each flow that needs one, counted from the boxes outwards. */
export interface LanePlan {
  readonly lanes: ReadonlyMap<FlowGroup, number>;
  /** How many lanes each gutter has. */
  readonly count: Readonly<Record<Side, number>>;
}

/** Ends of two flows in one lane keep this distance. */
const gap = 12;

/** Gives flows lanes: short flows near the boxes, flows that don't meet may share one. */
export function planLanes(
  groups: readonly FlowGroup[],
  pins: readonly PlacedPin[],
  peers: readonly PlacedPeer[],
): LanePlan {
  const lanes = new Map<FlowGroup, number>();
  const count = { left: 0, right: 0 };
  for (const side of ['left', 'right'] as const) {
    const occupied: Interval[][] = [];
    const flows = groups
      .map((group) => ({ group, ys: endsOf(group, side, pins, peers) }))
      .filter(({ group, ys }) => ys.length > 1 && !(isStraight(group) && new Set(ys).size === 1))
      .map(({ group, ys }) => ({ group, interval: intervalOf(ys) }))
      .sort(
        (one, other) =>
          lengthOf(one.interval) - lengthOf(other.interval) ||
          one.group.number - other.group.number,
      );
    for (const { group, interval } of flows) {
      const free = occupied.findIndex((taken) =>
        taken.every((other) => !intervalsMeet(interval, other, gap)),
      );
      const lane = free === -1 ? occupied.length : free;
      (occupied[lane] ??= []).push(interval);
      lanes.set(group, lane);
    }
    count[side] = occupied.length;
  }
  return { lanes, count };
}

function endsOf(
  group: FlowGroup,
  side: Side,
  pins: readonly PlacedPin[],
  peers: readonly PlacedPeer[],
): number[] {
  return [
    ...pins.filter((pin) => pin.group === group && pin.side === side),
    ...peers
      .filter((peer) => peer.side === side)
      .flatMap((peer) => peer.pins.filter((pin) => pin.group === group)),
  ].map(({ y }) => y);
}

const lengthOf = ({ from, to }: Interval) => to - from;
