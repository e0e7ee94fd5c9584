import { escapeControls } from '../lib/topology/escape';

/** Input that can't be used: one message, exit code 2, no stack trace. */
export class InputError extends Error {
  constructor(readonly messages: readonly string[]) {
    super(messages.join('\n'));
    this.name = 'InputError';
  }
}

/** Prints messages to standard error, one line each. */
export function writeErrors(messages: readonly string[]): void {
  process.stderr.write(messages.map((text) => `error: ${escapeControls(text)}\n`).join(''));
}

/** Code of an error of the system, such as `ENOENT`; empty for other errors. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** Why something failed, for a message of one's own. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
