import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError, reasonOf } from '../input-error';

/** A file of the output folder. */
export interface OutputFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly content: string | Buffer;
  /** Only the owner may read it, and the folder it lies in. */
  readonly secret?: boolean;
}

/** Begins to write files; `replaceFolder` waits for them. */
export type WriteFiles = (files: readonly OutputFile[]) => void;

/** Marks a folder as one that `plan` wrote and may replace. */
const marker = '.hardened-cluster-plan';

/**
 * Replaces a folder as a whole: everything is written beside it first, while the work goes on, so
 * that an error half way leaves the earlier folder as it was.
 *
 * @throws InputError before any work when the folder holds something that `plan` did not write.
 */
export async function replaceFolder<T>(
  folder: string,
  work: (write: WriteFiles) => Promise<T>,
): Promise<T> {
  const target = path.resolve(folder);
  const foreign = existsSync(target) && !existsSync(path.join(target, marker));
  if (foreign && (!statSync(target).isDirectory() || readdirSync(target).length > 0)) {
    throw new InputError([
      `--out: got ${folder}, which is or holds something else, expected a new or empty folder or one that plan wrote`,
    ]);
  }
  const fresh = new FreshFolder(makeFolder(`${target}.new-${process.pid}`, folder));
  const earlier = `${target}.old-${process.pid}`;
  try {
    fresh.write([{ path: marker, content: '' }]);
    const result = await work((files) => {
      fresh.write(files);
    });
    await fresh.written();
    if (existsSync(target)) await rename(target, earlier);
    await rename(fresh.folder, target);
    return result;
  } finally {
    await fresh.remove();
    await rm(earlier, { recursive: true, force: true });
  }
}

/** Makes it now, so that a folder that cannot be written is reported before any work. */
function makeFolder(fresh: string, named: string): string {
  const parent = path.dirname(fresh);
  try {
    if (!existsSync(parent)) mkdirSync(parent, { recursive: true });
    mkdirSync(fresh);
  } catch (error) {
    throw new InputError([
      `--out: got ${named}, which cannot be made (${reasonOf(error)}), expected a folder that may be written`,
    ]);
  }
  return fresh;
}

class FreshFolder {
  private readonly folders = new Map<string, Promise<unknown>>();
  private readonly writes: Promise<void>[] = [];

  constructor(readonly folder: string) {}

  write(files: readonly OutputFile[]): void {
    const writes = files.map((file) => this.writeFile(file));
    this.writes.push(...writes);
    // Told by `written`, and not as an unhandled rejection.
    for (const write of writes) write.catch(() => undefined);
  }

  async written(): Promise<void> {
    await Promise.all(this.writes);
  }

  async remove(): Promise<void> {
    await Promise.allSettled(this.writes);
    await rm(this.folder, { recursive: true, force: true });
  }

  private async writeFile({ path: name, content, secret = false }: OutputFile): Promise<void> {
    const target = path.join(this.folder, name);
    const parent = path.dirname(target);
    const made =
      this.folders.get(parent) ?? mkdir(parent, { recursive: true, mode: secret ? 0o700 : 0o777 });
    this.folders.set(parent, made);
    await made;
    await writeFile(target, content, { mode: secret ? 0o600 : 0o644 });
  }
}
