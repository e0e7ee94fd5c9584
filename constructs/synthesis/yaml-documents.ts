import {
  COLLECTION_STYLE,
  DUMP_SCHEMA,
  SCALAR_STYLE,
  boolCoreTag,
  intCoreTag,
  jsToAst,
  mapTag,
  present,
  seqTag,
  strTag,
  type Document,
  type Node,
} from 'js-yaml';
import { isAmbiguousScalar } from '../../lib/kubernetes/ambiguous-scalar';

/**
 * YAML documents of plain data, separated by `---`: what `dump` of js-yaml makes of each, letter by
 * letter. Of the steps of `dump` only the first is done here, where the kind of every value is
 * known without trying each tag of the schema on it; quoting and layout are the library's.
 */
export function renderDocuments(objects: readonly object[]): string {
  const documents = objects.map((object): Document => ({
    contents: build(object),
    directives: [],
  }));
  return present(documents, { schema: DUMP_SCHEMA, lineWidth: -1 });
}

function build(value: unknown): Node {
  switch (typeof value) {
    case 'string':
      return scalar(strTag.tagName, value);
    case 'boolean':
      return scalar(boolCoreTag.tagName, String(value));
    case 'number':
      if (Number.isSafeInteger(value)) return scalar(intCoreTag.tagName, String(value));
      return viaLibrary(value);
    case 'object':
      if (value === null) return viaLibrary(value);
      return Array.isArray(value) ? sequence(value) : mapping(value);
    default:
      return viaLibrary(value);
  }
}

function scalar(tag: string, value: string): Node {
  // The library quotes nearly all of what readers of YAML 1.1 take for something else.
  const style =
    tag === strTag.tagName && isAmbiguousScalar(value)
      ? SCALAR_STYLE.SINGLE_QUOTED
      : SCALAR_STYLE.PLAIN;
  return { kind: 'scalar', tag, tagged: false, style, value };
}

function sequence(values: readonly unknown[]): Node {
  return {
    kind: 'sequence',
    tag: seqTag.tagName,
    tagged: false,
    style: COLLECTION_STYLE.BLOCK,
    items: values.map(build),
  };
}

function mapping(object: object): Node {
  return {
    kind: 'mapping',
    tag: mapTag.tagName,
    tagged: false,
    style: COLLECTION_STYLE.BLOCK,
    items: Object.entries(object).map(([key, value]) => ({
      key: scalar(strTag.tagName, key),
      value: build(value),
    })),
  };
}

/** Fractions, null and whatever else has no business in a manifest: as the library has it. */
function viaLibrary(value: unknown): Node {
  const node = jsToAst(value, DUMP_SCHEMA)[0]?.contents;
  if (!node) throw new Error(`no YAML for ${typeof value}`);
  return node;
}
