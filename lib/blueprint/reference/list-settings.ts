import type { JsonSchema } from './json-schema';

/** One setting of the configuration. */
export interface Setting {
  /** Such as `etcd.backup.intervalMinutes` or `workers[].name`. */
  readonly path: string;
  /** What it takes, such as `string` or `1 to 7`. */
  readonly type: string;
  /** JSON of the default; undefined where there is none. */
  readonly default?: string;
  readonly required: boolean;
  readonly description: string;
}

/** Settings that are no group of others, in the order of the schema. */
export function listSettings(schema: JsonSchema, path = '', required = false): readonly Setting[] {
  const { properties, items, oneOf } = schema;
  if (properties) {
    return Object.entries(properties).flatMap(([key, child]) =>
      listSettings(child, join(path, key), schema.required?.includes(key) ?? false),
    );
  }
  if (oneOf) return mergeVariants(oneOf.map((variant) => listSettings(variant, path)));
  const self: Setting = {
    path,
    type: describeType(schema),
    ...(schema.default === undefined ? {} : { default: JSON.stringify(schema.default) }),
    required,
    description: schema.description ?? '',
  };
  return items?.properties ? [self, ...listSettings(items, `${path}[]`)] : [self];
}

/** What a setting takes, in a few words. */
function describeType(schema: JsonSchema): string {
  const { type, items, additionalProperties, minimum, maximum } = schema;
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (items) return items.properties ? 'list' : `list of ${describeType(items)}`;
  if (typeof additionalProperties === 'object') {
    return `map to ${describeType(additionalProperties)}`;
  }
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return type ?? 'any';
}

/** Variants of one group: what differs between them joins, what one has alone stays. */
function mergeVariants(variants: readonly (readonly Setting[])[]): readonly Setting[] {
  const merged = new Map<string, Setting>();
  for (const setting of variants.flat()) {
    const known = merged.get(setting.path);
    if (known === undefined) merged.set(setting.path, setting);
    else if (known.type !== setting.type) {
      merged.set(setting.path, { ...known, type: `${known.type}, ${setting.type}` });
    }
  }
  const everywhere = (path: string) =>
    variants.every((variant) => variant.some((setting) => setting.path === path));
  return [...merged.values()].map((setting) =>
    everywhere(setting.path) ? setting : { ...setting, required: false },
  );
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
