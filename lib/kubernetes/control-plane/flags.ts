/** What a command-line flag may hold before it becomes text. */
export type FlagValue = string | number | boolean | readonly string[];

/** Flags of one program by name, without dashes. */
export type Flags<Name extends string = string> = Readonly<Partial<Record<Name, FlagValue>>>;

/** A flag as kubeadm v1beta4 wants its `extraArgs`. */
export interface FlagArgument {
  readonly name: string;
  readonly value: string;
}

/** The one serializer: sorted by name, lists joined by commas. */
export function renderArguments(flags: Flags): readonly FlagArgument[] {
  return Object.entries(flags)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value: renderFlagValue(value) }],
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The same as words of a command line: `--name=value`. */
export function renderCommandLine(flags: Flags): readonly string[] {
  return renderArguments(flags).map(({ name, value }) => `--${name}=${value}`);
}

/** Flags with those of the configuration on top; they were compared with the clauses before. */
export function withUserFlags(flags: Flags, userFlags: Readonly<Record<string, string>>): Flags {
  return { ...flags, ...userFlags };
}

function renderFlagValue(value: FlagValue): string {
  return typeof value === 'object' ? value.join(',') : String(value);
}
