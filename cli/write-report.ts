import { writeFileSync } from 'node:fs';
import { InputError } from './input-error';

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
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError([
      `--out: got ${out}, which cannot be written (${reason}), expected a file in a folder that exists`,
    ]);
  }
}
