import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planAddresses } from '../../../lib/network/address-plan';
import { runAside } from '../../support/etcd/etcd-run';
import { prepareEtcdTier, type EtcdTier } from '../../support/etcd/etcd-tier';
import { describeWithTools } from '../../support/tools';

if (!existsSync('/usr/sbin/sshd') && process.env.CI === 'true')
  throw new Error('no /usr/sbin/sshd');
const server = existsSync('/usr/sbin/sshd') ? it : it.skip;

/** What units of the image do on a real machine before its SSH server listens. */
const openServer = `
systemd-sysusers /etc/sysusers.d/hardened-cluster-ssh-accounts.conf
systemd-tmpfiles --create /etc/tmpfiles.d/hardened-cluster-ssh-accounts.conf
mkdir -p /run/sshd
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
/usr/sbin/sshd
systemctl start hardened-cluster-sessions.socket`;

describeWithTools('the recorder in the sandbox of its unit', ['etcd@3.6'], () => {
  const keys = mkdtempSync(join(tmpdir(), 'hc-unit-keys-'));
  let tier: EtcdTier;
  beforeAll(async () => {
    spawnSync('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-C',
      'test',
      '-f',
      join(keys, 'key'),
    ]);
    const authorizedKeys = [readFileSync(join(keys, 'key.pub'), 'utf8').trim()];
    tier = await prepareEtcdTier({ members: 1, changes: { bastion: { authorizedKeys } } });
    await tier.machine('etcd-0').powerOn();
  });
  afterAll(async () => {
    await tier.stop();
    rmSync(keys, { recursive: true, force: true });
  });

  const ssh = (...args: readonly string[]) =>
    runAside('ssh', [
      ...['-F', 'none', '-i', join(keys, 'key'), '-o', 'StrictHostKeyChecking=no'],
      ...['-o', 'UserKnownHostsFile=/dev/null', '-o', 'IdentityAgent=none', '-o', 'BatchMode=yes'],
      `ops@${planAddresses(tier.blueprint).etcdMembers['etcd-0'] ?? ''}`,
      ...args,
    ]);

  server('records a command and a terminal, and ends what it records with itself', async () => {
    const machine = tier.machine('etcd-0');
    const opened = await machine.exec(['sh', '-euc', openServer]);
    expect([opened.status, opened.status === 0 ? '' : opened.stderr]).toEqual([0, '']);
    const unit = 'hardened-cluster-sessions.service';

    const plain = await ssh('echo "on $(id -un)"; exit 7');
    expect([plain.stdout, plain.status, await machine.journal(unit)]).toEqual([
      'on ops\n',
      7,
      expect.stringContaining('of ops ends'),
    ]);
    const terminal = await ssh('-tt', 'tty; stty size; exit 3');
    expect([terminal.stdout, terminal.status]).toEqual([
      expect.stringMatching(/^\/dev\/pts\/\d+\r\n/),
      3,
    ]);
    const names = (
      await machine.exec(['sh', '-c', 'ls -l /var/log/hardened-cluster/sessions'])
    ).stdout.match(/-rw------- 1 root root .*\.cast$/gm);
    expect(names).toHaveLength(2);

    // A recorder that is ended ends what it records.
    const long = ssh('sleep 600');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await machine.systemctl('stop', unit);
    expect((await long).status).not.toBe(0);
  });
});
