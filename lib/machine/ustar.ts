/** A regular file of an archive. */
export interface ArchiveEntry {
  /** Relative path, at most 100 ASCII characters after the last folder that fits the prefix. */
  readonly name: string;
  readonly content: string;
  /** Permission bits. */
  readonly mode: number;
}

const blockBytes = 512;

/**
 * Renders an uncompressed ustar archive (POSIX.1-1988) of regular files that belong to root, all
 * from the start of time: the same entries give the same bytes. Synchronous, as planning is.
 */
export function renderUstar(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content, 'utf8');
    return [renderHeader(entry, content.length), content, padding(content.length)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function padding(length: number): Buffer {
  return Buffer.alloc((blockBytes - (length % blockBytes)) % blockBytes);
}

function renderHeader({ name, mode }: ArchiveEntry, size: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const [prefix, rest] = splitName(name);
  const octal = (value: number, offset: number, width: number) =>
    header.write(value.toString(8).padStart(width - 1, '0'), offset, 'ascii');
  header.write(rest, 0, 'ascii');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  header.write('        ', 148, 'ascii');
  header.write('0', 156, 'ascii');
  header.write('ustar\x0000', 257, 'ascii');
  header.write('root', 265, 'ascii');
  header.write('root', 297, 'ascii');
  header.write(prefix, 345, 'ascii');
  let checksum = 0;
  for (const byte of header) checksum += byte;
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return header;
}

/** A name over 100 characters is cut at a slash: at most 155 before it and 100 behind. */
function splitName(name: string): readonly [prefix: string, rest: string] {
  if (name.length <= 100) return ['', name];
  const slash = name.indexOf('/', name.length - 101);
  if (slash === -1 || slash > 155) throw new Error(`${name}: too long a path for an archive`);
  return [name.slice(0, slash), name.slice(slash + 1)];
}
