// Keeps what V8 compiles of the bundled command during a plan of the example, beside the bundle.
// Argument: the folder of the command.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder = ''] = process.argv.slice(2);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { runCompiled, writeCompiled } = createRequire(import.meta.url)(
  path.join(folder, 'compiled-script.js'),
);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'compile-command-'));
const config = path.join(root, 'examples', 'standard', 'cluster.yaml');
const bundle = path.join(folder, 'command.js');

process.argv = [process.execPath, bundle, 'plan', '--config', config, '--out', `${scratch}/plan`];
process.on('exit', (status) => {
  rmSync(scratch, { recursive: true, force: true });
  if (status === 0) writeCompiled(bundle, script);
});
const script = runCompiled(bundle);
