import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Root file system of a stock Debian 13 machine that `tools/install-image` made. */
export interface StockImage {
  readonly root: string;
  /** Folder for Debian packages that the tests fetch, kept for the next run. */
  readonly packageCache: string;
}

const installer = resolve(__dirname, '../../../tools/install-image');

/**
 * The image, or `undefined` with what to do about it on standard error; where `CI` is `true` a missing
 * image is an error.
 */
export function findStockImage(): StockImage | undefined {
  const folder = spawnSync(installer, ['--path'], { encoding: 'utf8' }).stdout.trim();
  if (existsSync(join(folder, 'complete'))) {
    return { root: join(folder, 'root'), packageCache: join(folder, '..', 'packages') };
  }
  const report = `no stock image at ${folder}; to install: tools/install-image`;
  if (process.env.CI === 'true') throw new Error(report);
  process.stderr.write(`${report}\n`);
  return undefined;
}
