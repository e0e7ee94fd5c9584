import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCommand, type CommandRun } from '../support/command';
import { readTree } from '../support/read-tree';

const asOf = ['--as-of', '2026-11-22'];
const example = path.join('examples', 'standard', 'cluster.yaml');
let scratch = '';
let first: CommandRun;

beforeAll(() => {
  scratch = mkdtempSync(path.join(os.tmpdir(), 'plan-'));
  first = plan('first');
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const plan = (name: string, ...args: string[]) =>
  runCommand('plan', '--config', example, '--out', path.join(scratch, name), ...asOf, ...args);

describe('plan', () => {
  it('plans the example: a summary, the folder, every MUST and every critical row passed', () => {
    const { exitCode, stdout, stderr } = first;
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').length).toBeLessThan(30);
    // Colour is for terminals.
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('6443');
    const names = readdirSync(path.join(scratch, 'first')).sort();
    expect(names).toEqual([
      '.hardened-cluster-plan',
      'blueprint.json',
      'certificates.json',
      'conformance.json',
      'firewall.json',
      'machines',
      'manifests',
      'outputs.json',
      'pki',
      'report.html',
      'resources.json',
      'topology.svg',
    ]);
    expect(readdirSync(path.join(scratch, 'first', 'machines')).sort()).toEqual([
      'bastion',
      'control-plane',
      'etcd-0',
      'etcd-1',
      'etcd-2',
      'etcd-3',
      'etcd-4',
      'worker-general',
    ]);
  });

  it('writes the same bytes again with the same PKI, and all but the PKI with another', () => {
    const once = readTree(path.join(scratch, 'first'));
    plan('first');
    expect(readTree(path.join(scratch, 'first'))).toEqual(once);

    plan('second');
    const other = readTree(path.join(scratch, 'second'));
    expect([...other.keys()]).toEqual([...once.keys()]);
    const differing = [...once].filter(([name, { text }]) => other.get(name)?.text !== text);
    expect(differing.map(([name]) => name).filter((name) => !name.startsWith('pki/'))).toEqual([]);
    expect(differing.length).toBeGreaterThan(0);
  });

  it('keeps private keys in the PKI folder, readable by its owner alone', () => {
    for (const [name, { text, mode }] of readTree(path.join(scratch, 'first'))) {
      if (name.startsWith('pki/')) expect([name, mode.toString(8)]).toEqual([name, '600']);
      else expect([name, text.includes('PRIVATE KEY-----')]).toEqual([name, false]);
    }
  });

  it('puts none of the generated secrets outside the PKI folder, in any encoding', () => {
    const tree = [...readTree(path.join(scratch, 'first'))];
    const secrets = tree
      .filter(([name]) => name.startsWith('pki/parameters/'))
      .flatMap(([, { text }]) => secretsOf(text));
    expect(secrets.length).toBeGreaterThan(25);
    for (const [name, { text }] of tree.filter(([each]) => !each.startsWith('pki/'))) {
      const found = secrets.filter((secret) => text.includes(secret));
      expect([name, found]).toEqual([name, []]);
    }
  });

  it('hands every machine user-data below 16 KB that names its bundle', () => {
    const tree = readTree(path.join(scratch, 'first'));
    const machines = readdirSync(path.join(scratch, 'first', 'machines'));
    for (const machine of machines) {
      const userData = tree.get(`machines/${machine}/user-data`)?.text ?? '';
      const { bundleSha256 } = JSON.parse(
        tree.get(`machines/${machine}/machine.json`)?.text ?? '{}',
      ) as { bundleSha256?: string };
      expect(Buffer.byteLength(userData)).toBeLessThan(16 * 1024);
      expect(Buffer.byteLength(userData)).toBeGreaterThan(100);
      expect(userData).toContain(bundleSha256);
    }
  });

  it('prints one JSON object for machines', () => {
    const { stdout } = plan('json', '--json');
    const parsed = JSON.parse(stdout) as { built: { resources: number } };
    expect(parsed.built.resources).toBeGreaterThan(100);
  });

  it('says in every output that a development cluster does not conform, and why', () => {
    const { stdout, exitCode } = plan('development', '--profile', 'development');
    const tree = readTree(path.join(scratch, 'development'));
    expect(stdout).toContain('NOT CONFORMANT');
    for (const name of ['report.html', 'conformance.json', 'topology.svg']) {
      expect([name, tree.get(name)?.text.includes('one etcd member')]).toEqual([name, true]);
    }
    expect(exitCode).toBe(1);
  });

  it('leaves a folder alone that holds something else', () => {
    const folder = path.join(scratch, 'mine');
    plan('mine');
    rmSync(path.join(folder, '.hardened-cluster-plan'));
    const before = readTree(folder);
    const { exitCode, stderr } = plan('mine');
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `error: --out: got ${folder}, which is or holds something else, expected a new or empty folder or one that plan wrote\n`,
    );
    expect(readTree(folder)).toEqual(before);
  });
});

describe('plan, given bad input', () => {
  const refused: readonly [string, string, string][] = [
    [
      'malformed YAML',
      'name: prod\nregion: [eu\naccess: {}\n',
      'cluster.yaml:3:1: got malformed YAML',
    ],
    ['no keys', '- prod\n', 'cluster.yaml: got ["prod"], expected keys such as "name: production"'],
    ['an unknown key', 'nmae: prod\n', 'cluster.yaml: nmae: got "prod", expected no such key'],
  ];

  it.each(refused)('fails when given %s', (_what, yaml, message) => {
    const file = path.join(scratch, 'cluster.yaml');
    writeFileSync(file, yaml);
    const out = path.join(scratch, 'refused');
    const { exitCode, stdout, stderr } = runCommand('plan', '--config', file, '--out', out);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(scratch)).not.toContain('refused');
  });

  it('fails when the file is missing', () => {
    const { exitCode, stderr } = runCommand('plan', '--config', 'nowhere.yaml');
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'error: nowhere.yaml: got no such file, expected a configuration in YAML\n',
    );
  });

  it('fails when the profile is unknown', () => {
    const { exitCode } = runCommand('plan', '--profile', 'lax');
    expect(exitCode).toBe(2);
  });
});

/** The parts of a parameter that no other reader may see: keys in PEM, their base64 body, raw keys. */
function secretsOf(text: string): string[] {
  const keys = [...text.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----\n([\s\S]*?)\n-----END/g)].map(
    (match) => match[1] ?? '',
  );
  const bodies = keys.flatMap((key) => key.split('\n').filter((line) => line.length >= 40));
  return text.includes('-----BEGIN') ? bodies : [text.trim()];
}
