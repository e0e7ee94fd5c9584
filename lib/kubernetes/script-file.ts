import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { MachineFile } from '../machine/machine-config';
import { paths } from './paths';

/** A script of `scripts/` as the verb it is on the machine: `apply-manifests.sh` loses its ending. */
export function scriptFile(name: string): MachineFile {
  return {
    path: `${paths.scripts}/${name.replace(/\.(sh|py)$/, '')}`,
    content: readFileSync(path.join(__dirname, 'scripts', name), 'utf8'),
    mode: '0755',
  };
}
