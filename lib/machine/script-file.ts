import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { MachineFile } from './machine-config';

/** Folder of the machine's own scripts and of the library that they share. */
export const scriptFolder = '/usr/local/lib/hardened-cluster';

/** Content of one of the files in `scripts/`; they lie beside the compiled module as well. */
export function readScript(name: string): string {
  return readFileSync(path.join(__dirname, 'scripts', name), 'utf8');
}

/** A script of `scripts/` as the verb it is on the machine: `boot.sh` becomes `boot`. */
export function scriptFile(name: string): MachineFile {
  return {
    path: `${scriptFolder}/${name.replace(/\.(sh|py)$/, '')}`,
    content: readScript(name),
    mode: '0755',
  };
}

/** The functions that every script sources. */
export function libraryFile(): MachineFile {
  return { path: `${scriptFolder}/lib.sh`, content: readScript('lib.sh') };
}
