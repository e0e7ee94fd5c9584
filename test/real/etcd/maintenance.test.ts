import { X509Certificate } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { planPki } from '../../../lib/pki/pki-plan';
import { EtcdClient } from '../../../bench/etcd/client';
import { EtcdLoad } from '../../support/etcd/etcd-load';
import type { EtcdMachine } from '../../support/etcd/etcd-machine';
import { run, waitUntil } from '../../support/etcd/etcd-run';
import { startEtcdTier, waitHealthy, type EtcdTier } from '../../support/etcd/etcd-tier';
import { issueCertificate } from '../../support/pki';
import { describeWithTools } from '../../support/tools';
import { report } from './figures';
import { planAddresses } from '../../../lib/network/address-plan';

const scripts = '/usr/local/lib/hardened-cluster';
const renewal = 'etcd-renew-certificates.service';

/** Serial number of the certificate that a new connection to a member gets. */
function servedSerial(tier: EtcdTier, member: number): Promise<string> {
  const { hostname, port } = new URL(tier.endpoints[member] ?? '');
  return new Promise((resolve, reject) => {
    const options = new EtcdClient('', tier.apiServer).tls;
    const socket = connect({ host: hostname, port: Number(port), ...options }, () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** Puts new certificates of a member into the parameter store, as a later `pulumi up` does. */
async function renewInStore(
  tier: EtcdTier,
  member: string,
  change: { readonly commonName?: string; readonly ca?: string } = {},
): Promise<string> {
  let serial = '';
  for (const plan of planPki(tier.blueprint, planAddresses(tier.blueprint)).certificates) {
    if (!plan.name.startsWith(`${member}-`)) continue;
    const ca = tier.pki.cas.get(change.ca ?? plan.ca);
    if (!ca) throw new Error('no CA');
    const { certificate, key } = await issueCertificate({
      ca,
      commonName: change.commonName ?? plan.commonName,
      uses: plan.extendedKeyUsages.map((use) =>
        use === 'serverAuth' ? 'server_auth' : 'client_auth',
      ),
      dnsNames: plan.dnsNames,
      ipAddresses: plan.ipAddresses,
    });
    const kind = plan.name.slice(member.length + 1);
    tier.cloud.parameters.set(`etcd/members/${member}/${kind}`, certificate + key);
    if (kind === 'server') serial = new X509Certificate(certificate).serialNumber;
  }
  return serial;
}

/** A certificate like the member's own, by its CA, with a key that no etcd can use. */
function useless(tier: EtcdTier, member: string): string {
  const folder = mkdtempSync(join(tier.scratch, 'useless-'));
  const ca = tier.pki.cas.get('etcd-ca');
  const plan = planPki(tier.blueprint, planAddresses(tier.blueprint)).certificates.find(
    ({ name }) => name === `${member}-server`,
  );
  if (!ca || !plan) throw new Error('no CA or no plan');
  const names = [
    ...plan.dnsNames.map((name) => `DNS:${name}`),
    ...plan.ipAddresses.map((address) => `IP:${address}`),
  ];
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const key = run('openssl', [
    ...['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
  ]);
  const request = run('openssl', [
    ...['req', '-new', '-key', file('key', key), '-subj', `/CN=${plan.commonName}`],
  ]);
  const uses = plan.extendedKeyUsages.join(',');
  const extensions = `subjectAltName=${names.join(',')}\nextendedKeyUsage=${uses}\n`;
  const certificate = run('openssl', [
    ...['x509', '-req', '-in', file('request', request), '-days', '30'],
    ...['-CA', file('ca.crt', ca.certificate), '-CAkey', file('ca.key', ca.key)],
    ...['-CAcreateserial', '-extfile', file('extensions', extensions)],
  ]);
  return certificate + key;
}

/** The sum of a metric of a member. */
async function metric(machine: EtcdMachine, name: string): Promise<number> {
  const { stdout } = await machine.exec(['curl', '-fsS', 'http://127.0.0.1:2381/metrics']);
  const values = [...stdout.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))];
  if (values.length === 0) throw new Error(`${machine.name}: no metric ${name}`);
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}

const activePeers = (machine: EtcdMachine): Promise<number> =>
  metric(machine, 'etcd_network_active_peers');

/** Waits until all members are connected, whatever alarms there are. */
async function waitConnected(tier: EtcdTier): Promise<void> {
  for (const machine of tier.machines) {
    await waitUntil(`${machine.name}: all peers`, 60, async () => {
      return (await activePeers(machine)) === tier.machines.length - 1;
    });
  }
}

/** Waits until every member is healthy and connected to all others, as renewals ask for. */
async function waitWhole(tier: EtcdTier): Promise<void> {
  for (const machine of tier.machines) {
    await waitHealthy(machine);
    await waitUntil(`${machine.name}: all peers`, 60, async () => {
      return (await activePeers(machine)) === tier.machines.length - 1;
    });
  }
}

describeWithTools('maintenance', ['etcd@3.6', 'openssl'], () => {
  let tier: EtcdTier;
  beforeAll(async () => {
    tier = await startEtcdTier({ members: 3 });
    await waitWhole(tier);
  });
  afterAll(() => tier.stop());

  test('renews certificates one member at a time without a restart and without a lost write', async () => {
    const began = Date.now();
    const processes = await Promise.all(
      tier.machines.map((m) => m.show('etcd.service', 'MainPID')),
    );
    const load = new EtcdLoad(tier);
    for (const [index, machine] of tier.machines.entries()) {
      const before = await servedSerial(tier, index);
      const serial = await renewInStore(tier, machine.name);
      expect(await servedSerial(tier, index)).toBe(before);
      await machine.systemctl('start', renewal);
      expect(await machine.journal(renewal)).toContain('renewed: server peer root backup health');
      expect(await servedSerial(tier, index)).toBe(serial);
    }
    const gap = load.longestGapSince(began);
    expect(await load.stop()).toEqual([]);
    report('renewal on three members: longest time without an acknowledged write', gap, 's');
    expect(await Promise.all(tier.machines.map((m) => m.show('etcd.service', 'MainPID')))).toEqual(
      processes,
    );
    // The new peer certificates carry new connections too.
    for (const machine of tier.machines) {
      await machine.systemctl('restart', 'etcd.service');
      await waitWhole(tier);
    }
    expect(
      (
        await tier
          .machine('etcd-0')
          .exec(['/usr/local/lib/hardened-cluster/etcd-renew-certificates'])
      ).stderr,
    ).toContain('nothing to do');
  });

  test('keeps what it has when the new certificate is not for this member', async () => {
    const before = await servedSerial(tier, 1);
    const machine = tier.machine('etcd-1');
    for (const [change, complaint] of [
      [{ ca: 'cluster-ca' }, 'expected one of the etcd CA that is valid today'],
      [
        { commonName: 'somebody' },
        'got subject=CN = somebody , expected subject=CN = etcd-1-server',
      ],
    ] as const) {
      await renewInStore(tier, 'etcd-1', change);
      await machine.exec(['systemctl', 'start', renewal]);
      expect(await machine.show(renewal, 'Result')).toBe('exit-code');
      expect(await machine.journal(renewal)).toContain(complaint);
      expect(await servedSerial(tier, 1)).toBe(before);
    }
  });

  test('renews nothing while another member is missing', async () => {
    const before = await servedSerial(tier, 1);
    await renewInStore(tier, 'etcd-1');
    await tier.machine('etcd-2').systemctl('stop', 'etcd.service');
    const machine = tier.machine('etcd-1');
    await waitUntil('the member to be missed', 60, async () => (await activePeers(machine)) === 1);
    await waitHealthy(machine);
    await machine.exec(['systemctl', 'start', renewal]);
    expect(await machine.journal(renewal)).toContain(
      'error: connected members: got 1, expected 2 and a quorum',
    );
    expect(await servedSerial(tier, 1)).toBe(before);
    await tier.machine('etcd-2').systemctl('start', 'etcd.service');
    await waitWhole(tier);
  });

  test('takes a certificate back that passes every check and still does not work', async () => {
    await renewInStore(tier, 'etcd-1');
    const machine = tier.machine('etcd-1');
    const before = await servedSerial(tier, 1);
    // OpenSSL knows its curve, the library that etcd is made with does not.
    tier.cloud.parameters.set('etcd/members/etcd-1/server', useless(tier, 'etcd-1'));
    const files = await machine.exec(['sha256sum', '/etc/etcd/pki/server.pem']);
    await machine.exec(['systemctl', 'start', renewal]);
    expect(await machine.show(renewal, 'Result')).toBe('exit-code');
    expect(await machine.journal(renewal)).toContain(
      'error: the new certificates: got a member that does not serve with them, expected a healthy member; the old ones are back',
    );
    expect(await machine.exec(['sha256sum', '/etc/etcd/pki/server.pem'])).toEqual(files);
    expect(await servedSerial(tier, 1)).toBe(before);
    await waitHealthy(machine);
    expect(await tier.client(1).put('/registry/after-the-rollback', 'v')).toBeGreaterThan(0);
    // The next certificate is taken again.
    const serial = await renewInStore(tier, 'etcd-1');
    await machine.systemctl('start', renewal);
    expect(await servedSerial(tier, 1)).toBe(serial);
  });

  test('defragments each member, the leader after it gave up the lead', async () => {
    const client = tier.client(0);
    for (let count = 0; count < 300; count++)
      await client.put('/registry/large', 'v'.repeat(20_000));
    client.close();
    const root = { identity: tier.identity('etcd-0-root') };
    const writer = tier.client(0);
    const revision = await writer.put('/registry/large', 'v');
    expect((await tier.etcdctl(['compaction', String(revision), '--physical'], root)).status).toBe(
      0,
    );
    const sizes: number[] = [];
    for (const machine of tier.machines) {
      // The others compact after the one that was asked, and count what is in use at a write.
      await waitUntil(`${machine.name} to compact`, 60, async () => {
        await writer.put('/registry/large', 'v');
        return (await metric(machine, 'etcd_mvcc_db_total_size_in_use_in_bytes')) < 1_000_000;
      });
      await machine.systemctl('start', 'etcd-defragment.service');
      const [, before = '', after = ''] =
        /defragmented: (\d+) bytes before, (\d+) after/.exec(
          await machine.journal('etcd-defragment.service'),
        ) ?? [];
      expect(Number(after)).toBeLessThan(Number(before) / 4);
      sizes.push(Number(after));
    }
    // The lead may have gone to a member that had its turn: then the one that has it now goes on.
    await waitUntil('a leader to give up the lead', 60, async () => {
      for (const machine of tier.machines) {
        const said = await machine.journal('etcd-defragment.service');
        if (/leadership given to [0-9a-f]+/.test(said)) return true;
      }
      for (const machine of tier.machines) {
        if ((await metric(machine, 'etcd_server_is_leader')) === 1) {
          await machine.systemctl('start', 'etcd-defragment.service');
        }
      }
      return false;
    });
    expect(sizes).toHaveLength(3);
  });

  test('backs up, settles access and lifts the alarm while the space alarm is on', async () => {
    const quota = 24 * 1024 ** 2;
    const unit = '/etc/systemd/system/etcd.service';
    const texts = new Map<EtcdMachine, string>();
    for (const machine of tier.machines) {
      const text = (await machine.exec(['cat', unit])).stdout;
      texts.set(machine, text);
      machine.writeFile(
        unit,
        text.replace(/--quota-backend-bytes=\d+/, `--quota-backend-bytes=${quota}`),
      );
      await machine.systemctl('daemon-reload');
      await machine.systemctl('restart', 'etcd.service');
      await waitWhole(tier);
    }
    const client = tier.client(0);
    let refusal = '';
    for (let count = 0; count < 60 && refusal === ''; count++) {
      refusal = await client.put(`/registry/space/${count % 3}`, 'v'.repeat(1_000_000)).then(
        () => '',
        (error: unknown) => String(error),
      );
    }
    expect(refusal).toContain('database space exceeded');

    // An operator needs these now.
    const machine = tier.machine('etcd-0');
    expect((await machine.exec([`${scripts}/etcd-backup`, '--now'])).stderr).toContain(
      'snapshot uploaded to',
    );
    const look = await machine.exec([`${scripts}/etcd-backup`]);
    expect(look.stderr).toMatch(/alert=etcd-quota member=etcd-0 bytes=\d+ quota=25165824/);
    await machine.systemctl('restart', 'etcd-access-control.service');

    const early = await machine.exec([`${scripts}/etcd-defragment`]);
    expect(early.stderr).toMatch(/\d+ bytes of a quota of 25165824/);
    await waitConnected(tier);
    const compacted = await machine.exec([`${scripts}/etcd-defragment`, '--compact']);
    expect(compacted.stderr).toMatch(/history before revision \d+ discarded/);
    let lifted = early.stderr + compacted.stderr;
    for (const each of tier.machines) {
      await waitConnected(tier);
      await each.systemctl('start', 'etcd-defragment.service');
      lifted += await each.journal('etcd-defragment.service');
    }
    const root = { identity: tier.identity('etcd-0-root') };
    expect(lifted).toMatch(/the space alarm is lifted: \d+ bytes of a quota of 25165824/);
    expect((await tier.etcdctl(['alarm', 'list'], root)).stdout).toBe('');
    expect(await client.put('/registry/after-the-alarm', 'v')).toBeGreaterThan(0);
    client.close();
    for (const [each, text] of texts) {
      each.writeFile(unit, text);
      await each.systemctl('daemon-reload');
      await each.systemctl('restart', 'etcd.service');
      await waitWhole(tier);
    }
  });

  test('compacts by itself while the API server may not', async () => {
    // The same flags with a retention of seconds, which the configuration does not offer.
    const unit = '/etc/systemd/system/etcd.service';
    for (const each of tier.machines) {
      const text = (await each.exec(['cat', unit])).stdout;
      each.writeFile(
        unit,
        text.replace('--auto-compaction-retention=8h', '--auto-compaction-retention=2s'),
      );
      await each.systemctl('daemon-reload');
      await each.systemctl('restart', 'etcd.service');
      await waitWhole(tier);
    }
    const denied = await tier.etcdctl(['compaction', '2']);
    expect(denied.stderr).toContain('permission denied');
    const client = tier.client(0);
    const early = await client.put('/registry/history', '0');
    let compacted = false;
    await waitUntil('compaction', 60, async () => {
      await client.put('/registry/history', String(Date.now()));
      const old = await tier.etcdctl(['get', '/registry/history', `--rev=${early}`]);
      compacted = old.stderr.includes('required revision has been compacted');
      return compacted;
    });
    client.close();
    expect(compacted).toBe(true);
  });
});
