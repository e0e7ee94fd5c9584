import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { renderBundle } from '../../../lib/machine/bundle';
import { planCluster } from '../../../lib/cluster/plan-cluster';
import { programFolder } from '../../../lib/machine/program-file';
import { renderUserData } from '../../../lib/machine/user-data';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';

const machines = planCluster(makeBlueprint()).machines;
const folder = mkdtempSync(join(tmpdir(), 'hc-scripts-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes the bundle of a machine as it would lie on it. */
function writeTree(name: string): string {
  const machine = machines.find((candidate) => candidate.name === name);
  if (machine === undefined) throw new Error(`no machine ${name}`);
  const root = join(folder, name);
  for (const { path, content, mode } of renderBundle(machine).files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode: parseInt(mode, 8) });
  }
  return root;
}

const run = (program: string, args: readonly string[]) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw error;
  return { status, text: stdout + stderr };
};

describe.each(['bastion', 'etcd-0', 'control-plane', 'worker-general'])('scripts of %s', (name) => {
  it('pass shellcheck as POSIX sh', () => {
    const root = writeTree(name);
    const machine = machines.find((candidate) => candidate.name === name);
    const scripts = (machine?.files ?? [])
      .filter(({ path, content }) => content.startsWith('#!/bin/sh') || path.endsWith('.sh'))
      .map(({ path }) => join(root, path));
    expect(scripts.length).toBeGreaterThan(5);
    // Libraries are followed where they lie on the machine, not where they lie in the sources.
    const options = ['-s', 'sh', '-x', '-P', join(root, programFolder), '-e', 'SC1091'];
    expect(run('shellcheck', [...options, ...scripts])).toEqual({ status: 0, text: '' });
  });

  it('compile, where they are Python', () => {
    const root = writeTree(name);
    const machine = machines.find((candidate) => candidate.name === name);
    const scripts = (machine?.files ?? [])
      .filter(({ content }) => /^#!\S*python3/.test(content))
      .map(({ path }) => join(root, path));
    expect(scripts.length).toBeGreaterThan(0);
    const check = 'import ast, sys\nfor f in sys.argv[1:]: ast.parse(open(f).read(), f)';
    expect(run('python3', ['-c', check, ...scripts])).toEqual({ status: 0, text: '' });
  });

  it('have user-data that passes shellcheck', () => {
    const file = join(folder, `${name}.user-data`);
    writeFileSync(
      file,
      renderUserData(
        { name, role: 'etcd' },
        {
          cluster: 'prod',
          region: 'eu-central-1',
          accountId: '123456789012',
          bucket: 'bucket',
          bundleKey: 'bundles/x.tar',
          bundleSha256: '0'.repeat(64),
        },
      ),
    );
    expect(run('shellcheck', ['-s', 'sh', file])).toEqual({ status: 0, text: '' });
  });
});

describe('units of the machine itself', () => {
  const own = [
    { unit: 'hardened-cluster-logs.service', atMost: 3 },
    { unit: 'hardened-cluster-sessions.service', atMost: 2.5 },
  ];

  it.each(own)('$unit is exposed at most $atMost by systemd’s own measure', ({ unit, atMost }) => {
    const root = writeTree('control-plane');
    const { text } = run('systemd-analyze', [
      'security',
      '--offline=true',
      '--no-pager',
      join(root, 'etc/systemd/system', unit),
    ]);
    const score = /Overall exposure level for \S+: ([\d.]+)/.exec(text)?.[1];
    expect(Number(score)).toBeLessThanOrEqual(atMost);
  });

  it('are units that systemd reads without a complaint', () => {
    const root = writeTree('control-plane');
    const units = ['logs.service', 'sessions.service', 'sessions.socket', 'firewall.service'].map(
      (name) => join(root, 'etc/systemd/system', `hardened-cluster-${name}`),
    );
    const { text } = run('systemd-analyze', ['verify', '--man=no', ...units]);
    const complaints = text
      .split('\n')
      .filter(
        (line) =>
          line.includes('hardened-cluster-') && !/is not executable|No such file/.test(line),
      );
    expect(complaints).toEqual([]);
  });
});
