import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../input-error';
import { cannotRead } from './find-files';

/** More than this is no file of manifests: a dump of 45,000 objects has some 150 MB. */
const mostBytes = 256 * 1024 ** 2;

/** The text of a file, or what is wrong with it as one message. */
export type SourceText = { readonly text: string } | { readonly problem: string };

/**
 * Reads a file as UTF-8, or standard input for `-`. Never waits for a named pipe, and reads no more
 * than 256 MiB.
 */
export function readSource(file: string): SourceText {
  let bytes: Buffer;
  try {
    bytes = readBytes(file);
  } catch (error) {
    return { problem: cannotRead(file, error) };
  }
  if (bytes.length > mostBytes) {
    return { problem: `${file}: got more than 256 MiB, expected a file of manifests: split it` };
  }
  if (/^(fffe|feff)/.test(bytes.toString('hex', 0, 2))) {
    return { problem: `${file}: got text in UTF-16, expected UTF-8` };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { problem: `${file}: got bytes that are not UTF-8, expected text` };
  }
}

/** At most one byte more than is allowed, whatever the size the file says it has. */
function readBytes(file: string): Buffer {
  const shell = /^\/dev\/fd\/(\d+)$/.exec(file);
  const own = file === '-' || file === '/dev/stdin' ? 0 : shell ? Number(shell[1]) : undefined;
  const descriptor = own ?? openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    const size = Math.min(fstatSync(descriptor).size, mostBytes) + 1;
    for (;;) {
      const chunk = Buffer.allocUnsafe(length < size ? size - length : 64 * 1024);
      const read = readSome(descriptor, chunk);
      if (read === 0) return Buffer.concat(chunks, length);
      chunks.push(chunk.subarray(0, read));
      length += read;
      if (length > mostBytes) return Buffer.concat(chunks, length);
    }
  } finally {
    if (own === undefined) closeSync(descriptor);
  }
}

/** A pipe that another program has made non-blocking has nothing for now; it is asked again. */
function readSome(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk, 0, chunk.length, null);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
