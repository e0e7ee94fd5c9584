import type { ManifestFact } from '../../lib/conformance/facts';
import { isMapping, type Mapping } from '../../lib/conformance/readers/values';
import type { SourceDocument } from './read-documents';

/** An object of a document, with the line it begins on. */
export interface LocatedObject {
  readonly object: ManifestFact;
  readonly line: number;
}

/** What a document holds. */
export interface DocumentObjects {
  readonly objects: readonly LocatedObject[];
  /** Words about each value that is no object, such as `Kustomization`. */
  readonly others: readonly string[];
}

/** Lists inside of lists; kubectl makes none. */
const deepest = 4;

/**
 * Objects of a document. Whatever has a list `items` is a List, as kubectl takes it; items of a typed
 * list (`RoleList`) need no kind of their own.
 *
 * @see https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1/unstructured#UnstructuredList
 */
export function objectsOf({ value, line, itemLines }: SourceDocument): DocumentObjects {
  const objects: LocatedObject[] = [];
  const others: string[] = [];

  const add = (found: unknown, at: number, depth: number, lines: readonly number[]) => {
    if (Array.isArray(found) && depth === 0) {
      // A JSON array of objects, which `jq '.items'` prints.
      addRows(found, {}, at, depth, []);
    } else if (isMapping(found) && Array.isArray(found.items) && depth < deepest) {
      addRows(found.items, itemDefaults(found), at, depth, lines);
    } else {
      const object = toManifest(found);
      if (object) objects.push({ object, line: at });
      else others.push(describe(found));
    }
  };
  const addRows = (
    rows: readonly unknown[],
    defaults: Mapping,
    at: number,
    depth: number,
    lines: readonly number[],
  ) => {
    const known = lines.length === rows.length;
    rows.forEach((row, index) => {
      const typed = isMapping(row) && row.kind === undefined ? { ...defaults, ...row } : row;
      add(typed, known ? (lines[index] ?? at) : at, depth + 1, []);
    });
  };

  add(value, line, 0, itemLines);
  return { objects, others };
}

/** Kind and version that items of a typed list leave out. */
function itemDefaults({ apiVersion, kind }: Mapping): Mapping {
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return {};
  return kind.endsWith('List') && kind !== 'List' ? { apiVersion, kind: kind.slice(0, -4) } : {};
}

/** An object with a kind and a name, or with the beginning of a name that the server completes. */
function toManifest(value: unknown): ManifestFact | undefined {
  if (!isMapping(value)) return undefined;
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isMapping(metadata)) {
    return undefined;
  }
  if (apiVersion.startsWith('kustomize.config.k8s.io/')) return undefined;
  const { name, generateName, namespace, labels, annotations, ...others } = metadata;
  const shown = typeof name === 'string' ? name : generateName;
  if (typeof shown !== 'string' || shown === '') return undefined;
  return {
    ...value,
    apiVersion,
    kind,
    metadata: {
      ...others,
      name: typeof name === 'string' ? name : `${shown}*`,
      ...(namespace === undefined || namespace === null ? {} : { namespace: textOf(namespace) }),
      ...(isMapping(labels) ? { labels: textsOf(labels) } : {}),
      ...(isMapping(annotations) ? { annotations: textsOf(annotations) } : {}),
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Labels or annotations; a number or a boolean, which the API server refuses, as its text. */
function textsOf(value: Mapping): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, textOf(text)]));
}

function describe(value: unknown): string {
  if (!isMapping(value)) return Array.isArray(value) ? 'a list' : 'no mapping';
  if (typeof value.kind === 'string' && value.kind !== '') return value.kind;
  return 'no kind';
}
