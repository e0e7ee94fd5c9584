import path from 'node:path';
import type { Blueprint } from '../lib/blueprint/blueprint';
import { findConfigFile, readConfigFile } from '../lib/blueprint/config-file';
import { ConfigFileError } from '../lib/blueprint/config-file-error';
import { BlueprintError } from '../lib/blueprint/problem';
import { resolveBlueprint } from '../lib/blueprint/resolve';
import { InputError } from './input-error';

/** Which configuration to take. */
export interface ConfigChoice {
  readonly config?: string;
  readonly profile?: string;
  /** In place of the configured one. */
  readonly kubernetesVersion?: string;
}

/**
 * Reads and resolves the configuration.
 *
 * @throws InputError with every problem, each with the file it is in.
 */
export function loadBlueprint(
  choice: ConfigChoice,
  now: Date,
): { readonly blueprint: Blueprint; readonly file: string } {
  const file = findConfigFile(choice.config);
  const config = read(file);
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

function read(file: string): object {
  try {
    return readConfigFile(file);
  } catch (error) {
    throw error instanceof ConfigFileError ? new InputError(error.messages) : error;
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
