import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { planPki } from '../../../lib/pki/pki-plan';
import { EtcdClient } from '../../../bench/etcd/client';
import { EtcdLoad } from '../../support/etcd-load';
import { startEtcdTier, waitHealthy, type EtcdTier } from '../../support/etcd-tier';
import { issueCertificate } from '../../support/pki';
import { describeWithTools } from '../../support/tools';
import { report } from './figures';

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
  change: { readonly commonName?: string; readonly authority?: string } = {},
): Promise<string> {
  let serial = '';
  for (const plan of planPki(tier.blueprint).certificates) {
    if (!plan.name.startsWith(`${member}-`)) continue;
    const authority = tier.pki.authorities.get(change.authority ?? plan.authority);
    if (!authority) throw new Error('no authority');
    const { certificate, key } = await issueCertificate({
      authority,
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

describeWithTools('maintenance', ['etcd@3.6'], () => {
  let tier: EtcdTier;
  beforeAll(async () => {
    tier = await startEtcdTier({ members: 3 });
  }, 60_000);
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
      await waitHealthy(machine);
    }
    expect(
      (
        await tier
          .machine('etcd-0')
          .exec(['/usr/local/lib/hardened-cluster/etcd-renew-certificates'])
      ).stderr,
    ).toContain('nothing to do');
  }, 90_000);

  test('keeps what it has when the new certificate is not for this member', async () => {
    const before = await servedSerial(tier, 1);
    const machine = tier.machine('etcd-1');
    for (const [change, complaint] of [
      [{ authority: 'cluster-ca' }, 'expected one of the etcd CA that is valid today'],
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
  }, 60_000);

  test('renews nothing while another member is missing', async () => {
    const before = await servedSerial(tier, 1);
    await renewInStore(tier, 'etcd-1');
    await tier.machine('etcd-2').systemctl('stop', 'etcd.service');
    const machine = tier.machine('etcd-1');
    await waitHealthy(machine);
    await machine.exec(['systemctl', 'start', renewal]);
    expect(await machine.journal(renewal)).toContain(
      'error: connected members: got 1, expected 2 and a quorum',
    );
    expect(await servedSerial(tier, 1)).toBe(before);
    await tier.machine('etcd-2').systemctl('start', 'etcd.service');
    await waitHealthy(tier.machine('etcd-2'));
  }, 60_000);

  test('defragments each member, the leader after it gave up the lead', async () => {
    const client = tier.client(0);
    for (let count = 0; count < 300; count++)
      await client.put('/registry/large', 'v'.repeat(20_000));
    client.close();
    const root = { identity: tier.identity('etcd-0-root') };
    const revision = await tier.client(0).put('/registry/large', 'v');
    expect((await tier.etcdctl(['compaction', String(revision), '--physical'], root)).status).toBe(
      0,
    );
    const sizes: number[] = [];
    for (const machine of tier.machines) {
      await machine.systemctl('start', 'etcd-defragment.service');
      const [, before = '', after = ''] =
        /defragmented: (\d+) bytes before, (\d+) after/.exec(
          await machine.journal('etcd-defragment.service'),
        ) ?? [];
      expect(Number(after)).toBeLessThan(Number(before) / 4);
      sizes.push(Number(after));
    }
    const journals = await Promise.all(
      tier.machines.map((m) => m.journal('etcd-defragment.service')),
    );
    expect(journals.join('')).toMatch(/leadership given to [0-9a-f]+/);
    expect(sizes).toHaveLength(3);
  }, 90_000);

  test('compacts by itself while the API server may not', async () => {
    // The same flags with a retention of seconds, which the configuration does not offer.
    const machine = tier.machine('etcd-0');
    const unit = '/etc/systemd/system/etcd.service';
    for (const each of tier.machines) {
      const text = (await each.exec(['cat', unit])).stdout;
      each.writeFile(
        unit,
        text.replace('--auto-compaction-retention=8h', '--auto-compaction-retention=2s'),
      );
      await each.systemctl('daemon-reload');
      await each.systemctl('restart', 'etcd.service');
    }
    await waitHealthy(machine);
    const denied = await tier.etcdctl(['compaction', '2']);
    expect(denied.stderr).toContain('permission denied');
    const client = tier.client(0);
    const early = await client.put('/registry/history', '0');
    const end = Date.now() + 15_000;
    let compacted = false;
    while (!compacted && Date.now() < end) {
      await client.put('/registry/history', String(Date.now()));
      const old = await tier.etcdctl(['get', '/registry/history', `--rev=${early}`]);
      compacted = old.stderr.includes('required revision has been compacted');
    }
    client.close();
    expect(compacted).toBe(true);
  }, 60_000);
});
