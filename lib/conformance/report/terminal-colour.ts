/** Uses of colour in the terminal. */
export type Tone = 'strong' | 'dim' | 'good' | 'warn' | 'bad';

/** Colours a line, or leaves it alone. */
export type Paint = (tone: Tone, text: string) => string;

const codes: Readonly<Record<Tone, string>> = {
  strong: '1',
  dim: '2',
  good: '32',
  warn: '33',
  bad: '31',
};

/** A painter that uses ANSI colours, or none. */
export function paintWith(colour: boolean): Paint {
  return (tone, text) => (colour && text !== '' ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text);
}
