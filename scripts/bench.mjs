// npm run bench -- NAME [--json]: runs one of the scripts in bench/.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'bench');
const [name = '', ...args] = process.argv.slice(2);
const script = path.join(folder, `${name}.js`);
if (!existsSync(script) || !/^[a-z-]+$/.test(name)) {
  const known = readdirSync(folder)
    .filter((file) => file.endsWith('.js') && file !== 'figure.js')
    .map((file) => path.basename(file, '.js'));
  console.error(`bench: got "${name}", expected one of ${known.join(', ')}`);
  process.exit(2);
}
const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' });
process.exit(status ?? 1);
