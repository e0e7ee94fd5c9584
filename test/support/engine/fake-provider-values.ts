// How values look on the wire between engine and provider.
// https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
const signature = '4dabf18193072939515e22adb298388d';
const kinds = {
  secret: '1b47061264138c4ac30d75fd1eb44270',
  output: 'd0e6a833031e9bbcd3f4e8bde6ca49a4',
  asset: 'c44067f5952c0a294b673a41bacd8c17',
} as const;
const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

export type WireProperties = Readonly<Record<string, unknown>>;

/** A value that is not known yet. */
export const unknownWireValue: unique symbol = Symbol('unknown');

/** A file or an address whose content is the value. */
export class WireAsset {
  constructor(readonly hash: string) {}
}

/** Marks a value as secret on the wire. */
export const wireSecret = (value: string) => ({ [signature]: kinds.secret, value });

/** A value without its wrappers: secrets and outputs opened, assets as `WireAsset`. */
export function plainValue(value: unknown): unknown {
  if (value === unknown) return unknownWireValue;
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  switch (record[signature]) {
    case kinds.secret:
      return plainValue(record.value);
    case kinds.output:
      return 'value' in record ? plainValue(record.value) : unknownWireValue;
    case kinds.asset:
      return new WireAsset(String(record.hash));
    default:
      return plainProperties(record);
  }
}

/** Properties without their wrappers. */
export function plainProperties(properties: WireProperties): WireProperties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, plainValue(value)]),
  );
}

/** Text that is the same for equal values. Unknown is like nothing but unknown. */
export function canonical(value: unknown): string {
  return JSON.stringify(plainValue(value), (_key, item: unknown) => {
    if (item === unknownWireValue) return '<unknown>';
    return typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  });
}
