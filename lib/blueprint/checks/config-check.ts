import type { Problem } from '../problem';
import type { BlueprintConfig } from '../schema/blueprint-schema';

/** Looks at what the schema alone can't see; empty when all is well. */
export type ConfigCheck = (config: BlueprintConfig, today: string) => Problem[];

/** One problem for each name that stands in the list before. */
export function duplicates(
  names: readonly string[],
  path: (index: number) => string,
  what: string,
): Problem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: path(index), got: name, expected: `a ${what} that is not used before` }],
  );
}
