/** Where a JSON value of a stream lies in the text. */
export interface JsonValue {
  readonly start: number;
  readonly end: number;
  /** Line of its first character, from one. */
  readonly line: number;
  /** Lines of the objects that a list inside of it holds: those of `items`, where it is a List. */
  readonly rows: readonly number[];
}

/** Collections inside each other; schemas of custom resources have some fifty. */
const deepest = 200;

/** More is not held in memory. */
const mostValues = 10_000_000;

/**
 * Finds the values of a stream of JSON without reading them: their number and depth are known before
 * memory is spent on them. Gives a message where the text is beyond measure.
 *
 * @throws RangeError for more than 200 collections inside each other or ten million values.
 */
export function scanJson(text: string): readonly JsonValue[] {
  const found: JsonValue[] = [];
  let rows: number[] = [];
  let depth = 0;
  let values = 0;
  let line = 1;
  let start = 0;
  let startLine = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 10:
        line++;
        break;
      case 34:
        at = endOfString(text, at);
        break;
      case 123:
      case 91:
        if (depth === 0) {
          start = at;
          startLine = line;
        } else if (depth === 2 && text.charCodeAt(at) === 123) rows.push(line);
        if (++depth > deepest) throw new RangeError(`more than ${deepest} collections deep`);
        values++;
        break;
      case 125:
      case 93:
        if (--depth === 0) {
          found.push({ start, end: at + 1, line: startLine, rows });
          rows = [];
        }
        break;
      case 44:
        if (++values > mostValues) throw new RangeError(`more than ${mostValues} values`);
        break;
    }
  }
  return found;
}

/** Index of the closing quote, or of the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start;
  do {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
  } while (isEscaped(text, at));
  return at;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === 92) backslashes++;
  return backslashes % 2 === 1;
}
