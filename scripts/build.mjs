// Transpiles every module to dist/ and nothing else: types are checked by `npm run types`.
import { mkdir, readdir, rm, writeFile, copyFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const rooms = ['lib', 'stacks', 'constructs', 'cli', 'bench'];

await rm(dist, { recursive: true, force: true });
for (const room of rooms) {
  const entries = await readdir(path.join(root, room), { recursive: true, withFileTypes: true });
  await Promise.all(entries.filter((entry) => entry.isFile()).map(emit));
}

async function emit(entry) {
  const source = path.join(entry.parentPath ?? entry.path, entry.name);
  const target = path.join(dist, path.relative(root, source));
  await mkdir(path.dirname(target), { recursive: true });
  if (!source.endsWith('.ts')) return copyFile(source, target);
  const { code } = await transformFile(source, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  await writeFile(target.replace(/\.ts$/, '.js'), code);
}
