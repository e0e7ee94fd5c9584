import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCommand } from '../support/command';

const example = path.join('examples', 'standard', 'cluster.yaml');
const asOf = ['--as-of', '2026-11-22'];
let scratch = '';
let folder = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(os.tmpdir(), 'commands-'));
  folder = path.join(scratch, 'plan');
  runCommand('plan', '--config', example, '--out', folder, ...asOf);
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

test('prints its version', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(runCommand('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

describe('check', () => {
  it('comes to the same verdict from the folder as the plan did', () => {
    const { exitCode, stdout } = runCommand('check', folder, '--format', 'json', ...asOf);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(readFileSync(path.join(folder, 'conformance.json'), 'utf8'));
  });

  it('fails when somebody has turned off client certificates of an etcd member', () => {
    const unit = path.join(folder, 'machines/etcd-0/etc/systemd/system/etcd.service');
    const before = readFileSync(unit, 'utf8');
    writeFileSync(unit, before.replace('--client-cert-auth=true', '--client-cert-auth=false'));
    const { exitCode, stdout } = runCommand('check', folder, ...asOf);
    writeFileSync(unit, before);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/FAIL +scs-0217\/etcd\/cn-authentication \(MUST\)/);
  });

  it('knows manifests alone for what they are: no machine, so nothing proven of machines', () => {
    const { exitCode, stdout } = runCommand('check', path.join(folder, 'manifests'), ...asOf);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('NOT PROVEN');
  });

  it('fails when a manifest is malformed, with line and column', () => {
    const file = path.join(scratch, 'bad.yaml');
    writeFileSync(file, 'kind: Pod\nmetadata: {name: [\n');
    const { exitCode, stdout, stderr } = runCommand('check', file);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/bad\.yaml:\d+:\d+: got malformed YAML/);
  });

  it('fails when the target does not exist', () => {
    const { exitCode, stderr } = runCommand('check', 'nowhere');
    expect([exitCode, stderr]).toEqual([
      2,
      'error: nowhere: got no such file, expected a folder that plan wrote, or Kubernetes manifests\n',
    ]);
  });
});

describe('a setting that breaks a clause, with a waiver', () => {
  it('is waived in row, headline and exit code, and no pass', () => {
    const config = path.join(scratch, 'waived.yaml');
    const out = path.join(scratch, 'waived');
    const flags =
      'kubernetes:\n  flags:\n    kube-apiserver:\n      tls-min-version: VersionTLS10\n';
    writeFileSync(
      config,
      readFileSync(example, 'utf8') +
        flags +
        'waivers:\n  - {clause: scs-0217/endpoints/https, reason: an old client, expires: 2027-01-31}\n',
    );
    const planned = runCommand('plan', '--config', config, '--out', out, ...asOf);
    expect([planned.exitCode, planned.stderr]).toEqual([0, '']);
    expect(planned.stdout).toContain('CONFORMANT WITH WAIVERS');
    const { exitCode, stdout } = runCommand('check', out, ...asOf);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^CONFORMANT WITH WAIVERS: .*, 1 waived\./m);
    expect(stdout).toMatch(/^ {2}WAIVED +scs-0217\/endpoints\/https \(MUST\)$/m);
    expect(stdout).toContain('--tls-min-version=VersionTLS10');
    expect(stdout).not.toMatch(/PASS +scs-0217\/endpoints\/https/);
  });
});

it('fails when a report has nowhere to go', () => {
  const out = path.join(scratch, 'no', 'such', 'folder.json');
  const { exitCode, stderr } = runCommand('check', folder, '--out', out, ...asOf);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`error: --out: got ${out}, which cannot be written (ENOENT`);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

it('fails when the configuration is a folder', () => {
  expect(runCommand('plan', '--config', scratch, '--out', path.join(scratch, 'x'))).toMatchObject({
    exitCode: 2,
    stderr: `error: ${scratch}: got no file, expected a configuration in YAML\n`,
  });
});

describe('explain', () => {
  it('says what a clause asks for and what proves it', () => {
    const { exitCode, stdout } = runCommand('explain', 'scs-0217/etcd/acl-enabled');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('etcd/access-control-enabled');
  });

  it('fails when there is no such clause, and names what comes close', () => {
    const { exitCode, stderr } = runCommand('explain', 'acl-enabled');
    expect([exitCode, stderr]).toEqual([
      2,
      'error: acl-enabled: got no such clause, expected scs-0217/etcd/acl-enabled\n',
    ]);
  });
});

describe('plan --upgrade-from', () => {
  const upgrade = (base: string) =>
    runCommand(
      ...['plan', '--config', example, '--out', path.join(scratch, 'upgrade')],
      ...['--upgrade-from', base, ...asOf],
    );

  it('lists the steps, control plane before workers', () => {
    const { exitCode, stdout } = upgrade('1.35');
    expect(exitCode).toBe(0);
    const steps = [...stdout.matchAll(/^ +\d+\. ([^:]+):/gm)].map((match) => match[1]);
    expect(steps).toEqual([
      'etcd',
      'control-plane 1 of 3',
      'manifests',
      'control-plane 2 of 3',
      'control-plane 3 of 3',
      'worker-general',
    ]);
  });

  it('has no steps from the very same cluster', () => {
    expect(upgrade(folder).stdout).toMatch(/Steps, .*:\n {2}none\n$/);
  });

  it('fails when it would go back', () => {
    const { exitCode, stderr } = upgrade('1.37');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--upgrade-from: kubernetes.version: got "1.36.6", expected 1.37');
  });

  it('fails when the base is nothing', () => {
    const { exitCode, stderr } = upgrade('nowhere');
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'error: --upgrade-from: got "nowhere", expected a folder that plan wrote, a configuration file, or a version such as "1.35"\n',
    );
  });
});
