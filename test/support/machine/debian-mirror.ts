import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Name under which the stock image knows its mirror. */
export const mirrorName = 'debian.example';

/** Where this machine itself gets its Debian packages, without the last folder. */
function upstream(): string {
  const files = readdirSync('/etc/apt/sources.list.d').map(
    (name) => `/etc/apt/sources.list.d/${name}`,
  );
  const text = ['/etc/apt/sources.list', ...files]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const [, found] = /(https?:\/\/\S+)\/debian\/?(?:\s|$)/.exec(text) ?? [];
  if (found === undefined) throw new Error('no Debian mirror in /etc/apt');
  return found;
}

/**
 * A path of Debian's archive, from the mirror of this machine. Packages are kept in `cache`; indexes,
 * which their signatures limit in time, are asked for once a run.
 *
 * @returns the content, or the status of the mirror's refusal
 */
export async function readMirror(path: string, cache: string): Promise<Buffer | number> {
  if (path.split('/').includes('..')) return 404;
  const kept = join(cache, path);
  const isPackage = path.endsWith('.deb');
  if (isPackage && existsSync(kept)) return readFileSync(kept);
  const known = isPackage ? undefined : indexes.get(path);
  if (known !== undefined) return known;
  const content = await download(path);
  if (typeof content === 'number') return content;
  if (isPackage) {
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, content);
    renameSync(`${kept}.${process.pid}`, kept);
  } else {
    indexes.set(path, content);
  }
  return content;
}

const indexes = new Map<string, Buffer>();

async function download(path: string): Promise<Buffer | number> {
  const response = await fetch(`${upstream()}${path}`, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) return response.status;
  return Buffer.from(await response.arrayBuffer());
}
