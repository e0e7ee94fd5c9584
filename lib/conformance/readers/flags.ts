/** Command-line flags by name without dashes; a repeated flag has several values. */
export type Flags = ReadonlyMap<string, readonly string[]>;

/** Reads `--name=value`, `--name value` and bare `--name` (which means true). */
export function parseFlags(words: readonly string[]): Flags {
  const flags = new Map<string, string[]>();
  words.forEach((word, index) => {
    const match = /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(word);
    if (!match?.[1]) return;
    const next = words[index + 1];
    const value = match[2] ?? (next !== undefined && !next.startsWith('-') ? next : 'true');
    flags.set(match[1], [...(flags.get(match[1]) ?? []), value]);
  });
  return flags;
}

/** The value that counts: the last one given. */
export function flagValue(flags: Flags, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}

/** Values of a flag that holds a comma-separated list. */
export function flagList(flags: Flags, name: string): readonly string[] {
  return (flags.get(name) ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** A flag as it is written, for evidence. */
export function showFlag(flags: Flags, name: string): string {
  const value = flagValue(flags, name);
  return value === undefined ? `--${name} is not set` : `--${name}=${value}`;
}
