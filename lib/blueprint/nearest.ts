/**
 * The candidate that is most like a value, for "did you mean": at most two letters, and less than half of
 * them, may differ; undefined when none is.
 */
export function nearest(value: string, candidates: Iterable<string>): string | undefined {
  const most = Math.min(2, Math.floor((value.length - 1) / 2));
  let best: { readonly text: string; readonly distance: number } | undefined;
  for (const text of candidates) {
    if (Math.abs(text.length - value.length) > most) continue;
    const distance = editDistance(value.toLowerCase(), text.toLowerCase());
    if (distance <= most && (best === undefined || distance < best.distance)) {
      best = { text, distance };
    }
  }
  return best?.text;
}

/** `, did you mean "x"?`, or nothing. */
export function didYouMean(value: unknown, candidates: Iterable<string>): string {
  const found = typeof value === 'string' ? nearest(value, candidates) : undefined;
  return found === undefined ? '' : `; did you mean ${JSON.stringify(found)}?`;
}

/** Letters to add, drop, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + same,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, at(before, column - 2) + 1);
      }
      current.push(least);
    }
    before = above;
    above = current;
  }
  return at(above, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
