import { existsSync } from 'node:fs';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigFileError } from './config-file-error';
import { readText } from './read-text';
import { documentProblem, nestingProblem, type YamlProblem } from './yaml-problem';

/** Configuration in the working folder that is taken when none is named. */
const usualFile = 'cluster.yaml';

/** Shipped with the package: what is shown in a fresh clone. */
const exampleFile = path.join(packageRoot(), 'examples', 'standard', 'cluster.yaml');

/** The file that was named, else `cluster.yaml` of the working folder, else the example. */
export function findConfigFile(named?: string): string {
  return named ?? (existsSync(usualFile) ? usualFile : exampleFile);
}

/** Folder of package.json, whether this runs from the sources or from `dist/`. */
export function packageRoot(): string {
  const above = path.resolve(__dirname, '..', '..');
  return path.basename(above) === 'dist' ? path.dirname(above) : above;
}

/**
 * Reads a configuration file (YAML or JSON).
 *
 * @throws ConfigFileError with one message that names the file and, for bad syntax, line and column.
 */
export function readConfigFile(file: string): object {
  const text = readText(file, 'a configuration in YAML');
  const lineCounter = new LineCounter();
  const refuse = ({ message, offset }: YamlProblem): never => {
    const { line, col } = lineCounter.linePos(offset);
    throw new ConfigFileError([
      `${file}:${line}:${col}: got malformed YAML (${message}), expected key: value`,
    ]);
  };
  const nesting = nestingProblem(text);
  if (nesting) {
    lineCounter.lineStarts.push(...lineStartsOf(text));
    return refuse(nesting);
  }
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const problem = documentProblem(document);
  if (problem) return refuse(problem);
  const parsed: unknown = document.toJS({ maxAliasCount: -1 });
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ConfigFileError([
      `${file}: got ${(JSON.stringify(parsed) as string | undefined)?.slice(0, 200) ?? 'nothing'}, expected keys such as "name: production"`,
    ]);
  }
  return parsed;
}

function lineStartsOf(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}
