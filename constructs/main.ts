import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findConfigFile, readConfigFile } from '../lib/blueprint/config-file';
import { resolveBlueprint } from '../lib/blueprint/resolve';
import { synthesizeManifests } from './manifests';

/**
 * `npm run synth [-- cluster.yaml]`: writes the in-cluster manifests of a configuration, as the
 * cdk8s CLI expects of an app (`CDK8S_OUTDIR`). Without a file it takes `cluster.yaml` of the working
 * folder, else the example, as `plan` does.
 */
function main(configFile?: string): void {
  const today = new Date().toISOString().slice(0, 10);
  const blueprint = resolveBlueprint(readConfigFile(findConfigFile(configFile)), { today });
  const folder = process.env.CDK8S_OUTDIR ?? path.join('plan', 'manifests');
  mkdirSync(folder, { recursive: true });
  for (const { name, yaml } of synthesizeManifests(blueprint)) {
    writeFileSync(path.join(folder, name), yaml);
  }
}

main(process.argv[2]);
