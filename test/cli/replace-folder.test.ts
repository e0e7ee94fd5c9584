import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { replaceFolder, type OutputFile } from '../../cli/plan/replace-folder';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'replace-folder-'));
const folder = path.join(scratch, 'out');

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const writing = (files: readonly OutputFile[]) =>
  replaceFolder(folder, (write) => {
    write(files);
    return Promise.resolve();
  });

test('replaces what an earlier plan wrote, and gives what the work gives', async () => {
  await writing([{ path: 'a/old', content: 'old' }]);
  const given = await replaceFolder(folder, async (write) => {
    write([{ path: 'a/new', content: 'new' }]);
    await Promise.resolve();
    write([{ path: 'a/b/later', content: 'later' }]);
    return 7;
  });
  expect(given).toBe(7);
  expect(readdirSync(path.join(folder, 'a')).sort()).toEqual(['b', 'new']);
  expect(readFileSync(path.join(folder, 'a/b/later'), 'utf8')).toBe('later');
  expect(readdirSync(scratch)).toEqual(['out']);
});

test.each<[string, string, () => Promise<unknown>]>([
  [
    'the work fails',
    'no plan today',
    () =>
      replaceFolder(folder, (write) => {
        write([{ path: 'a', content: 'new' }]);
        return Promise.reject(new Error('no plan today'));
      }),
  ],
  [
    'a file cannot be written',
    'EEXIST',
    () =>
      replaceFolder(folder, async (write) => {
        write([{ path: 'a', content: 'new' }]);
        await new Promise((resolve) => setTimeout(resolve, 50));
        write([{ path: 'a/b', content: 'new' }]);
      }),
  ],
])('leaves the earlier folder as it was and nothing beside it when %s', async (_, said, act) => {
  await writing([{ path: 'a', content: 'old' }]);
  await expect(act()).rejects.toThrow(said);
  expect(readFileSync(path.join(folder, 'a'), 'utf8')).toBe('old');
  expect(readdirSync(scratch)).toEqual(['out']);
});

test('refuses a folder of something else before any work', async () => {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'thesis.md'), 'mine');
  let worked = false;
  await expect(
    replaceFolder(folder, () => {
      worked = true;
      return Promise.resolve();
    }),
  ).rejects.toThrow('which is or holds something else');
  expect(worked).toBe(false);
  expect(readdirSync(folder)).toEqual(['thesis.md']);
});

test('refuses a folder that cannot be made before any work', async () => {
  writeFileSync(path.join(scratch, 'file'), '');
  const below = path.join(scratch, 'file', 'out');
  await expect(replaceFolder(below, () => Promise.reject(new Error('worked')))).rejects.toThrow(
    `--out: got ${below}, which cannot be made`,
  );
});
