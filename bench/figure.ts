/** One measured figure, compared with a floor or a peer measured in the same run. */
export interface Figure {
  readonly name: string;
  /** Such as `s`, `MB`, `ops/s`. */
  readonly unit: string;
  readonly value: number;
  /** The least that any program of the kind needs. */
  readonly floor?: number;
  /** What another way of doing the same takes. */
  readonly peer?: number;
  /** `value` over floor or peer. */
  readonly ratio?: number;
}

/** Prints figures: one JSON object a line, or a table for people. */
export function printFigures(figures: readonly Figure[], json: boolean): void {
  const rounded = figures.map(round);
  if (json) {
    for (const figure of rounded) console.log(JSON.stringify(figure));
  } else {
    console.table(rounded);
  }
}

function round(figure: Figure): Figure {
  const entries = Object.entries(figure).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'number' ? Number(value.toPrecision(4)) : value,
  ]);
  return Object.fromEntries(entries) as Figure;
}

/** Middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
