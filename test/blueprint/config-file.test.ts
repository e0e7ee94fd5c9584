import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfigFile } from '../../lib/blueprint/config-file';
import { ConfigFileError } from '../../lib/blueprint/config-file-error';

let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'config-file-'));
  file = path.join(folder, 'cluster.yaml');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function refusal(content: string | Uint8Array): string {
  writeFileSync(file, content);
  try {
    readConfigFile(file);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    expect(error.messages).toHaveLength(1);
    return error.message.replace(`${file}:`, '');
  }
  return '';
}

const bomb = (levels: number) =>
  [
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from(
      { length: levels },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]`,
    ),
  ].join('\n');

const malformed: readonly [what: string, content: string | Uint8Array, message: RegExp][] = [
  ['an alias to no anchor', 'name: prod\ntags: *none\n', /^2:7: .*alias/i],
  ['an alias before its anchor', 'a: *b\nb: &b 1\n', /^1:4: .*alias/i],
  ['an alias bomb', bomb(9), /^\d+:\d+: .*aliases that stand for more than/],
  [
    'an anchor around itself',
    'name: prod\ntags: &a\n  b: *a\n',
    /^3:6: .*inside what it stands for/,
  ],
  ['an anchor around itself in a list', 'tags: &a [1, [*a]]\n', /^1:15: .*inside/],
  ['an unknown tag', 'name: !secret prod\n', /^1:7: .*tag/],
  ['an unknown tag of its own', 'name: !!binary2 prod\n', /^1:7: .*tag/],
  ['an undeclared tag handle', 'name: !e!x prod\n', /^1:7: .*tag/],
  ['broken UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0x0a, 0x62, 0xff, 0x0a]), /^2:2: .*no UTF-8/],
  ['UTF-16', Buffer.from('name: prod', 'utf16le'), /^1:2: .*U\+0000/],
  ['a control character', 'name: prod\ntags: {a: "\u0007"}\n', /^2:12: .*U\+0007/],
  ['a delete character', 'name: "a\u007f"\n', /^1:9: .*U\+007F/],
  ['a key twice', 'name: a\nregion: b\nname: c\n', /^3:1: .*unique/],
  ['a key twice inside', 'tags: {a: 1, a: 2}\n', /^1:14: .*unique/],
  ['a list as a key', '? [a, b]\n: c\n', /^1:3: .*as a key/],
  ['deep brackets', `a: ${'['.repeat(100_000)}`, /^1:\d+: .*deep/],
  ['deep braces', `name: prod\nb: ${'{a: '.repeat(100_000)}`, /^2:\d+: .*deep/],
  ['deep dashes', `a:\n  ${'- '.repeat(100_000)}b`, /^2:1: .*deep/],
  ['two documents', 'name: a\n---\nname: b\n', /^2:1: .*document/],
  ['a tab as indentation', 'tags:\n\ta: b\n', /^2:1: /],
  ['an open quote', 'name: "prod\n', /^\d:\d+: /],
  ['a scalar', 'prod', /^ got "prod", expected keys/],
  ['nothing', '', /^ got null, expected keys/],
  ['a list', '- name: prod', /^ got \[.*, expected keys/],
];

describe('readConfigFile', () => {
  it.each(malformed)('refuses %s with one message', (_what, content, message) => {
    expect(refusal(content)).toMatch(message);
  });

  it('refuses what is no file, without waiting for it', () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const place of [folder, pipe, '/dev/null', '/dev/zero']) {
      expect(() => readConfigFile(place)).toThrow('got no file, expected a configuration in YAML');
    }
    expect(() => readConfigFile(path.join(folder, 'absent'))).toThrow('got no such file');
  });

  it('refuses a file of many megabytes', () => {
    expect(refusal(`# ${'x'.repeat(5 * 1024 ** 2)}`)).toMatch(/^ got \d+ bytes, expected at most/);
  });

  it('takes anchors, a byte order mark and Windows line ends', () => {
    writeFileSync(file, '\ufeffa: &a\r\n  b: 1\r\nc: *a\r\nd: [*a, *a]\r\n');
    expect(readConfigFile(file)).toEqual({ a: { b: 1 }, c: { b: 1 }, d: [{ b: 1 }, { b: 1 }] });
  });
});
