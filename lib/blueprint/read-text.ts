import { existsSync, readFileSync, statSync } from 'node:fs';
import { ConfigFileError } from './config-file-error';

/** More than this is no file that somebody wrote. */
const mostBytes = 4 * 1024 ** 2;

/** Characters that YAML and JSON do not have. */
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/**
 * Text of a file in UTF-8 without control characters.
 *
 * @throws ConfigFileError with one message; line and column where there is a place.
 */
export function readText(file: string, expected: string): string {
  if (!existsSync(file))
    throw new ConfigFileError([`${file}: got no such file, expected ${expected}`]);
  const found = statSync(file);
  if (!found.isFile()) throw new ConfigFileError([`${file}: got no file, expected ${expected}`]);
  if (found.size > mostBytes) {
    throw new ConfigFileError([`${file}: got ${found.size} bytes, expected at most ${mostBytes}`]);
  }
  const bytes = readBytes(file);
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const broken = firstBrokenByte(bytes);
  if (broken !== undefined) {
    const before = bytes.subarray(0, broken).toString('utf8');
    throw new ConfigFileError([
      `${placeAfter(file, before)}: got bytes that are no UTF-8, expected text`,
    ]);
  }
  const at = text.search(control);
  if (at >= 0) {
    const code = text.charCodeAt(at).toString(16).padStart(4, '0');
    throw new ConfigFileError([
      `${placeAfter(file, text.slice(0, at))}: got the control character U+${code.toUpperCase()}, expected text`,
    ]);
  }
  return text;
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigFileError([`${file}: got ${reason}, expected a file that can be read`]);
  }
}

/** Where decoding and encoding again gives other bytes. */
function firstBrokenByte(bytes: Buffer): number | undefined {
  const again = Buffer.from(bytes.toString('utf8'), 'utf8');
  if (again.equals(bytes)) return undefined;
  const end = Math.min(again.length, bytes.length);
  for (let index = 0; index < end; index++) if (again[index] !== bytes[index]) return index;
  return end;
}

function placeAfter(file: string, before: string): string {
  const lines = before.split('\n');
  return `${file}:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}
