import { DocumentError, readYaml } from './read-yaml';
import { scanJson, type JsonValue } from './scan-json';

/** One document of a file. */
export interface SourceDocument {
  readonly value: unknown;
  /** Line that it begins on, from one. */
  readonly line: number;
  /** Lines that the items of a List begin on; empty where they are not known. */
  readonly itemLines: readonly number[];
}

/** A document that cannot be read. */
export interface BrokenDocument {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** Whether it is too large or too deep, and not misspelt. */
  readonly excessive: boolean;
  /** Its text, at most a few thousand characters. */
  readonly beginning: string;
}

/** What a text holds. */
export interface SourceDocuments {
  readonly documents: readonly SourceDocument[];
  readonly broken: readonly BrokenDocument[];
}

/** A YAML text of more characters than this is refused. */
const mostYaml = 128 * 1024 ** 2;

/** Collections, list items and lines of a YAML text, each at least a value of its own. */
const mostParts = 10_000_000;

/**
 * Reads every document of a text: JSON, also several values in a row, or YAML. One that cannot be
 * read does not keep the others from being read.
 */
export function readDocuments(text: string): SourceDocuments {
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (/^\s*[[{]/.test(plain)) {
    const read = readJsonStream(plain);
    if (read) return read;
  }
  const measure = plain.length > mostYaml ? undefined : countParts(plain);
  if (measure === undefined || measure > mostParts) {
    return {
      documents: [],
      broken: [brokenAt(plain, 1, new DocumentError('more than can be held in memory'))],
    };
  }
  const documents: SourceDocument[] = [];
  const broken: BrokenDocument[] = [];
  for (const part of splitYaml(plain)) {
    try {
      // Comments alone are no document.
      if (!/^[^\S\n]*[^\s#]/m.test(part.text)) continue;
      const value = readYaml(part.text);
      if (value === null) continue;
      documents.push({
        value,
        line: part.line + leadingLines(part.text),
        itemLines: yamlItemLines(part.text).map((line) => part.line + line),
      });
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      broken.push(brokenAt(part.text, part.line, error));
    }
  }
  return { documents, broken };
}

function brokenAt(text: string, start: number, error: DocumentError): BrokenDocument {
  const { line, column } = error.position ?? { line: 1, column: 1 };
  return {
    line: start + line - 1,
    column,
    message: error.message,
    excessive: error.position === undefined || error.message.includes('maxDepth'),
    beginning: text.slice(0, 4096),
  };
}

/** Undefined where the text is no JSON: YAML begins with brackets, too. */
function readJsonStream(text: string): SourceDocuments | undefined {
  let values: readonly JsonValue[];
  try {
    values = scanJson(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { documents: [], broken: [brokenAt(text, 1, new DocumentError(error.message))] };
  }
  const documents: SourceDocument[] = [];
  let end = 0;
  for (const { start, end: next, line, rows } of values) {
    if (/\S/.test(text.slice(end, start))) return undefined;
    end = next;
    try {
      const value: unknown = JSON.parse(values.length === 1 ? text : text.slice(start, next));
      documents.push({ value, line, itemLines: rows });
    } catch {
      return undefined;
    }
  }
  return values.length === 0 || /\S/.test(text.slice(end)) ? undefined : { documents, broken: [] };
}

interface YamlPart {
  readonly text: string;
  /** Line of its first character, from one. */
  readonly line: number;
}

/** A line that begins with three dashes ends a document, inside of any scalar. */
function splitYaml(text: string): YamlPart[] {
  const parts: YamlPart[] = [];
  const marker = /^---(?=\s|$)/gm;
  let start = 0;
  let line = 1;
  let scanned = 0;
  const lineAt = (offset: number): number => {
    for (let at = text.indexOf('\n', scanned); at >= 0 && at < offset;) {
      line++;
      scanned = at + 1;
      at = text.indexOf('\n', scanned);
    }
    return line;
  };
  for (const { index } of text.matchAll(marker)) {
    const before = text.slice(start, index);
    // Directives belong to the document that follows.
    if (/^%/m.test(before) && !/^[^%#\s]/m.test(before)) continue;
    if (index > start) parts.push({ text: before, line: lineAt(start) });
    start = index;
  }
  parts.push({ text: text.slice(start), line: lineAt(start) });
  return parts;
}

/** Lines of a document before its first key. */
function leadingLines(text: string): number {
  const first = /^(?!---\s*(#.*)?$)(?!\s*(#.*)?$).*$/m.exec(text);
  return first ? text.slice(0, first.index).split('\n').length - 1 : 0;
}

/** Where the rows of the list `items` begin, in lines from zero. */
function yamlItemLines(text: string): number[] {
  const items = /^items:[ \t]*(#.*)?\r?\n(?=(?: *(?:#.*)?\r?\n)*( *)- )/m.exec(text);
  if (!items) return [];
  const indent = items[2] ?? '';
  let line = text.slice(0, items.index).split('\n').length;
  const lines: number[] = [];
  for (const content of text.slice(items.index + items[0].length).split('\n')) {
    if (content.startsWith(`${indent}- `)) lines.push(line);
    else if (indent === '' && /^[^\s#-]/.test(content)) break;
    line++;
  }
  return lines;
}

function countParts(text: string): number {
  let parts = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 44 || code === 91 || code === 123) parts++;
  }
  return parts;
}
