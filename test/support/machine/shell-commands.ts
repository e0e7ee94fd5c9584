import { syntax, type Node } from 'mvdan-sh';

/** What a shell program calls and defines. */
export interface ShellProgram {
  /** First words of commands, and the commands that other commands call. */
  readonly commands: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  /** What the program looks for before it calls it. */
  readonly optional: ReadonlySet<string>;
}

const known = new Map<string, ShellProgram>();

/**
 * Reads a POSIX shell program by shfmt's parser. A first word that is not plain text is listed as it
 * stands, such as `"$1sum"`.
 */
export function readShell(text: string): ShellProgram {
  const found = known.get(text) ?? parse(text);
  known.set(text, found);
  return found;
}

function parse(text: string): ShellProgram {
  const commands = new Set<string>();
  const functions = new Set<string>();
  const optional = new Set<string>();
  const bytes = Buffer.from(text);
  const file = syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(text, 'program');
  syntax.Walk(file, (node: Node | null) => {
    const type = node === null ? '' : syntax.NodeType(node);
    if (type === 'FuncDecl') functions.add(node?.Name?.Value ?? '');
    if (type !== 'CallExpr') return true;
    const [first, ...rest] = (node?.Args ?? []).map((word) => {
      const plain = word.Lit();
      if (plain !== '') return plain;
      return bytes.subarray(word.Pos().Offset(), word.End().Offset()).toString('utf8');
    });
    if (first === undefined) return true;
    commands.add(first);
    if (first === 'command' && rest[0] === '-v') optional.add(rest[1] ?? '');
    const called = calledBy(first, rest);
    if (called !== undefined) commands.add(called);
    for (const each of readShell(codeIn(first, rest)).commands) commands.add(each);
    return true;
  });
  return { commands, functions, optional };
}

/** The command that a command calls, by the words after it. */
function calledBy(first: string, words: readonly string[]): string | undefined {
  switch (first) {
    case 'exec':
      return words.find((word) => !/^\d*[<>]/.test(word));
    case 'wait_for':
      return words[4];
    case 'find':
      return words.includes('-exec') ? words[words.indexOf('-exec') + 1] : undefined;
    default:
      return undefined;
  }
}

/** Code that a command runs, when a word of it is code in single quotes. */
function codeIn(first: string, words: readonly string[]): string {
  const word = (first === 'sh' && words[0] === '-c' ? words[1] : words[0]) ?? '';
  return ['at_exit', 'trap', 'sh'].includes(first) && /^'.+'$/s.test(word) ? word.slice(1, -1) : '';
}

/** Words that the shell itself answers: those of dash that the programs use. */
export const shellBuiltins: ReadonlySet<string> = new Set(
  `. : [ break cd command continue echo eval exec exit export false kill printf read readonly return set
  shift test trap true umask unset wait`.split(/\s+/),
);
