import {
  boolYaml11Tag,
  CORE_SCHEMA,
  defineScalarTag,
  load,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
} from 'js-yaml';

/** Whole numbers as Go writes them: other bases, a leading zero for octal, underscores. */
const goInteger = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: Array.from('-+0123456789'),
  identify: () => false,
  resolve: (source) => {
    const match = /^([-+]?)(?:0b([01_]+)|0x([\da-f_]+)|0o?([0-7_]+)|(\d[\d_]*))$/i.exec(source);
    if (!match) return NOT_RESOLVED;
    const [, sign, ...digits] = match;
    const index = digits.findIndex(Boolean);
    const value = Number.parseInt((digits[index] ?? '').replaceAll('_', ''), [2, 16, 8, 10][index]);
    return Number.isNaN(value) ? NOT_RESOLVED : sign === '-' ? -value : value;
  },
});

/**
 * Scalars as the YAML reader of kubectl and the API server takes them: `yes`, `on` and `y` are true,
 * `0b0` is a number.
 *
 * @see https://pkg.go.dev/sigs.k8s.io/yaml/goyaml.v2
 */
const schema = CORE_SCHEMA.withTags(boolYaml11Tag, goInteger, mergeTag);

/** Values that all aliases of a document together may stand for. */
const mostValues = 500_000;

/** Collections inside each other, as the YAML library counts them too. */
const deepest = 100;

/** Something wrong with a document, and where in it. */
export class DocumentError extends Error {
  constructor(
    message: string,
    /** Line and column from one; undefined where the document is too large as a whole. */
    readonly position?: { readonly line: number; readonly column: number },
  ) {
    super(message);
    this.name = 'DocumentError';
  }
}

/**
 * Reads one YAML document. Collections may be 100 deep; aliases may not multiply it beyond measure.
 *
 * @throws DocumentError
 */
export function readYaml(text: string): unknown {
  const value = loadDocument(text);
  if (!/[*&]/.test(text)) return value;
  const { values, height } = measureTree(value, new Map(), 0);
  if (values > mostValues) {
    throw new DocumentError(`aliases that stand for more than ${mostValues} values`);
  }
  if (height > deepest) throw new DocumentError(`more than ${deepest} collections deep`);
  // Each alias becomes values of its own, so that whoever walks them meets a tree.
  return JSON.parse(JSON.stringify(value));
}

function loadDocument(text: string): unknown {
  try {
    return load(text, { schema, maxDepth: deepest });
  } catch (error) {
    if (error instanceof YAMLException) {
      const { mark, reason } = error;
      throw new DocumentError(reason, mark && { line: mark.line + 1, column: mark.column + 1 });
    }
    throw new DocumentError(error instanceof Error ? error.message : String(error));
  }
}

interface TreeSize {
  readonly values: number;
  readonly height: number;
}

const leaf: TreeSize = { values: 1, height: 0 };

/** Size of the tree that a graph stands for; a cycle is refused. */
function measureTree(
  value: unknown,
  known: Map<object, TreeSize | 'open'>,
  depth: number,
): TreeSize {
  if (typeof value !== 'object' || value === null) return leaf;
  const found = known.get(value);
  if (found === 'open') throw new DocumentError('an alias inside what it stands for');
  if (found) return found;
  if (depth > deepest) throw new DocumentError(`more than ${deepest} collections deep`);
  known.set(value, 'open');
  const children = (Object.values(value) as unknown[]).map((child) =>
    measureTree(child, known, depth + 1),
  );
  const size = {
    values: children.reduce((sum, child) => sum + child.values, 1),
    height: children.reduce((highest, child) => Math.max(highest, child.height), 0) + 1,
  };
  known.set(value, size);
  return size;
}
