import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { MachineFile } from './machine-config';

/** Folder of the programs on every machine, and of the libraries that they share. */
export const programFolder = '/usr/local/lib/hardened-cluster';

const contents = new Map<string, string>();

/** Content of a file in `programs/`, such as `boot/boot.sh`; they lie beside the compiled module too. */
export function readProgram(source: string): string {
  const known = contents.get(source);
  if (known !== undefined) return known;
  const content = readFileSync(path.join(__dirname, 'programs', source), 'utf8');
  contents.set(source, content);
  return content;
}

/** A program of `programs/` under its name on the machine: `boot/boot.sh` becomes `boot`. */
export function programFile(source: string): MachineFile {
  return {
    path: `${programFolder}/${path.basename(source).replace(/\.(sh|py)$/, '')}`,
    content: readProgram(source),
    mode: '0755',
  };
}

/** A library that programs source, under its own name. */
export function libraryFile(source: string): MachineFile {
  return { path: `${programFolder}/${path.basename(source)}`, content: readProgram(source) };
}
