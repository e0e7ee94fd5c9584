import { total } from './geometry';
import { labelLine, type Pin, type PinPlan, type Side } from './plan-pins';
import type { PlacedBand } from './plan-rows';

/** A pin with its place from top to bottom. */
export interface PlacedPin extends Pin {
  readonly tier: string;
  readonly side: Side;
  /** Of the line. */
  readonly y: number;
}

/** Lines of a label that stand above its line; the others stand below. */
export function linesAbove(lines: number): number {
  return Math.ceil(lines / 2);
}

/** Places the pins of every tier in the middle of its edge, slot below slot. */
export function placePins(bands: readonly PlacedBand[], pins: PinPlan): readonly PlacedPin[] {
  return bands
    .flatMap(({ rows }) => rows)
    .flatMap(({ row, y, height }) =>
      (['left', 'right'] as const).flatMap((side) => {
        const ofSide = pins.pinsOf(row.key, side);
        let slot = y + (height - total(ofSide.map((pin) => pin.height))) / 2;
        return ofSide.map((pin): PlacedPin => {
          const labels = labelLine * pin.group.ports.length;
          const above = labelLine * linesAbove(pin.group.ports.length);
          const line = Math.round(slot + (pin.height - labels) / 2 + above);
          slot += pin.height;
          return { ...pin, tier: row.key, side, y: line };
        });
      }),
    );
}
