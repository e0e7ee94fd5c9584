import { total } from './geometry';
import type { PinPlan } from './plan-pins';
import { subnetKinds, type SubnetKind } from '../network/subnet-kinds';
import type { TierRow } from './tiers';

/** A row with its place from top to bottom. */
export interface PlacedRow {
  readonly row: TierRow;
  readonly y: number;
  readonly height: number;
}

/** A band with its rows. */
export interface PlacedBand {
  readonly band: SubnetKind;
  readonly y: number;
  readonly height: number;
  readonly rows: readonly PlacedRow[];
}

/** Heights and gaps of the picture, in pixels. */
export const rowSizes = {
  /** Two lines that name a subnet. */
  subnetHead: 34,
  titleLine: 24,
  bar: 24,
  barGap: 4,
  machine: 36,
  machineGap: 6,
  natHeight: 24,
  gap: 10,
  bandGap: 12,
  inset: 8,
} as const;

/** Stacks the bands and their rows from `top` down; each row is as high as text and pins need. */
export function planRows(
  rows: readonly TierRow[],
  pins: PinPlan,
  top: number,
): readonly PlacedBand[] {
  const bands: PlacedBand[] = [];
  let y = top;
  for (const band of subnetKinds) {
    const ofBand = rows.filter((row) => row.band === band);
    let rowY = y + rowSizes.subnetHead;
    const placed = ofBand.map((row): PlacedRow => {
      const height = Math.max(contentHeight(row), pinHeight(row, pins));
      const result = { row, y: rowY, height };
      rowY += height + rowSizes.gap;
      return result;
    });
    bands.push({ band, y, height: rowY - y, rows: placed });
    y = rowY + rowSizes.bandGap;
  }
  return bands;
}

function contentHeight({ key, bars, placed }: TierRow): number {
  if (key === 'nat') return rowSizes.natHeight;
  const perZone = [...new Set(placed.map(({ zone }) => zone))].map(
    (zone) => placed.filter((item) => item.zone === zone).length,
  );
  const machines = Math.max(0, ...perZone);
  return (
    rowSizes.titleLine +
    bars.length * (rowSizes.bar + rowSizes.barGap) +
    machines * (rowSizes.machine + rowSizes.machineGap) +
    (bars.length + machines > 0 ? 4 : 0)
  );
}

function pinHeight({ key }: TierRow, pins: PinPlan): number {
  const heights = (['left', 'right'] as const).map((side) =>
    total(pins.pinsOf(key, side).map(({ height }) => height)),
  );
  return Math.max(...heights) + 6;
}
