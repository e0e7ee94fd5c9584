import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Blueprint } from '../lib/blueprint/blueprint';
import { BlueprintError } from '../lib/blueprint/problem';
import { resolveBlueprint } from '../lib/blueprint/resolve';
import { readConfigFile } from './config-file';
import { InputError } from './input-error';

/** Which configuration to take. */
export interface ConfigChoice {
  readonly config?: string;
  readonly profile?: string;
  /** In place of the configured one. */
  readonly kubernetesVersion?: string;
}

/** Configuration in the working folder that is taken when none is named. */
const usualFile = 'cluster.yaml';

/** Shipped with the package: what `plan` shows to somebody who has no configuration yet. */
const exampleFile = path.join(packageRoot(), 'examples', 'standard', 'cluster.yaml');

/**
 * Reads and resolves the configuration.
 *
 * @throws InputError with every problem, each with the file it is in.
 */
export function loadBlueprint(
  choice: ConfigChoice,
  now: Date,
): { readonly blueprint: Blueprint; readonly file: string } {
  const file = choice.config ?? (existsSync(usualFile) ? usualFile : exampleFile);
  const config = readConfigFile(file);
  const input = withChoices(config, choice);
  try {
    return {
      blueprint: resolveBlueprint(input, { today: now.toISOString().slice(0, 10) }),
      file,
    };
  } catch (error) {
    if (!(error instanceof BlueprintError)) throw error;
    const shown = path.relative(process.cwd(), file);
    throw new InputError(error.message.split('\n').map((line) => `${shown}: ${line}`));
  }
}

function withChoices(config: object, { profile, kubernetesVersion }: ConfigChoice): object {
  const kubernetes: unknown = Reflect.get(config, 'kubernetes');
  return {
    ...config,
    ...(profile === undefined ? {} : { profile }),
    ...(kubernetesVersion === undefined
      ? {}
      : {
          kubernetes: {
            ...(typeof kubernetes === 'object' ? kubernetes : {}),
            version: kubernetesVersion,
          },
        }),
  };
}

/** Folder of package.json, whether this runs from the sources or from `dist/`. */
function packageRoot(): string {
  const above = path.resolve(__dirname, '..');
  return path.basename(above) === 'dist' ? path.dirname(above) : above;
}
