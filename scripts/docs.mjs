// Writes the parts of docs/ that follow from the code. Needs `npm run build` first.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const load = createRequire(import.meta.url);
const reference = path.join(root, 'dist', 'lib', 'blueprint', 'reference');
const { renderJsonSchema } = load(path.join(reference, 'json-schema.js'));
const { renderConfigurationPage } = load(path.join(reference, 'render-configuration-page.js'));

await writeFile(path.join(root, 'docs', 'blueprint.schema.json'), renderJsonSchema());
await writeFile(path.join(root, 'docs', 'configuration.md'), renderConfigurationPage());
