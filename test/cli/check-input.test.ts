import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { collectManifests } from '../../cli/check/collect-manifests';
import { runCommand, runCommandOn } from '../support/command';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{name: web, image: registry.example/web:1}]}}}
`;

let scratch = '';
let count = 0;

beforeAll(() => {
  scratch = mkdtempSync(path.join(os.tmpdir(), 'check-input-'));
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** A folder with these files; one more that is good, where it is wanted. */
function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = path.join(scratch, String(count++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

const namesOf = (...targets: readonly string[]) =>
  collectManifests(targets).manifests.map(
    ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
  );

describe('objects are read', () => {
  test('beside files of kustomize and Helm, which are named', () => {
    const folder = folderOf({
      'web.yaml': deployment,
      'kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: x}\n',
      'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'values.yaml': 'replicas: 1\n',
      'templates/a.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n{{- if .Values.a }}\nspec: {}\n{{- end }}\n',
      'package.json': '{"name": "x"}',
      'tsconfig.json': '{ // a comment\n  "a": 1 }',
      '.git/config.yaml': deployment,
    });
    const { manifests, notes, problems } = collectManifests([folder]);
    expect([manifests.map(({ kind }) => kind), problems]).toEqual([['Deployment'], []]);
    const all = notes.join('\n');
    expect(all).toMatch(
      /5 documents are left out as no Kubernetes object: .*Chart.yaml \(no kind\)/,
    );
    expect(all).toContain('kustomization.yaml (Kustomization)');
    expect(all).toMatch(/1 Helm template is not evaluated: .*a.yaml; render first: helm template/);
  });

  test.each([
    [
      'a typed list',
      '{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleList", "items": [{"metadata": {"name": "a", "namespace": "b"}}]}',
      ['Role b/a'],
    ],
    [
      'a list of a custom kind',
      'apiVersion: x.example/v1\nkind: ThingList\nitems:\n- metadata: {name: a}\n',
      ['Thing /a'],
    ],
    [
      'a List inside a List',
      `kind: List\nitems:\n- kind: List\n  items:\n  - {apiVersion: v1, kind: Pod, metadata: {name: a}}\n`,
      ['Pod /a'],
    ],
    [
      'a List with a name',
      'kind: Any\nmetadata: {name: x}\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]\n',
      ['Pod /a'],
    ],
    ['an empty List', '{"apiVersion": "v1", "kind": "List", "items": []}', []],
    ['an array', '[{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]', ['Pod /a']],
    [
      'JSON values in a row',
      '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}\n{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b{\\"}"}}',
      ['Pod /a', 'Pod /b{"}'],
    ],
    [
      'YAML that begins with a brace',
      '{apiVersion: v1, kind: Pod, metadata: {name: a}} # not JSON',
      ['Pod /a'],
    ],
    [
      'several documents with a byte order mark',
      '\ufeff# a\n---\n# b\n--- # c\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n...\n',
      ['Pod /a', 'Pod /b'],
    ],
    ['a directive', '%YAML 1.1\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n', ['Pod /a']],
    [
      'a name that the server completes',
      'apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n',
      ['Pod /a-*'],
    ],
    [
      'carriage returns',
      'apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: a}\r\n---\r\napiVersion: v1\r\nkind: Pod\r\nmetadata: {name: b}\r\n',
      ['Pod /a', 'Pod /b'],
    ],
  ])('from %s', (_, text, names) => {
    expect(namesOf(folderOf({ 'a.yaml': text }))).toEqual(names);
  });

  test('with the scalars of the YAML reader of Kubernetes', () => {
    const folder = folderOf({
      'a.yaml': `apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {hostNetwork: yes, hostPID: On, uid: 0b0, mode: 0777, hex: 0x1F, text: "yes", ratio: 1.5, time: 1:30}
`,
    });
    expect(collectManifests([folder]).manifests[0]?.spec).toEqual({
      hostNetwork: true,
      hostPID: true,
      uid: 0,
      mode: 511,
      hex: 31,
      text: 'yes',
      ratio: 1.5,
      time: '1:30',
    });
  });

  test('with the file and the line that each begins on', () => {
    const folder = folderOf({
      'a.yaml': `# first\n\n${deployment}---\n# second\n${deployment}`,
      'b.yaml':
        'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n',
      'c.json':
        '{\n "kind": "List",\n "items": [\n  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},\n  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}}\n ]\n}\n',
    });
    const { locations } = collectManifests([folder]);
    const lines = [...locations.values()].map(({ file, line }) => `${path.basename(file)}:${line}`);
    expect(lines).toEqual(['a.yaml:3', 'a.yaml:9', 'b.yaml:4', 'b.yaml:7', 'c.json:4', 'c.json:5']);
  });

  test('once where two targets, or a link beside it, name the same file', () => {
    const folder = folderOf({ 'a.yaml': deployment });
    symlinkSync('a.yaml', path.join(folder, 'b.yaml'));
    expect(namesOf(folder, path.join(folder, 'a.yaml'))).toEqual(['Deployment shop/web']);
  });
});

/** An alias that stands for 9^12 values. */
const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  .concat(
    Array.from({ length: 12 }, (_, index) => {
      const alias = `*a${index}`;
      return `a${index + 1}: &a${index + 1} [${Array<string>(9).fill(alias).join(', ')}]`;
    }),
  )
  .join('\n');

/** A chain of anchors, each one level above the last. */
const chain = ['a0: &a0 [x]']
  .concat(Array.from({ length: 500 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]`))
  .join('\n');

describe('what cannot be read is named in one line, and the rest is evaluated', () => {
  test.each<[what: string, content: string | Buffer, message: RegExp]>([
    ['an alias bomb', bomb, /bad\.yaml:1: got aliases that stand for more than 500000 values/],
    ['a cycle', 'a: &a {b: *a}\n', /bad\.yaml:1: got an alias inside what it stands for/],
    ['a chain of aliases', chain, /bad\.yaml:1: got .*deep/],
    ['an alias to nothing', 'kind: Pod\na: *b\n', /bad\.yaml:2:5: got malformed YAML/],
    ['deep lists', '['.repeat(1e5), /bad\.yaml:1: got more than 200 collections deep/],
    [
      'deep JSON',
      `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`,
      /bad\.yaml:1: got more than 200 coll/,
    ],
    ['deep blocks', `${'- '.repeat(1e5)}a`, /bad\.yaml:1: got nesting exceeded/],
    ['UTF-16', Buffer.from('\ufeffkind: Pod', 'utf16le'), /bad\.yaml: got text in UTF-16/],
    ['broken UTF-8', Buffer.from([0x6b, 0xc3, 0x28]), /bad\.yaml: got bytes that are not UTF-8/],
    ['a key given twice', 'kind: Pod\nkind: Pod\n', /bad\.yaml:2:1: got malformed YAML \(dupl/],
    ['ten million values', `[${'1,'.repeat(10_000_001)}1]`, /bad\.yaml:1: got more than 10000000/],
  ])('%s', (_, content, message) => {
    const folder = folderOf({ 'bad.yaml': content, 'good.yaml': deployment });
    const { manifests, problems } = collectManifests([folder]);
    expect(manifests.map(({ kind }) => kind)).toEqual(['Deployment']);
    expect(problems).toEqual([expect.stringMatching(message)]);
  });

  test('pipes, devices, links to nothing, to themselves and out of the folder', () => {
    const folder = folderOf({ 'good.yaml': deployment, 'outside.txt': '' });
    const inner = path.join(folder, 'inner');
    mkdirSync(inner);
    spawnSync('mkfifo', [path.join(inner, 'pipe.yaml')]);
    symlinkSync('nowhere', path.join(inner, 'dangling.yaml'));
    symlinkSync('loop.yaml', path.join(inner, 'loop.yaml'));
    symlinkSync('../good.yaml', path.join(inner, 'out.yaml'));
    symlinkSync('/dev/zero', path.join(inner, 'zero.yaml'));
    symlinkSync('..', path.join(inner, 'up.yaml'));
    const { problems, notes } = collectManifests([inner, '/dev/zero']);
    expect(problems.map((line) => line.replace(`${inner}/`, '').split(',')[0])).toEqual([
      'dangling.yaml: got a link to no file',
      'loop.yaml: got a link that leads back to itself',
      `out.yaml: got a link to ${path.join(folder, 'good.yaml')}`,
      'pipe.yaml: got a named pipe',
      'zero.yaml: got a link to /dev/zero',
      '/dev/zero: got a device',
    ]);
    expect(notes).toEqual([`${inner}/up.yaml: a link to a folder, which is not followed`]);
  });
});

describe('check', () => {
  test('ends with 2 and names what it could not read, after the report on the rest', () => {
    const folder = folderOf({ 'good.yaml': deployment, '\u001b[31m.yaml': 'kind: [' });
    const { exitCode, stdout, stderr } = runCommand('check', folder);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('Conformance report');
    expect(stdout).toContain('warning: not evaluated:');
    expect(stderr).toMatch(/^error: \S+\\u\{1b\}\[31m\.yaml:1:8: got malformed YAML \(.*\)\n$/);
  });

  test.each([
    ['an empty folder', {}, /^error: \S+: got no Kubernetes object, expected manifests/],
    [
      'a folder of other files',
      { 'Chart.yaml': 'apiVersion: v2\nname: x\n' },
      /Chart\.yaml \(no kind\)/,
    ],
    ['comments alone', { 'a.yaml': '# nothing\n---\n' }, /got no Kubernetes object/],
    ['templates alone', { 'a.yaml': 'kind: {{ .x }}\n' }, /Helm template is not evaluated/],
  ])('ends with 2 for %s', (_, files, message) => {
    const { exitCode, stdout, stderr } = runCommand('check', folderOf(files));
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('reads standard input', () => {
    const { stdout, stderr } = runCommandOn(deployment, 'check', '-', '--format', 'json');
    expect([stderr, stdout.startsWith('{')]).toEqual(['', true]);
    expect(runCommandOn('', 'check', '-').exitCode).toBe(2);
  });

  test('names the file of a plan that is damaged', () => {
    const folder = folderOf({
      'resources.json': '[',
      'firewall.json': '[]',
      'machines/.keep': '',
      'blueprint.json': '{"kubernetes": {"version": "1.36.4"}}',
    });
    rmSync(path.join(folder, 'machines', '.keep'));
    const { exitCode, stderr } = runCommand('check', folder);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: \S+resources\.json: got malformed JSON \(.*\)\n$/);
  });
});
