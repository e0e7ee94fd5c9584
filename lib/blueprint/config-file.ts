import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';

/** A configuration file that cannot be read: one message a mistake. */
export class ConfigFileError extends Error {
  constructor(readonly messages: readonly string[]) {
    super(messages.join('\n'));
    this.name = 'ConfigFileError';
  }
}

/** Configuration in the working folder that is taken when none is named. */
const usualFile = 'cluster.yaml';

/** Shipped with the package: what is shown in a fresh clone. */
const exampleFile = path.join(packageRoot(), 'examples', 'standard', 'cluster.yaml');

/** The file that was named, else `cluster.yaml` of the working folder, else the example. */
export function findConfigFile(named?: string): string {
  return named ?? (existsSync(usualFile) ? usualFile : exampleFile);
}

/** Folder of package.json, whether this runs from the sources or from `dist/`. */
function packageRoot(): string {
  const above = path.resolve(__dirname, '..', '..');
  return path.basename(above) === 'dist' ? path.dirname(above) : above;
}

/**
 * Reads a configuration file (YAML or JSON).
 *
 * @throws ConfigFileError that names the file and, for a syntax error, line and column.
 */
export function readConfigFile(file: string): object {
  if (!existsSync(file)) {
    throw new ConfigFileError([`${file}: got no such file, expected a configuration in YAML`]);
  }
  if (!statSync(file).isFile()) {
    throw new ConfigFileError([`${file}: got no file, expected a configuration in YAML`]);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigFileError(
      document.errors.map((error) => {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        return `${file}:${line}:${col}: got malformed YAML (${error.message}), expected key: value`;
      }),
    );
  }
  const parsed: unknown = document.toJS();
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ConfigFileError([
      `${file}: got ${JSON.stringify(parsed)}, expected keys such as "name: production"`,
    ]);
  }
  return parsed;
}
