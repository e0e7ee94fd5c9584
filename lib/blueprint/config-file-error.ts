/** A configuration file that cannot be read: one message a mistake. */
export class ConfigFileError extends Error {
  constructor(readonly messages: readonly string[]) {
    super(messages.join('\n'));
    this.name = 'ConfigFileError';
  }
}
