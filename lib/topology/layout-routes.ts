import { intervalOf } from './geometry';
import type { FlowGroup } from './group-flows';
import type { PlacedPeer } from './place-peers';
import { linesAbove, type PlacedPin } from './place-pins';
import { badgeRoom, portFont, tipRoom, type Columns } from './plan-columns';
import type { LanePlan } from './plan-lanes';
import { labelLine, type Side } from './plan-pins';
import type { ArrowHead, Badge, Label, Route, Segment } from './shape';

/** One end of a flow, on the border of its box. */
interface End {
  readonly box: string;
  readonly role: 'source' | 'target';
  readonly side: Side;
  readonly x: number;
  readonly y: number;
  /** Whether the box lies towards the middle of the picture, seen from the lane. */
  readonly inside: boolean;
}

/** Draws the arrow of each group through its lane, with number and ports at every tier it meets. */
export function layoutRoutes(
  groups: readonly FlowGroup[],
  pins: readonly PlacedPin[],
  peers: readonly PlacedPeer[],
  { lanes }: LanePlan,
  columns: Columns,
): {
  readonly routes: readonly Route[];
  readonly labels: readonly Label[];
  readonly badges: readonly Badge[];
} {
  const drawn = groups.map((group) => {
    const ends = endsOf(group, pins, peers, columns);
    const lane = lanes.get(group);
    return {
      route: drawRoute(group, ends, lane, columns),
      labels: pins.filter((pin) => pin.group === group).flatMap((pin) => labelPin(pin, columns)),
      badges: ends.map((end): Badge => ({
        number: group.number,
        kind: group.kind,
        x: badgeX(end, columns),
        y: end.y,
      })),
    };
  });
  return {
    routes: drawn.map(({ route }) => route),
    labels: drawn.flatMap(({ labels }) => labels),
    badges: drawn.flatMap(({ badges }) => badges),
  };
}

function endsOf(
  group: FlowGroup,
  pins: readonly PlacedPin[],
  peers: readonly PlacedPeer[],
  columns: Columns,
): End[] {
  return [
    ...pins
      .filter((pin) => pin.group === group)
      .map(({ tier, role, side, y }): End => ({
        box: tier,
        role,
        side,
        x: columns.tier[side],
        y,
        inside: true,
      })),
    ...peers.flatMap(({ key, side, pins: own }) =>
      own
        .filter((pin) => pin.group === group)
        .map(({ y }): End => ({
          box: key,
          role: side === 'left' ? 'source' : 'target',
          side,
          x: side === 'left' ? columns.peers.left.to : columns.peers.right.from,
          y,
          inside: false,
        })),
    ),
  ];
}

function drawRoute(
  group: FlowGroup,
  ends: readonly End[],
  lane: number | undefined,
  columns: Columns,
): Route {
  const [first] = ends;
  const side = first?.side ?? 'left';
  const x = lane === undefined ? undefined : columns.laneX(side, lane);
  const { from, to } = intervalOf(ends.map(({ y }) => y));
  const segments: Segment[] =
    x === undefined
      ? straightSegments(ends)
      : [
          ...ends.map((end) => ({ from: { x: end.x, y: end.y }, to: { x, y: end.y } })),
          { from: { x, y: from }, to: { x, y: to } },
        ];
  const names = (keys: readonly string[]) => keys.map(readable).join(', ');
  return {
    number: group.number,
    kind: group.kind,
    title: `${group.number}: ${names(group.from)} to ${names(group.to)}, ${group.ports.join(', ')}`,
    segments,
    heads: ends
      .filter(({ role }) => role === 'target')
      .map((end): ArrowHead => ({
        x: end.x,
        y: end.y,
        direction: (end.side === 'left') === end.inside ? 'right' : 'left',
        box: end.box,
      })),
    tails: ends
      .filter(({ role }) => role === 'source')
      .map((end) => ({ x: end.x, y: end.y, box: end.box })),
    joints:
      x === undefined ? [] : ends.filter(({ y }) => y > from && y < to).map(({ y }) => ({ x, y })),
  };
}

function straightSegments(ends: readonly End[]): Segment[] {
  const [one, other] = ends;
  return one === undefined || other === undefined
    ? []
    : [{ from: { x: one.x, y: one.y }, to: { x: other.x, y: other.y } }];
}

/** The ports beside a pin, half of the lines above the arrow and half below it. */
function labelPin({ group, side, y }: PlacedPin, columns: Columns): Label[] {
  const above = linesAbove(group.ports.length);
  const x = side === 'left' ? columns.labels.left + badgeRoom : columns.tier.right + tipRoom;
  return group.ports.map((text, index) => ({
    text,
    x,
    y:
      index < above
        ? y - 4 - (above - 1 - index) * labelLine
        : y + 11 + (index - above) * labelLine,
    font: portFont,
    tone: group.kind,
  }));
}

function badgeX({ side, inside, x }: End, columns: Columns): number {
  if (inside) return side === 'left' ? columns.labels.left + 10 : columns.labels.right - 10;
  return side === 'left' ? x + 16 : x - 24;
}

function readable(key: string): string {
  const [kind = '', rest = ''] = key.split(':');
  return kind === 'tier' || kind === 'prefix-list' ? rest : kind;
}
