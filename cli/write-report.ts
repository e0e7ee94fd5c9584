import { writeFileSync } from 'node:fs';
import { InputError, reasonOf } from './input-error';

/**
 * Prints a text, or writes it to the file that `--out` names.
 *
 * @throws InputError when the file cannot be written.
 */
export function writeReport(text: string, out: string | undefined): void {
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(out, text);
  } catch (error) {
    throw new InputError([
      `--out: got ${out}, which cannot be written (${reasonOf(error)}), expected a file in a folder that exists`,
    ]);
  }
}
