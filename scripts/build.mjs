// Transpiles every module to dist/ and bundles the command; types are checked by `npm run types`.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const fresh = path.join(root, 'node_modules', '.cache', `build-${process.pid}`);
const rooms = ['lib', 'stacks', 'constructs', 'cli', 'bench'];
const common = { format: 'cjs', platform: 'node', target: 'node20', logLevel: 'warning' };

/** Modules that Pulumi imports and the command replaces. */
const replaced = {
  './debuggable': 'unwatched-promises.ts',
  './automation': 'unneeded-module.ts',
  typescript: 'unneeded-module.ts',
  '@npmcli/arborist': 'unneeded-module.ts',
  'normalize-package-data': 'unneeded-module.ts',
};
const replacements = {
  name: 'replacements',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path: module, importer }) =>
      module in replaced && importer.includes(path.join('@pulumi', 'pulumi'))
        ? { path: path.join(root, 'cli', replaced[module]) }
        : undefined,
    );
  },
};

/** Modules that read files beside them find them in dist/, where they lie unbundled too. */
const foldersStay = {
  name: 'folders-stay',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lib[\\/].*\.ts$/ }, async ({ path: file }) => {
      const folder = path.relative(path.join(root, 'cli'), path.dirname(file));
      const contents = await readFile(file, 'utf8');
      return {
        contents: contents.replaceAll('__dirname', `(__dirname + ${JSON.stringify(`/${folder}`)})`),
        loader: 'ts',
      };
    });
  },
};

const files = (await Promise.all(rooms.map(filesOf))).flat();
const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
await build({ ...common, entryPoints: sources, outdir: fresh, outbase: root });
await Promise.all(files.filter((file) => !/\.ts$|tsconfig\.json$/.test(file)).map(copy));
await bundleCommand();
await compileCommand();
await replaceChanged();
await rm(fresh, { recursive: true });

async function filesOf(room) {
  const entries = await readdir(path.join(root, room), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

async function copy(source) {
  const target = path.join(fresh, path.relative(root, source));
  await mkdir(path.dirname(target), { recursive: true });
  await copyFile(source, target);
}

/** One file in place of a thousand: a plan spends less time on finding modules than on planning. */
async function bundleCommand() {
  await build({
    ...common,
    entryPoints: [path.join(root, 'cli', 'command.ts')],
    outfile: path.join(fresh, 'cli', 'command.js'),
    allowOverwrite: true,
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [foldersStay, replacements],
  });
}

/** V8 compiles the bundle once, here, and not at every start. */
async function compileCommand() {
  const script = path.join(root, 'scripts', 'compile-command.mjs');
  await promisify(execFile)(process.execPath, [script, path.join(fresh, 'cli')]);
}

/** Moves what has changed to dist/, file by file, so that a command that runs there never sees half. */
async function replaceChanged() {
  const [made, before] = await Promise.all([listFiles(fresh), listFiles(dist)]);
  for (const name of made) {
    const [source, target] = [path.join(fresh, name), path.join(dist, name)];
    if (before.includes(name) && (await readFile(source)).equals(await readFile(target))) continue;
    await mkdir(path.dirname(target), { recursive: true });
    await rename(source, target);
  }
  // Declarations are made by `npm run build:types`; they go with their source.
  const source = (name) => name.replace(/\.d\.ts$/, '.js');
  const stale = before.filter((name) => !made.includes(source(name)));
  await Promise.all(stale.map((name) => rm(path.join(dist, name))));
}

async function listFiles(folder) {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)));
}
