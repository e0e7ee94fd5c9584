/** An upright rectangle; `x` and `y` are its upper left corner, in pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The stretch between two numbers, both included. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The smallest interval that holds all of some numbers. */
export function intervalOf(numbers: readonly number[]): Interval {
  return { from: Math.min(...numbers), to: Math.max(...numbers) };
}

/** Whether two intervals come closer to each other than `gap`. */
export function intervalsMeet(one: Interval, other: Interval, gap: number): boolean {
  return one.from < other.to + gap && other.from < one.to + gap;
}

/** The sum of some numbers. */
export function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
