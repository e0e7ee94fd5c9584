import type { Blueprint } from '../../lib/blueprint/blueprint';
import { BlueprintError } from '../../lib/blueprint/problem';
import { blueprintSchema } from '../../lib/blueprint/schema/blueprint-schema';

/** The part of `pulumi.Config` that is read. */
export interface ConfigSource {
  get(key: string): string | undefined;
}

/** Keys that hold plain text; all others hold JSON. */
const textKeys: ReadonlySet<string> = new Set(['name', 'profile', 'region']);

/** Keys of the configuration, `hardened-cluster:<key>`; the same as those of the schema. */
export const configKeys: readonly string[] = Object.keys(blueprintSchema.shape);

/**
 * Reads the configuration of the stack, as the user wrote it. Text that should be JSON and is not
 * is passed on, so that its error names the key along with all others.
 */
export function readConfig(config: ConfigSource): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    configKeys.flatMap((key) => {
      const text = config.get(key);
      if (text === undefined) return [];
      return [[key, textKeys.has(key) ? text : parse(text)]];
    }),
  );
}

/**
 * Ends the program where the provider would work in another region than the one that is planned.
 *
 * @throws BlueprintError that names both.
 */
export function requireSameRegion(
  providerRegion: string | undefined,
  { region }: Pick<Blueprint, 'region'>,
): void {
  if (providerRegion === undefined || providerRegion === region) return;
  throw new BlueprintError([
    {
      path: 'aws:region',
      got: providerRegion,
      expected: `${JSON.stringify(region)}, the same as hardened-cluster:region`,
    },
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
