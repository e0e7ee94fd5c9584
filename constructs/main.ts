import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { resolveBlueprint } from '../lib/blueprint/resolve';
import { synthesizeManifests } from './manifests';

/**
 * `npm run synth [-- cluster.yaml]`: writes the in-cluster manifests of a configuration, as the
 * cdk8s CLI expects of an app (`CDK8S_OUTDIR`).
 */
function main(configFile = 'cluster.yaml'): void {
  const today = new Date().toISOString().slice(0, 10);
  const blueprint = resolveBlueprint(load(readFileSync(configFile, 'utf8')), { today });
  const folder = process.env.CDK8S_OUTDIR ?? path.join('plan', 'manifests');
  mkdirSync(folder, { recursive: true });
  for (const { name, yaml } of synthesizeManifests(blueprint)) {
    writeFileSync(path.join(folder, name), yaml);
  }
}

main(process.argv[2]);
