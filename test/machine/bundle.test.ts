import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { renderBundle } from '../../lib/machine/bundle';
import { listUnlocked } from '../../lib/machine/list-unlocked';
import type { MachineConfig } from '../../lib/machine/machine-config';
import { mergeParts } from '../../lib/machine/merge-parts';
import { planCluster } from '../../lib/cluster/plan-cluster';
import { renderUstar } from '../../lib/machine/ustar';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

const identity = { name: 'etcd-0', role: 'etcd', architecture: 'arm64' } as const;
const empty = mergeParts(identity, []);

const fileOf = (machine: MachineConfig, path: string) =>
  renderBundle(machine).files.find((file) => file.path === path)?.content;

describe('renderBundle', () => {
  it('renders the tables that boot follows', () => {
    const machine = mergeParts(identity, [
      {
        users: [{ name: 'etcd', id: 2379 }],
        files: [
          { path: '/etc/b', content: 'b', mode: '0600', owner: 'etcd:etcd', template: true },
          { path: '/etc/a', content: 'a' },
        ],
        units: [
          { name: 'z.service', content: 'z' },
          { name: 'a.timer', content: 'a', enable: false },
        ],
        artifacts: [
          {
            name: 'etcd',
            version: '1.0',
            architecture: 'arm64',
            url: 'https://example.com/e.tar.gz',
            sha256: undefined,
            install: [{ member: 'x/etcd', path: '/usr/local/bin/etcd' }],
          },
          {
            name: 'runsc',
            version: '2',
            architecture: 'arm64',
            url: 'https://example.com/runsc',
            sha256: undefined,
            sha512: 'ff',
            install: [{ path: '/usr/local/bin/runsc', mode: '0700' }],
          },
        ],
        secrets: [
          { parameter: 'p/two', path: '/etc/two' },
          {
            parameter: 'p/one',
            blocks: 'private-key',
            path: '/etc/one',
            mode: '0640',
            owner: 'root:etcd',
          },
        ],
        packages: ['z', 'a'],
        dataVolume: { mountPath: '/var/lib/etcd', owner: 'etcd:etcd', mode: '0700' },
      },
    ]);
    const table = (name: string) => fileOf(machine, `/etc/hardened-cluster/boot/${name}`);
    expect(table('artifacts')).toBe(
      'artifacts/etcd-1.0-arm64.tar.gz\tsha256\t-\tx/etcd\t/usr/local/bin/etcd\t0755\n' +
        'artifacts/runsc-2-arm64\tsha512\tff\t-\t/usr/local/bin/runsc\t0700\n',
    );
    expect(table('secrets')).toBe(
      'p/one\tprivate-key\t/etc/one\t0640\troot:etcd\np/two\tall\t/etc/two\t0600\troot:root\n',
    );
    expect(table('units')).toBe('z.service\tyes\tlate\na.timer\tno\tlate\n');
    expect(table('packages')).toBe('a\nz\n');
    expect(table('users')).toBe('u etcd 2379 - - /usr/sbin/nologin\n');
    expect(table('data-volume')).toBe('/var/lib/etcd\tetcd:etcd\t0700\n');
    expect(table('files')).toContain(
      '/etc/a\t0644\troot:root\tplain\n/etc/b\t0600\tetcd:etcd\ttemplate\n',
    );
    expect(table('commands')).toContain('mkfs.ext4\n');
  });

  it('is the same, byte for byte, for the same machine', () => {
    const checksums = () =>
      planCluster(makeBlueprint()).machines.map((machine) => renderBundle(machine).sha256);
    expect(checksums()).toEqual(checksums());
  });

  it('is an archive that others read, with every file of the machine', async () => {
    for (const machine of planCluster(makeBlueprint()).machines) {
      const { files, tar } = renderBundle(machine);
      const found: string[] = [];
      const reader = extract();
      Readable.from([tar]).pipe(reader);
      for await (const entry of reader) {
        let content = '';
        for await (const chunk of entry) content += String(chunk);
        const { name, mode, uid, gid, mtime } = entry.header;
        expect({ uid, gid, mtime: mtime.getTime() }).toEqual({ uid: 0, gid: 0, mtime: 0 });
        found.push(`/${name} ${mode.toString(8).padStart(4, '0')} ${content}`);
      }
      expect(found).toEqual(files.map(({ path, mode, content }) => `${path} ${mode} ${content}`));
    }
  });

  it.each([
    ['a relative path', { path: 'etc/a', content: '' }, 'etc/a: got this path'],
    ['a path with a space', { path: '/etc/a b', content: '' }, 'got "/etc/a b", expected a field'],
    ['a path that goes up', { path: '/etc/../b', content: '' }, '/etc/../b: got this path'],
    ['a mode of three digits', { path: '/a', content: '', mode: '644' }, '/a: got mode 644'],
    ['a set-uid mode', { path: '/a', content: '', mode: '4755' }, '/a: got mode 4755'],
    ['an unknown owner', { path: '/a', content: '', owner: 'eve:eve' }, '/a: got owner eve:eve'],
  ])('fails when a file has %s', (_, file, message) => {
    expect(() => renderBundle({ ...empty, files: [file] })).toThrow(message);
  });

  it('fails when two files have one path', () => {
    const file = { path: '/etc/a', content: '' };
    expect(() => renderBundle({ ...empty, files: [file, { ...file }] })).toThrow(
      '/etc/a: got two files, expected one',
    );
  });

  it('fails when a field of a table could be read as two', () => {
    const secrets = [{ parameter: 'a\tb', path: '/etc/x' }];
    expect(() => renderBundle({ ...empty, secrets })).toThrow(
      'etcd-0: secrets: got "a\\tb", expected a field without spaces',
    );
  });
});

describe('renderUstar', () => {
  it('fails when a name is too long for the format', () => {
    const name = 'a'.repeat(101);
    expect(() => renderUstar([{ name, content: '', mode: 0o644 }])).toThrow('too long a path');
  });

  it('cuts a long name at a slash', async () => {
    const name = `${'a'.repeat(90)}/${'b'.repeat(90)}`;
    const reader = extract();
    Readable.from([renderUstar([{ name, content: 'x', mode: 0o600 }])]).pipe(reader);
    for await (const entry of reader) {
      expect(entry.header).toMatchObject({ name, mode: 0o600, size: 1 });
      entry.resume();
    }
  });
});

describe('mergeParts', () => {
  it('keeps the order of units, and unites what is the same', () => {
    const user = { name: 'etcd', id: 2379 };
    const machine = mergeParts(identity, [
      { users: [user], units: [{ name: 'b.service', content: '' }], packages: ['b'] },
      { users: [user], units: [{ name: 'a.service', content: '' }], packages: ['a', 'b'] },
    ]);
    expect(machine.units.map(({ name }) => name)).toEqual(['b.service', 'a.service']);
    expect(machine.users).toEqual([user]);
    expect(machine.packages).toEqual(['a', 'b']);
    expect(machine).not.toHaveProperty('dataVolume');
  });

  it('fails when parts disagree, with all that they disagree on', () => {
    const volume = { mountPath: '/data', owner: 'root:root', mode: '0700' };
    expect(() =>
      mergeParts(identity, [
        {
          files: [{ path: '/a', content: '1' }],
          users: [{ name: 'x', id: 1 }],
          dataVolume: volume,
        },
        {
          files: [{ path: '/a', content: '2' }],
          users: [
            { name: 'x', id: 2 },
            { name: 'y', id: 1 },
          ],
          dataVolume: volume,
        },
      ]),
    ).toThrow(
      [
        'etcd-0: data volumes: got 2, expected at most one',
        'etcd-0: user x: got two different ones, expected one',
        'etcd-0: user id 1: got two different ones, expected one',
        'etcd-0: file /a: got two different ones, expected one',
      ].join('\n'),
    );
  });
});

describe('planMachines', () => {
  it('plans bastion, members, control plane and pools, in that order', () => {
    const workers = [{ name: 'general' }, { name: 'batch', architecture: 'amd64' as const }];
    const names = (changes: Parameters<typeof makeBlueprint>[0]) =>
      planCluster(makeBlueprint(changes)).machines.map(({ name }) => name);
    const members = ['etcd-0', 'etcd-1', 'etcd-2', 'etcd-3', 'etcd-4'];
    expect(names({ workers })).toEqual([
      'bastion',
      ...members,
      'control-plane',
      'worker-general',
      'worker-batch',
    ]);
    expect(names({ bastion: { access: 'none' } })).toEqual([
      ...members,
      'control-plane',
      'worker-general',
    ]);
  });

  it('lists each artifact that no lock knows once', () => {
    const kubernetes = { version: '1.36.4' };
    const machines = planCluster(makeBlueprint({ kubernetes })).machines;
    expect(listUnlocked(machines).map(({ name }) => name)).toEqual(['aws-iam-authenticator']);
    const session = planCluster(
      makeBlueprint({ kubernetes, bastion: { access: 'session-manager' } }),
    ).machines;
    expect(listUnlocked(session).map(({ name }) => name)).toEqual([
      'amazon-ssm-agent',
      'aws-iam-authenticator',
    ]);
  });

  it('gives machines without a mirror no packages, and their firewall out of the bucket', () => {
    const member = planCluster(makeBlueprint()).machines.find(({ name }) => name === 'etcd-0');
    expect(member?.packages).toEqual([]);
    expect(member?.artifacts.map(({ name }) => name)).toEqual([
      'libjansson4',
      'libnftables1',
      'nftables',
      'etcd',
    ]);
  });

  it('loads the firewall before anything else starts', () => {
    for (const { units } of planCluster(makeBlueprint()).machines) {
      expect(units[0]?.name).toBe('hardened-cluster-firewall.service');
    }
  });
});
