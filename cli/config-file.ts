import { existsSync, readFileSync, statSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { InputError } from './input-error';

/**
 * Reads a configuration file (YAML or JSON).
 *
 * @throws InputError that names the file and, for a syntax error, line and column.
 */
export function readConfigFile(file: string): object {
  if (!existsSync(file)) {
    throw new InputError([`${file}: got no such file, expected a configuration in YAML`]);
  }
  if (!statSync(file).isFile()) {
    throw new InputError([`${file}: got no file, expected a configuration in YAML`]);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.map((error) => {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        return `${file}:${line}:${col}: got malformed YAML (${error.message}), expected key: value`;
      }),
    );
  }
  const parsed: unknown = document.toJS();
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new InputError([
      `${file}: got ${JSON.stringify(parsed)}, expected keys such as "name: production"`,
    ]);
  }
  return parsed;
}
