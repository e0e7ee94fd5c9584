import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { InputError } from '../input-error';

/** A file of the output folder. */
export interface OutputFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly content: string | Buffer;
  /** Only the owner may read it. */
  readonly secret?: boolean;
}

/** Marks a folder as one that `plan` wrote and may replace. */
const marker = '.hardened-cluster-plan';

/**
 * Replaces a folder as a whole: everything is written beside it first, so that an error half way
 * leaves the earlier folder as it was.
 *
 * @throws InputError when the folder holds something that `plan` did not write.
 */
export function writeFolder(folder: string, files: readonly OutputFile[]): void {
  const target = path.resolve(folder);
  if (
    existsSync(target) &&
    readdirSync(target).length > 0 &&
    !existsSync(path.join(target, marker))
  ) {
    throw new InputError([
      `--out: got ${folder}, which holds files of something else, expected a new or empty folder or one that plan wrote`,
    ]);
  }
  const fresh = `${target}.new-${process.pid}`;
  try {
    writeAll(fresh, [...files, { path: marker, content: '' }]);
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function writeAll(folder: string, files: readonly OutputFile[]): void {
  const made = new Set<string>();
  for (const file of files) {
    const target = path.join(folder, file.path);
    const parent = path.dirname(target);
    if (!made.has(parent)) {
      mkdirSync(parent, { recursive: true });
      if (file.secret) chmodSync(parent, 0o700);
      made.add(parent);
    }
    writeFileSync(target, file.content, { mode: file.secret ? 0o600 : 0o644 });
  }
}
