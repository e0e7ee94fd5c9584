/** Input that can't be used: one message, exit code 2, no stack trace. */
export class InputError extends Error {
  constructor(readonly messages: readonly string[]) {
    super(messages.join('\n'));
    this.name = 'InputError';
  }
}

/** Why something failed, for a message of one's own. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
