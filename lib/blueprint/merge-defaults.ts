/** Fills keys that `input` leaves out from `defaults`; lists and scalars of `input` stay whole. */
export function mergeDefaults(input: unknown, defaults: unknown): unknown {
  if (input === undefined) return defaults;
  if (!isPlainObject(input) || !isPlainObject(defaults)) return input;
  const keys = new Set([...Object.keys(input), ...Object.keys(defaults)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, mergeDefaults(input[key], defaults[key])]),
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
