import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { ManifestFact } from '../../lib/conformance/facts';
import { InputError } from '../input-error';

/**
 * Reads every Kubernetes object in files and folders of YAML or JSON.
 *
 * @throws InputError with every file that can't be read as such, with line and column.
 */
export function collectManifests(targets: readonly string[]): ManifestFact[] {
  const problems: string[] = [];
  const objects = targets.flatMap(filesOf).flatMap((file) => {
    const lineCounter = new LineCounter();
    const documents = parseAllDocuments(readFileSync(file, 'utf8'), {
      lineCounter,
      prettyErrors: false,
    });
    return [...documents].flatMap((document) => {
      for (const error of document.errors) {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        problems.push(`${file}:${line}:${col}: got malformed YAML (${error.message})`);
      }
      const parsed: unknown = document.toJS();
      if (parsed === null || document.errors.length > 0) return [];
      return flatten(parsed).filter((object): object is ManifestFact => {
        if (isManifest(object)) return true;
        problems.push(
          `${file}: got a document without apiVersion, kind and metadata.name, expected a Kubernetes object`,
        );
        return false;
      });
    });
  });
  if (problems.length > 0) throw new InputError(problems);
  return objects;
}

function filesOf(target: string): string[] {
  if (!existsSync(target)) {
    throw new InputError([`${target}: got no such file, expected a file or folder of manifests`]);
  }
  if (!statSync(target).isDirectory()) return [target];
  return readdirSync(target, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => path.join(target, name));
}

function flatten(parsed: unknown): unknown[] {
  const list = parsed as { readonly kind?: unknown; readonly items?: unknown };
  return list.kind === 'List' && Array.isArray(list.items) ? list.items : [parsed];
}

function isManifest(value: unknown): value is ManifestFact {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<ManifestFact>;
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    typeof metadata === 'object' &&
    typeof metadata.name === 'string'
  );
}
