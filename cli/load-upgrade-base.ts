import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Blueprint } from '../lib/blueprint/blueprint';
import { InputError } from './input-error';
import { loadBlueprint, type ConfigChoice } from './load-blueprint';

/**
 * The cluster an upgrade starts from: a folder that `plan` wrote for it, its configuration file, or
 * a Kubernetes version (and otherwise the configuration that is planned).
 *
 * @throws InputError when it is none of these.
 */
export function loadUpgradeBase(base: string, choice: ConfigChoice, now: Date): Blueprint {
  if (/^1\.\d+(\.\d+)?$/.test(base)) {
    return loadBlueprint({ ...choice, kubernetesVersion: base }, now).blueprint;
  }
  const planned = path.join(base, 'blueprint.json');
  if (existsSync(planned)) return JSON.parse(readFileSync(planned, 'utf8')) as Blueprint;
  if (!existsSync(base)) {
    throw new InputError([
      `--upgrade-from: got "${base}", expected a folder that plan wrote, a configuration file, or a version such as "1.35"`,
    ]);
  }
  return loadBlueprint({ config: base }, now).blueprint;
}
