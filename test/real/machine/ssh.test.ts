import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    // Another client may just read it.
    if (existsSync(config)) return config;
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

  it('keeps the terminal of the SSH server and the recorder out of reach of the person', async () => {
    const attack = [
      'for t in /dev/pts/[0-9]*; do [ "$t" = "$(tty)" ] || { (exec 3<>"$t") 2>/dev/null && echo "open: $t"; }; done',
      '(exec 3<>/proc/$PPID/fd/0) 2>/dev/null && echo "open: parent"',
      'for p in $(pgrep -u 0 -f collect-sessions); do kill -STOP $p && echo "stopped: $p"; kill -KILL $p && echo "killed: $p"; done 2>/dev/null',
      '/usr/local/lib/hardened-cluster/record-session; echo "by hand: $?"',
      'exit 5',
    ].join('\n');
    const { text } = ssh('jump@10.0.16.10', [attack], { options: ['-tt'] });
    expect(text).not.toMatch(/open: \/dev\/pts|open: parent|stopped:|killed:/);
    expect(text).toContain('its terminal is that of another session');
    expect(text).toContain('by hand: 1');
    expect((await bastion.lastRecording()).events.at(-1)?.[2]).toBe('5');
  });

  it('ends a session whose recorder stands still', async () => {
    const session = startSsh('jump@10.0.16.10', 'while :; do echo tick; sleep 0.5; done');
    await session.says('tick');
    const recorder = bastion.recorders.at(-1) ?? 0;
    process.kill(recorder, 'SIGSTOP');
    // The recorder itself may still hold what the server waits for: its end comes with the connection.
    const silence = await Promise.race([
      session.end.then(() => 'ended'),
      new Promise((resolve) => setTimeout(resolve, 60_000, 'goes on')),
    ]);
    process.kill(recorder, 'SIGKILL');
    expect(silence).toBe('ended');
    expect((await session.end).code).not.toBe(0);
  });

  it('keeps its limits against a client that writes to it directly', async () => {
    const size = () =>
      Number(
        spawnSync('du', ['-sb', join(network.folder, 'bastion', 'sessions')], {
          encoding: 'utf8',
        }).stdout.split('\t')[0],
      );
    const before = size();
    const forged = String.raw`
import json, os, socket, struct
def client():
    s = socket.socket(socket.AF_UNIX); s.connect("/run/hardened-cluster-sessions/collector"); return s
header = json.dumps({"version": 2, "user": "root", "uid": 0, "terminal": False}).encode()
s = client()
try:
    s.sendall(header + b"\n")
    for _ in range(300): s.sendall(b"x" * (1 << 20))
except OSError: pass
zero, full = os.open("/dev/zero", os.O_RDONLY), os.open("/dev/full", os.O_WRONLY)
s = client()
request = json.dumps({"command": "x" * 1000, "terminal": False}).encode()
socket.send_fds(s, [struct.pack("!I", len(request)) + request + b"R"], [zero, full, full])
try:
    while s.recv(1): pass
except OSError: pass
for rubbish in (b"\0", b"\xff" * 100, struct.pack("!I", 1 << 31), b"\0\0\0\2[]R"):
    s = client(); socket.send_fds(s, [rubbish], [zero, full, full]); s.close()
print("done")
`;
    const beside = startSsh(
      'jump@10.0.16.10',
      'while [ ! -e /tmp/hc-stop ]; do echo tick; sleep 0.5; done',
    );
    await beside.says('tick');
    const { text } = ssh('jump@10.0.16.10', ['python3', '-'], { input: forged });
    expect(text).toContain('done');
    expect(size() - before).toBeLessThan(300 << 20);
    // A session beside it goes on.
    writeFileSync('/tmp/hc-stop', '');
    expect((await beside.end).code).toBe(0);
    rmSync('/tmp/hc-stop');
    expect(bastion.recordings.map(({ header }) => header.user)).not.toContain('root');
  });

  it('gives sessions of one second files of their own', async () => {
    const before = bastion.recordings.length;
    const sessions = Array.from({ length: 4 }, () => startSsh('jump@10.0.16.10', 'echo together'));
    const ends = await Promise.all(sessions.map(({ end }) => end));
    const failed = ends.filter(({ code }) => code !== 0);
    expect(failed).toEqual([]);
    expect(bastion.recordings.length).toBe(before + 4);
  });

  it('ends a session that is longer than what is recorded', () => {
    const { text, code } = ssh('ops@10.0.24.4', ['cat >/dev/null'], {
      input: Buffer.alloc(80_000_000),
    });
    expect(text).toContain('longer than what is recorded');
    expect(code).not.toBe(0);
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
