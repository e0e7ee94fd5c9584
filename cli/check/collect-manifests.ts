import type { ManifestFact, SourceLocation } from '../../lib/conformance/facts';
import { InputError } from '../input-error';
import { findFiles } from './find-files';
import { objectsOf } from './objects-of';
import { readDocuments, type BrokenDocument } from './read-documents';
import { readSource } from './read-source';

/** What targets hold. */
export interface Collected {
  readonly manifests: readonly ManifestFact[];
  /** File and line of each object. */
  readonly locations: ReadonlyMap<ManifestFact, SourceLocation>;
  /** What was left out on purpose, one line each. */
  readonly notes: readonly string[];
  /** What could not be read, one message each. */
  readonly problems: readonly string[];
}

/** As many names of documents that are no objects as a reader takes in. */
const shownNames = 5;

/**
 * Reads every Kubernetes object in files and folders of YAML or JSON, or from standard input (`-`).
 * What cannot be read is a problem by its name; all the rest is read all the same.
 */
export function collectManifests(targets: readonly string[]): Collected {
  const { files, problems: unfound, notes: skipped } = findFiles(targets);
  const manifests: ManifestFact[] = [];
  const locations = new Map<ManifestFact, SourceLocation>();
  const problems = [...unfound];
  const others = new Set<string>();
  const templates: string[] = [];

  for (const file of files) {
    const source = readSource(file);
    if ('problem' in source) {
      problems.push(source.problem);
      continue;
    }
    const { documents, broken } = readDocuments(source.text);
    for (const document of documents) {
      const found = objectsOf(document);
      for (const { object, line } of found.objects) {
        manifests.push(object);
        locations.set(object, { file, line });
      }
      for (const what of found.others) others.add(`${file} (${what})`);
    }
    const [first] = broken.map((each) => kindOfBroken(each, targets.includes(file)));
    if (first === 'template') templates.push(file);
    else if (first === 'foreign') others.add(`${file} (neither YAML nor JSON)`);
    else for (const each of broken) problems.push(malformed(file, each));
  }
  return {
    manifests,
    locations,
    problems,
    notes: [
      ...skipped,
      ...(others.size === 0
        ? []
        : [`${counted(others.size, 'document')} left out as no Kubernetes object: ${few(others)}`]),
      ...(templates.length === 0
        ? []
        : [
            `${counted(templates.length, 'Helm template')} not evaluated: ${few(templates)}; render first: helm template CHART | hardened-cluster check -`,
          ]),
    ],
  };
}

/**
 * Reads manifests of a folder that the project itself has written.
 *
 * @throws InputError with every problem.
 */
export function collectOwnManifests(folder: string): readonly ManifestFact[] {
  const { manifests, problems } = collectManifests([folder]);
  if (problems.length > 0) throw new InputError(problems);
  return manifests;
}

/** Whether a document that cannot be read is a template, somebody else's, or a mistake. */
function kindOfBroken(
  { beginning, excessive }: BrokenDocument,
  named: boolean,
): 'template' | 'foreign' | 'mistake' {
  if (excessive) return 'mistake';
  if (/\{\{-?\s*[\w.$/"`(*]/.test(beginning)) return 'template';
  const like = /^\s*"?(apiVersion|kind)"?\s*:/m.test(beginning);
  return named || like ? 'mistake' : 'foreign';
}

function malformed(file: string, { line, column, message, excessive }: BrokenDocument): string {
  if (excessive) return `${file}:${line}: got ${message}, expected Kubernetes objects`;
  return `${file}:${line}:${column}: got malformed YAML (${message})`;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what} is` : `${count} ${what}s are`;
}

function few(names: Iterable<string>): string {
  const all = [...names];
  const more = all.length - shownNames;
  return [...all.slice(0, shownNames), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
