import { isAlias, isCollection, isMap, isPair, Lexer, type Alias, type Document } from 'yaml';

/** One thing wrong with a YAML document. */
export interface YamlProblem {
  readonly message: string;
  /** Characters before its place. */
  readonly offset: number;
}

/** Collections inside each other; a configuration has six. */
const deepest = 64;

/** Values that all aliases together may stand for. */
const mostValues = 20_000;

/** Collections that are too deep for a parser that calls itself; undefined where there are none. */
export function nestingProblem(text: string): YamlProblem | undefined {
  let offset = 0;
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    if (token === ']' || token === '}') depth--;
    if (depth > deepest) return { message: `more than ${deepest} collections deep`, offset };
    // The lexer marks scalars and line ends by characters that are not in the text.
    if (!markers.has(token)) offset += token.length;
  }
  const block = /^ *(?:[-?] +){64}/m.exec(text);
  return block
    ? { message: `more than ${deepest} collections deep`, offset: block.index }
    : undefined;
}

/** Byte order mark aside, what the lexer puts between the parts of its source. */
const markers: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

/** The first thing wrong with a parsed document; unknown tags and odd keys count. */
export function documentProblem(document: Document.Parsed): YamlProblem | undefined {
  const [found] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (found) return { message: found.message.split('\n')[0] ?? '', offset: found.pos[0] };
  const count = { values: 0 };
  try {
    return valueProblem(document.contents, document, [], count);
  } catch (error) {
    if (error instanceof RangeError) return { message: 'too many collections deep', offset: 0 };
    throw error;
  }
}

function valueProblem(
  value: unknown,
  document: Document.Parsed,
  around: readonly unknown[],
  count: { values: number },
): YamlProblem | undefined {
  count.values++;
  if (isAlias(value)) return aliasProblem(value, document, around, count);
  if (!isCollection(value)) return undefined;
  for (const item of value.items) {
    const children = isPair(item) ? [item.key, item.value] : [item];
    if (isMap(value) && isPair(item) && isCollection(item.key)) {
      return { message: 'a list or an object as a key', offset: item.key.range?.[0] ?? 0 };
    }
    for (const child of children) {
      const problem = valueProblem(child, document, [...around, value], count);
      if (problem) return problem;
    }
  }
  return undefined;
}

function aliasProblem(
  alias: Alias,
  document: Document.Parsed,
  around: readonly unknown[],
  count: { values: number },
): YamlProblem | undefined {
  const offset = alias.range?.[0] ?? 0;
  const target = alias.resolve(document);
  if (target === undefined) return { message: `the alias *${alias.source} to no anchor`, offset };
  if (around.includes(target)) {
    return { message: `the alias *${alias.source} inside what it stands for`, offset };
  }
  if (count.values > mostValues) {
    return { message: `aliases that stand for more than ${mostValues} values`, offset };
  }
  const problem = valueProblem(target, document, around, count);
  // The place that a reader looks for is the outermost alias.
  return problem && { ...problem, offset };
}
