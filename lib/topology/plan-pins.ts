import { total } from './geometry';
import type { FlowGroup } from './group-flows';

/** Gutter that a flow runs in: clients stand on the left, services outside the VPC on the right. */
export type Side = 'left' | 'right';

/** Place on the edge of a tier where one flow leaves or enters. */
export interface Pin {
  readonly group: FlowGroup;
  readonly role: 'source' | 'target';
  /** Height of the slot that line, label and number need. */
  readonly height: number;
}

/** Pins of each tier and side, from top to bottom. */
export interface PinPlan {
  readonly sides: ReadonlyMap<FlowGroup, Side>;
  pinsOf(tier: string, side: Side): readonly Pin[];
}

/** Height of one line of a label. */
export const labelLine = 12;
const smallestSlot = 20;

/** Height of the slot of a flow. */
export function slotHeight({ ports }: FlowGroup): number {
  return Math.max(smallestSlot, labelLine * ports.length + 9);
}

/**
 * Gives each flow a side, so that both sides of each tier carry about the same, and orders the pins
 * so that lines cross as little as may be.
 *
 * @param tiers - keys of the tiers from top to bottom
 */
export function planPins(groups: readonly FlowGroup[], tiers: readonly string[]): PinPlan {
  const sides = new Map<FlowGroup, Side>();
  const pins = new Map<string, Pin[]>();
  const at = (tier: string, side: Side) => pins.get(`${side} ${tier}`) ?? [];
  const fixed = groups.map((group) => [group, fixedSide(group, tiers)] as const);
  // Flows that have no choice come first, so that the others can balance them.
  for (const [group, side] of [...fixed].sort((a, b) => Number(!a[1]) - Number(!b[1]))) {
    const chosen = side ?? lighterSide(group, tiers, at);
    sides.set(group, chosen);
    for (const { tier, pin } of pinsOfGroup(group, tiers)) {
      pins.set(`${chosen} ${tier}`, [...at(tier, chosen), pin]);
    }
  }
  return {
    sides,
    pinsOf: (tier, side) =>
      [...at(tier, side)].sort(
        (one, other) =>
          compare(orderOf(one.group, tier, tiers), orderOf(other.group, tier, tiers)) ||
          one.group.number - other.group.number,
      ),
  };
}

function pinsOfGroup(group: FlowGroup, tiers: readonly string[]) {
  const pin = (role: Pin['role']): Pin => ({ group, role, height: slotHeight(group) });
  return [
    ...group.from.map((tier) => ({ tier, pin: pin('source') })),
    ...group.to.map((tier) => ({ tier, pin: pin('target') })),
  ].filter(({ tier }) => tiers.includes(tier));
}

function fixedSide({ from, to }: FlowGroup, tiers: readonly string[]): Side | undefined {
  if (from.some((key) => !tiers.includes(key))) return 'left';
  return to.some((key) => !tiers.includes(key)) ? 'right' : undefined;
}

function lighterSide(
  group: FlowGroup,
  tiers: readonly string[],
  at: (tier: string, side: Side) => readonly Pin[],
): Side {
  const load = (side: Side) =>
    Math.max(
      ...[...group.from, ...group.to].map((tier) => total(at(tier, side).map((pin) => pin.height))),
    );
  const whole = (side: Side) => total(tiers.map((tier) => at(tier, side).length));
  const [left, right] = [load('left'), load('right')];
  if (left !== right) return left < right ? 'left' : 'right';
  return whole('left') <= whole('right') ? 'left' : 'right';
}

/**
 * Where a pin belongs on its edge. Lanes of short flows lie nearest to the boxes; so of those that
 * go up the short ones come first, of those that go down last, and no line cuts a nearer lane.
 */
function orderOf(group: FlowGroup, tier: string, tiers: readonly string[]): readonly number[] {
  const row = tiers.indexOf(tier);
  const others = [...group.from, ...group.to]
    .map((key) => tiers.indexOf(key))
    .filter((index) => index >= 0 && index !== row);
  if (others.length === 0) return [1, 0];
  const away = total(others) / others.length - row;
  return away < 0 ? [0, -away] : [2, -away];
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
