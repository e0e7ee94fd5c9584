import { createHash } from 'node:crypto';

/** What stands for a text too long to show: its size in bytes and its SHA-256. */
export function digestOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return `[${Buffer.byteLength(text)} bytes, SHA-256 ${digest}]`;
}
