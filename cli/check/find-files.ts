import { lstatSync, readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { codeOf, reasonOf } from '../input-error';

/** Files to read, and what of the targets cannot be read. */
export interface FoundFiles {
  /** Paths as the user would write them, each file once; `-` is standard input. */
  readonly files: readonly string[];
  /** One message for each path that cannot be read. */
  readonly problems: readonly string[];
  /** What was left out on purpose, one line each. */
  readonly notes: readonly string[];
}

/** Standard input, and files that the shell has opened already: `<(helm template .)`. */
const opened = /^(-|\/dev\/stdin|\/dev\/fd\/\d+)$/;

/** Folders that hold no manifests of the project. */
const skippedFolders = new Set(['.git', 'node_modules']);

/** Folders inside each other; links cannot make more, since none is followed into a folder. */
const deepest = 64;

/**
 * Every YAML and JSON file of the targets: files as named, folders with all that lies below them.
 *
 * Named pipes and devices are not opened. A link is followed to a file of the same target alone.
 */
export function findFiles(targets: readonly string[]): FoundFiles {
  const files = new Map<string, string>();
  const problems: string[] = [];
  const notes: string[] = [];

  const add = (real: string, file: string) => {
    if (!files.has(real)) files.set(real, file);
  };

  const walk = (folder: string, root: string, depth: number) => {
    if (depth > deepest) {
      problems.push(`${folder}: got more than ${deepest} folders inside each other`);
      return;
    }
    const entries = attempt(folder, () => readdirSync(folder, { withFileTypes: true }));
    for (const entry of [...(entries ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!skippedFolders.has(entry.name)) walk(file, root, depth + 1);
      } else if (/\.(ya?ml|json)$/i.test(entry.name)) {
        if (entry.isSymbolicLink()) followLink(file, root);
        else if (entry.isFile()) add(realpathSync(file), file);
        else problems.push(notAFile(file, lstatSync(file)));
      }
    }
  };

  const followLink = (file: string, root: string) => {
    const real = attempt(file, () => realpathSync(file), 'a link to no file');
    if (real === undefined) return;
    const found = statSync(real);
    if (found.isDirectory()) notes.push(`${file}: a link to a folder, which is not followed`);
    else if (!isWithin(real, root)) {
      problems.push(`${file}: got a link to ${real}, expected a file of the folder itself`);
    } else if (!found.isFile()) problems.push(notAFile(file, found));
    else add(real, file);
  };

  const attempt = <T>(file: string, read: () => T, missing?: string): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(cannotRead(file, error, missing));
      return undefined;
    }
  };

  for (const target of targets) {
    if (opened.test(target)) {
      add(target === '/dev/stdin' ? '-' : target, target);
      continue;
    }
    const found = attempt(target, () => statSync(target));
    if (found?.isDirectory()) walk(target, realpathSync(target), 0);
    else if (found?.isFile()) add(realpathSync(target), target);
    else if (found) problems.push(notAFile(target, found));
  }
  return { files: [...files.values()], problems, notes };
}

/** The message about a path that cannot be opened or read. */
export function cannotRead(file: string, error: unknown, missing = 'no such file'): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: missing,
    EACCES: 'no permission to read it',
    ELOOP: 'a link that leads back to itself',
  };
  return `${file}: got ${reasons[codeOf(error)] ?? reasonOf(error)}, expected a folder that plan wrote, or Kubernetes manifests`;
}

function notAFile(file: string, found: Stats): string {
  const what = found.isFIFO()
    ? 'a named pipe'
    : found.isSocket()
      ? 'a socket'
      : found.isDirectory()
        ? 'a folder'
        : 'a device';
  return `${file}: got ${what}, expected a file of manifests (or - for standard input)`;
}

function isWithin(file: string, root: string): boolean {
  const relative = path.relative(root, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}
