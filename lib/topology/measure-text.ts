import type { Font } from './shape';

// No font is at hand when the picture is drawn, and every viewer has another: these are widths, in
// parts of the size, that the usual sans-serif faces stay below (DejaVu Sans is the widest of them).
const monoWidth = 0.61;
const boldFactor = 1.12;
const classes: readonly (readonly [RegExp, number])[] = [
  [/[ijlI.,:;'|!/ ]/, 0.35],
  [/[frtJ()[\]-]/, 0.42],
  [/[csvxyzk]/, 0.6],
  [/[mwMW@%→…]/, 1],
  [/[A-Z&]/, 0.79],
  [/[ -~·–×]/, 0.65],
];

const widths = new Map<string, number>();

/** Width of a character; remembered, since a picture asks some ten thousand times. */
function widthOf(character: string): number {
  const known = widths.get(character);
  if (known !== undefined) return known;
  const width = classes.find(([pattern]) => pattern.test(character))?.[1] ?? 1.1;
  widths.set(character, width);
  return width;
}

/** Estimates the width of a text in pixels; a little more than it takes. */
export function measureText(text: string, { size, family, bold = false }: Font): number {
  let parts = 0;
  if (family === 'mono') parts = text.length * monoWidth;
  else for (const character of text) parts += widthOf(character);
  return parts * size * (bold ? boldFactor : 1);
}

/** The text, or as much of it as fits and an ellipsis. */
export function truncateText(text: string, width: number, font: Font): string {
  if (measureText(text, font) <= width) return text;
  for (let length = text.length - 1; length > 0; length -= 1) {
    const shorter = `${text.slice(0, length).trimEnd()}…`;
    if (measureText(shorter, font) <= width) return shorter;
  }
  return '…';
}

/** Breaks a text at spaces into lines that fit; words that are too long are broken anywhere. */
export function wrapLabel(text: string, width: number, font: Font): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => breakWord(part, width, font))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (measureText(longer, font) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function breakWord(word: string, width: number, font: Font): string[] {
  if (measureText(word, font) <= width || word.length <= 1) return [word];
  let length = word.length - 1;
  while (length > 1 && measureText(word.slice(0, length), font) > width) length -= 1;
  return [word.slice(0, length), ...breakWord(word.slice(length), width, font)];
}
