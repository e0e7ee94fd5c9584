/** An element of a parsed document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

export type XmlNode = XmlElement | string;

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
};

/**
 * Parses the XML that the project writes: elements, quoted attributes, text and the five entities.
 *
 * @throws Error at the first thing that is not well-formed, a comment or a second root included.
 */
export function parseXml(text: string): XmlElement {
  const source = text.replace(/^<\?xml [^?]*\?>\s*/, '').replace(/^<!doctype html>\s*/, '');
  let position = 0;
  const root = element();
  if (source.slice(position).trim() !== '') fail('text behind the root element');
  return root;

  function element(): XmlElement {
    const [, name = ''] = take(/<([A-Za-z][\w:-]*)/y, 'an element');
    const attributes: Record<string, string> = {};
    for (;;) {
      const end = match(/\s*(\/?)>/y);
      if (end) {
        return end[1] === '/'
          ? { name, attributes, children: [] }
          : { name, attributes, children: content(name) };
      }
      const [, key = '', value = ''] = take(/\s+([A-Za-z][\w:-]*)="([^"<]*)"/y, 'an attribute');
      if (key in attributes) fail(`a second attribute ${key}`);
      attributes[key] = decode(value);
    }
  }

  function content(name: string): XmlNode[] {
    const children: XmlNode[] = [];
    for (;;) {
      const run = match(/[^<]+/y);
      if (run) children.push(decode(run[0]));
      const end = match(/<\/([\w:-]+)\s*>/y);
      if (end) {
        if (end[1] !== name) fail(`</${end[1] ?? ''}> where </${name}> is due`);
        return children;
      }
      children.push(element());
    }
  }

  function decode(raw: string): string {
    for (const character of raw) {
      const code = character.codePointAt(0) ?? 0;
      const legal = code === 9 || code === 10 || code === 13 || code >= 32;
      if (!legal || (code >= 0xd800 && code < 0xe000)) fail(`character ${code.toString(16)}`);
    }
    return raw.replace(/&([^;&\s]*);?/g, (whole, name: string) => {
      const decoded = whole.endsWith(';') ? entities[name] : undefined;
      return decoded ?? fail(`entity ${whole}`);
    });
  }

  function match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = position;
    const found = pattern.exec(source);
    if (found) position += found[0].length;
    return found ?? undefined;
  }

  function take(pattern: RegExp, what: string): RegExpExecArray {
    return match(pattern) ?? fail(`no ${what}`);
  }

  function fail(problem: string): never {
    throw new Error(
      `XML, offset ${position}: ${problem}: ${source.slice(position, position + 60)}`,
    );
  }
}

/** The element and every element below it, in document order. */
export function allElements(root: XmlElement): XmlElement[] {
  return [
    root,
    ...root.children.flatMap((child) => (typeof child === 'string' ? [] : allElements(child))),
  ];
}

/** Text of an element and of everything below it. */
export function textOf(root: XmlElement): string {
  return root.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}
