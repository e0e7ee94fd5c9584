import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planHostFirewall } from '../../../lib/machine/host-firewall';
import type { MachineRole } from '../../../lib/machine/machine-config';
import { planCluster } from '../../../lib/cluster/plan-cluster';
import { renderNftables } from '../../../lib/machine/render-nftables';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { canIsolate, MachineNetwork, shell } from '../../support/machine/machine-network';
import { MachineView } from '../../support/machine/machine-view';
import { planNetwork } from '../../../lib/network/plan-network';

const hasServer = spawnSync('sh', ['-c', 'test -x /usr/sbin/sshd']).status === 0;
if (!hasServer && process.env.CI === 'true') throw new Error('no /usr/sbin/sshd on this machine');
const where = hasServer && canIsolate() ? describe : describe.skip;

where('SSH through the bastion, with the real OpenSSH and both host firewalls', () => {
  const keys = mkdtempSync(join(tmpdir(), 'hc-keys-'));
  const makeKey = (name: string, ...options: string[]) => {
    shell('f=$1; shift; ssh-keygen -q -N "" -C test -f "$f" "$@"', join(keys, name), ...options);
    return readFileSync(join(keys, `${name}.pub`), 'utf8').trim();
  };
  const sign = (name: string, ca: string, principal: string) => {
    makeKey(name, '-t', 'ed25519');
    shell(
      'ssh-keygen -q -s "$1" -I "$3" -n "$3" -V +1h "$2.pub"',
      join(keys, ca),
      join(keys, name),
      principal,
    );
  };
  let network: MachineNetwork;
  let bastion: MachineView;
  let member: MachineView;

  beforeAll(async () => {
    const person = makeKey('person', '-t', 'ed25519');
    makeKey('stranger', '-t', 'ed25519');
    const ca = makeKey('ca', '-t', 'ed25519');
    makeKey('other-ca', '-t', 'ed25519');
    sign('certified', 'ca', 'prod-jump');
    sign('elsewhere', 'ca', 'staging-jump');
    sign('forged', 'other-ca', 'prod-jump');
    const blueprint = makeBlueprint({
      bastion: { authorizedKeys: [person], userCaKeys: [ca] },
    });
    const machines = planCluster(blueprint).machines;
    network = new MachineNetwork([
      { name: 'client', address: '198.51.100.5/24' },
      { name: 'bastion', address: '10.0.16.10/21' },
      { name: 'member', address: '10.0.24.4/21' },
      { name: 'web', address: '10.0.32.30/20' },
    ]);
    const start = (host: string, name: string, role: MachineRole) => {
      const machine = machines.find((candidate) => candidate.name === name);
      if (!machine) throw new Error(`no machine ${name}`);
      network.loadFirewall(
        host,
        renderNftables(planHostFirewall(blueprint, role, planNetwork(blueprint))),
      );
      return new MachineView(network, host, machine);
    };
    bastion = start('bastion', 'bastion', 'bastion');
    member = start('member', 'etcd-0', 'etcd');
    await Promise.all([bastion.ready(), member.ready()]);
  });

  afterAll(() => {
    bastion.remove();
    member.remove();
    network.remove();
    rmSync(keys, { recursive: true, force: true });
  });

  interface SshOptions {
    readonly key?: string;
    readonly options?: readonly string[];
    readonly input?: string | Buffer;
  }
  const configOf = (key: string): string => {
    const config = join(keys, `config-${key}`);
    writeFileSync(
      config,
      `Host *\n  BatchMode yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n` +
        `  GlobalKnownHostsFile /dev/null\n  IdentityFile ${join(keys, key)}\n  IdentitiesOnly yes\n` +
        `  ConnectTimeout 30\n  LogLevel INFO\n  IdentityAgent none\nHost 10.0.24.4\n  ProxyJump jump@10.0.16.10\n`,
    );
    return config;
  };
  const ssh = (target: string, command: readonly string[], how: SshOptions = {}) => {
    const { key = 'person', options = [], input = '' } = how;
    const run = spawnSync(
      'ip',
      [
        'netns',
        'exec',
        network.namespace('client'),
        'ssh',
        '-F',
        configOf(key),
        ...options,
        target,
        ...command,
      ],
      { input, timeout: 240_000 },
    );
    return {
      code: run.status,
      stdout: run.stdout,
      text: run.stdout.toString() + run.stderr.toString(),
    };
  };

  /** A session that goes on beside the test. */
  const startSsh = (target: string, command: string) => {
    const client = ['netns', 'exec', network.namespace('client'), 'ssh', '-F', configOf('person')];
    const child = spawn('ip', [...client, target, command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 240_000,
    });
    let text = '';
    const says = (wanted: string) =>
      new Promise<void>((resolve) => {
        const take = (chunk: Buffer) => {
          text += chunk.toString();
          if (text.includes(wanted)) resolve();
        };
        child.stdout.on('data', take);
        child.stderr.on('data', take);
      });
    const end = new Promise<{ code: number | null; text: string }>((resolve) => {
      child.once('close', (code) => {
        resolve({ code, text });
      });
    });
    return { says, end };
  };

  it('jumps to another machine, and the session there is recorded there', async () => {
    const { code, text } = ssh('ops@10.0.24.4', ['echo "on $(id -un)"; exit 7']);
    expect(text).toContain('on ops');
    expect(code).toBe(7);
    const recording = await member.lastRecording();
    expect(recording).toMatchObject({
      mode: 0o600,
      uid: 0,
      header: { user: 'ops', uid: 1500, terminal: false, command: 'echo "on $(id -un)"; exit 7' },
    });
    expect(recording.events.map(([, kind, content]) => [kind, content])).toEqual([
      ['o', 'on ops\n'],
      ['x', '7'],
    ]);
    // The jump itself is no session: the bastion knows of it by its log.
    expect(bastion.recordings).toEqual([]);
    expect(bastion.output).toMatch(/Accepted publickey for jump from 198\.51\.100\.5/);
  });

  it('records every key and every answer of a terminal on the bastion', async () => {
    const { text } = ssh('jump@10.0.16.10', [], {
      options: ['-tt'],
      input:
        'stty -echo; tty; whoami; cat /var/log/hardened-cluster/sessions/* ; sudo -n id; exit 3\n',
    });
    expect(text).toMatch(/\/dev\/pts\/\d+/);
    const recording = await bastion.lastRecording();
    expect(recording.header).toMatchObject({ user: 'jump', uid: 1501, terminal: true });
    const of = (kind: string) =>
      recording.events
        .filter((event) => event[1] === kind)
        .map((event) => event[2])
        .join('');
    expect(of('i')).toContain('whoami; cat /var/log/hardened-cluster/sessions/*');
    expect(of('o')).toContain('jump\r\n');
    expect(of('o')).toMatch(/Permission denied|No such file/);
    expect(of('o')).not.toMatch(/uid=0/);
    expect(of('x')).toBe('3');
  });

  it('keeps recordings from being changed where the file system can', () => {
    const { status, stdout } = spawnSync(
      'sh',
      ['-c', 'lsattr "$1"', 'sh', join(network.folder, 'bastion', 'sessions')],
      { encoding: 'utf8' },
    );
    if (status !== 0) return;
    expect(stdout.split(' ')[0]).toMatch(/a/);
  });

  it('removes recordings that are older than a month, long after they were shipped', () => {
    const folder = join(network.folder, 'bastion', 'sessions');
    shell(
      'echo {} >"$1/old.cast"; touch -d "31 days ago" "$1/old.cast"; chattr +a "$1/old.cast" 2>/dev/null || :',
      folder,
    );
    const before = bastion.recordings.map(({ file }) => file);
    ssh('jump@10.0.16.10', ['true']);
    const after = bastion.recordings.map(({ file }) => file);
    expect(before).toContain('old.cast');
    expect(after).not.toContain('old.cast');
    expect(after).toHaveLength(before.length);
  });

  it('passes binary content unharmed', () => {
    const content = randomBytes(300_000);
    const { stdout, code } = ssh('ops@10.0.24.4', ['cat'], { input: content });
    expect(code).toBe(0);
    const checksum = (data: Buffer) => createHash('sha256').update(data).digest('hex');
    expect(checksum(stdout)).toBe(checksum(content));
  });

  it('takes a certificate of the CA that names this cluster, and no other', () => {
    expect(ssh('jump@10.0.16.10', ['echo in'], { key: 'certified' }).text).toContain('in\n');
    for (const key of ['elsewhere', 'forged', 'stranger']) {
      expect(ssh('jump@10.0.16.10', ['echo in'], { key })).toMatchObject({ code: 255 });
    }
    expect(ssh('ops@10.0.24.4', ['echo in'], { key: 'certified' })).toMatchObject({ code: 255 });
  });

  it.each([
    ['root', ['root@10.0.16.10', 'id'], [], /Permission denied/],
    ['the account of the image', ['admin@10.0.16.10', 'id'], [], /Permission denied/],
    ['people on the bastion as ops', ['ops@10.0.16.10', 'id'], [], /Permission denied/],
    [
      'a password',
      ['jump@10.0.16.10', 'id'],
      [
        '-o',
        'PubkeyAuthentication=no',
        '-o',
        'PreferredAuthentications=password,keyboard-interactive',
      ],
      /Permission denied \(publickey\)/,
    ],
    [
      'a direct connection past the bastion',
      ['ops@10.0.24.4', 'id'],
      ['-o', 'ProxyJump=none', '-o', 'ConnectTimeout=5'],
      /timed out/,
    ],
    [
      'a finite-field key exchange',
      ['jump@10.0.16.10', 'id'],
      ['-o', 'KexAlgorithms=diffie-hellman-group14-sha256'],
      /no matching key exchange/,
    ],
    [
      'a NIST key exchange',
      ['jump@10.0.16.10', 'id'],
      ['-o', 'KexAlgorithms=ecdh-sha2-nistp256'],
      /no matching key exchange/,
    ],
    [
      'a cipher without authentication',
      ['jump@10.0.16.10', 'id'],
      ['-o', 'Ciphers=aes256-ctr'],
      /no matching cipher/,
    ],
    [
      'a MAC over the plain text',
      ['jump@10.0.16.10', 'id'],
      ['-o', 'Ciphers=aes256-ctr', '-o', 'MACs=hmac-sha1'],
      /no matching/,
    ],
    [
      'an RSA host key',
      ['jump@10.0.16.10', 'id'],
      ['-o', 'HostKeyAlgorithms=rsa-sha2-512'],
      /no matching host key/,
    ],
    [
      'a jump to another port than 22',
      ['jump@10.0.16.10'],
      ['-W', '10.0.32.30:443'],
      /administratively prohibited/,
    ],
    [
      'a jump to a machine outside the tiers',
      ['jump@10.0.16.10'],
      ['-W', '203.0.113.9:22'],
      /open failed|timed out|refused/,
    ],
    [
      'a further jump from behind the bastion',
      ['ops@10.0.24.4'],
      ['-W', '10.0.32.30:22'],
      /administratively prohibited/,
    ],
    [
      'a listening port',
      ['jump@10.0.16.10', 'id'],
      ['-o', 'ExitOnForwardFailure=yes', '-R', '2222:127.0.0.1:22'],
      /remote port forwarding failed/,
    ],
    [
      'file transfer by its subsystem',
      ['jump@10.0.16.10', 'sftp'],
      ['-s'],
      /subsystem request failed/,
    ],
  ])('refuses %s', (_, [target = '', ...command], options, says) => {
    const { code, text } = ssh(target, command, { options });
    expect(text).toMatch(says);
    expect(code).not.toBe(0);
  });

  it('forwards neither agents nor displays', () => {
    const { text } = ssh('jump@10.0.16.10', ['echo "[$SSH_AUTH_SOCK$DISPLAY]"'], {
      options: ['-A', '-X'],
    });
    expect(text).toContain('[]');
  });

  it('ends a session whose recording ends, and begins none without a collector', async () => {
    const session = startSsh('jump@10.0.16.10', 'while :; do echo tick; sleep 0.5; done');
    await session.says('tick');
    const begin = Date.now();
    bastion.stopCollector();
    const ended = await session.end;
    expect(ended.text).toContain('no longer recorded');
    expect(ended.code).not.toBe(0);
    expect(Date.now() - begin).toBeLessThan(40_000);
    const refused = ssh('jump@10.0.16.10', ['echo in']);
    expect(refused.text).toContain("can't be recorded");
    expect(refused.text).not.toContain('in\n');
    expect(refused.code).toBe(1);
    // Jumps are recorded where they end.
    expect(ssh('ops@10.0.24.4', ['echo in']).text).toContain('in\n');
    bastion.startCollector();
  });
});
