// Transpiles every module to dist/ and bundles the command; types are checked by `npm run types`.
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const rooms = ['lib', 'stacks', 'constructs', 'cli', 'bench'];
const common = { format: 'cjs', platform: 'node', target: 'node20', logLevel: 'warning' };

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

await rm(dist, { recursive: true, force: true });
const files = (await Promise.all(rooms.map(filesOf))).flat();
const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
await build({ ...common, entryPoints: sources, outdir: dist, outbase: root });
await Promise.all(files.filter((file) => !/\.ts$|tsconfig\.json$/.test(file)).map(copy));
await bundleCommand();

async function filesOf(room) {
  const entries = await readdir(path.join(root, room), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

async function copy(source) {
  const target = path.join(dist, path.relative(root, source));
  await mkdir(path.dirname(target), { recursive: true });
  await copyFile(source, target);
}

/** One file in place of a thousand: a plan spends less time on finding modules than on planning. */
async function bundleCommand() {
  const unneeded = path.join(root, 'cli', 'unneeded-module.ts');
  const { metafile } = await build({
    ...common,
    entryPoints: [path.join(root, 'cli', 'main.ts')],
    outfile: path.join(dist, 'cli', 'main.js'),
    allowOverwrite: true,
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    // Pulumi loads both to serialize functions, which no program of ours does.
    alias: { typescript: unneeded, '@npmcli/arborist': unneeded },
    plugins: [foldersStay],
  });
  await writeFile(path.join(dist, 'cli', 'modules.json'), modulesOf(metafile));
}

/** The packages in the bundle, for the benchmark that loads the same ones. */
function modulesOf({ inputs }) {
  const names = Object.keys(inputs).filter((name) => name.includes('node_modules/'));
  return `${JSON.stringify(names.sort(), null, 2)}\n`;
}
