import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** A file of a folder on disk. */
export interface TreeFile {
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

/** Every file below a folder by its relative path. */
export function readTree(folder: string): ReadonlyMap<string, TreeFile> {
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name): [string, string] => [name, path.join(folder, name)])
      .filter(([, file]) => statSync(file).isFile())
      .map(([name, file]) => [
        name,
        { text: readFileSync(file, 'utf8'), mode: statSync(file).mode & 0o777 },
      ]),
  );
}
