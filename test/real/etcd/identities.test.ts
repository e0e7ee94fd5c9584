import { writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type SecureVersion } from 'node:tls';
import { planInitialCluster } from '../../../lib/etcd/plan-member-flags';
import { EtcdClient, type TlsIdentity } from '../../../bench/etcd/client';
import { startEtcdTier, type EtcdTier } from '../../support/etcd/etcd-tier';
import { issueCertificate, makeCa } from '../../support/pki';
import { describeWithTools } from '../../support/tools';
import { operations, tryOperation, type Outcome } from './operations';
import { planAddresses } from '../../../lib/network/address-plan';

/**
 * What each identity may do. `none` has no certificate; `other-ca` and `cluster-ca` have one for the
 * API server's name, but of another CA; `unknown` one of the etcd CA whose name is no user;
 * `server` and `peer` are a member's own certificates.
 *
 * Every certificate of the etcd CA may see members, leases, alarms and the status, and make leases:
 * etcd asks for no more there. See docs/etcd.md.
 */
const expected = `
operation                 none other-ca cluster-ca unknown server peer   api-server backup health root
read inside /registry/    shut shut     shut       denied  denied denied ok         ok     denied ok
list /registry/           shut shut     shut       denied  denied denied ok         ok     denied ok
write inside /registry/   shut shut     shut       denied  denied denied ok         ok     denied ok
delete inside /registry/  shut shut     shut       denied  denied denied ok         ok     denied ok
txn inside /registry/     shut shut     shut       denied  denied denied ok         ok     denied ok
watch inside /registry/   shut shut     shut       denied  denied denied ok         ok     denied ok
read outside              shut shut     shut       denied  denied denied denied     ok     denied ok
read everything           shut shut     shut       denied  denied denied denied     ok     denied ok
read just past /registry/ shut shut     shut       denied  denied denied denied     ok     denied ok
write outside             shut shut     shut       denied  denied denied denied     ok     denied ok
delete outside            shut shut     shut       denied  denied denied denied     ok     denied ok
txn outside               shut shut     shut       denied  denied denied denied     ok     denied ok
watch outside             shut shut     shut       denied  denied denied denied     ok     denied ok
read compact_rev_key      shut shut     shut       denied  denied denied ok         ok     denied ok
write compact_rev_key     shut shut     shut       denied  denied denied denied     ok     denied ok
read health               shut shut     shut       denied  denied denied denied     ok     ok     ok
lease grant               shut shut     shut       ok      ok     ok     ok         ok     ok     ok
lease list                shut shut     shut       ok      ok     ok     ok         ok     ok     ok
compaction                shut shut     shut       denied  denied denied denied     ok     denied ok
status                    shut shut     shut       ok      ok     ok     ok         ok     ok     ok
alarm list                shut shut     shut       ok      ok     ok     ok         ok     ok     ok
alarm disarm              shut shut     shut       denied  denied denied denied     ok     denied ok
hash of the data          shut shut     shut       denied  denied denied denied     ok     denied ok
snapshot                  shut shut     shut       denied  denied denied denied     ok     denied ok
defragment                shut shut     shut       denied  denied denied denied     ok     denied ok
leader change             shut shut     shut       denied  denied denied denied     ok     denied ok
auth status               shut shut     shut       denied  denied denied denied     ok     denied ok
log in by password        shut shut     shut       denied  denied denied denied     denied denied denied
user list                 shut shut     shut       denied  denied denied denied     ok     denied ok
user add                  shut shut     shut       denied  denied denied denied     ok     denied ok
user role                 shut shut     shut       denied  denied denied denied     ok     denied ok
role list                 shut shut     shut       denied  denied denied denied     ok     denied ok
role permission           shut shut     shut       denied  denied denied denied     ok     denied ok
member list               shut shut     shut       ok      ok     ok     ok         ok     ok     ok
member add                shut shut     shut       denied  denied denied denied     ok     denied ok
member remove             shut shut     shut       denied  denied denied denied     ok     denied ok
member update             shut shut     shut       denied  denied denied denied     ok     denied ok
`;

type Table = Readonly<Record<string, Readonly<Record<string, Outcome>>>>;

function parseTable(text: string): Table {
  const [head = '', ...rows] = text.trim().split('\n');
  const identities = head.trim().split(/\s+/).slice(1);
  return Object.fromEntries(
    rows.map((row) => {
      const cells = row.trim().split(/\s+/);
      const outcomes = cells.splice(-identities.length) as Outcome[];
      return [
        cells.join(' '),
        Object.fromEntries(
          identities.map((identity, index) => [identity, outcomes[index] ?? 'shut']),
        ),
      ];
    }),
  );
}

async function makeIdentities(tier: EtcdTier): Promise<Record<string, TlsIdentity | undefined>> {
  const stranger = await issueCertificate({
    ca: await makeCa('etcd-ca'),
    commonName: 'kube-apiserver',
  });
  const other = tier.identity('other-ca');
  writeFileSync(other.certFile, stranger.certificate);
  writeFileSync(other.keyFile, stranger.key);
  return {
    none: undefined,
    'other-ca': other,
    'cluster-ca': await tier.makeIdentity('cluster-ca', 'kube-apiserver', 'cluster-ca'),
    unknown: await tier.makeIdentity('unknown', 'somebody'),
    server: tier.identity('etcd-0-server'),
    peer: tier.identity('etcd-0-peer'),
    'api-server': tier.apiServer,
    backup: tier.identity('etcd-0-backup'),
    health: tier.identity('etcd-0-health'),
    root: tier.identity('etcd-0-root'),
  };
}

async function tryAll(tier: EtcdTier): Promise<Table> {
  const peerUrl =
    planInitialCluster(tier.blueprint, planAddresses(tier.blueprint)).split(/[=,]/)[1] ?? '';
  const identities = await makeIdentities(tier);
  const table: Record<string, Record<string, Outcome>> = {};
  for (const operation of Object.keys(operations)) {
    const row: Record<string, Outcome> = (table[operation] = {});
    for (const [name, identity] of Object.entries(identities)) {
      const client = new EtcdClient(tier.endpoints[0] ?? '', identity, tier.apiServer.caFile);
      row[name] = await tryOperation(client, operation, peerUrl);
      client.close();
    }
  }
  return table;
}

/** Status of an HTTP request, or the error it ended with. */
function ask(
  url: string,
  identity?: TlsIdentity,
  options: { method?: string; body?: string } = {},
) {
  return new Promise<string>((resolve) => {
    const client = new EtcdClient(url, identity);
    const send = url.startsWith('http:') ? plainRequest : request;
    const sent = send(url, {
      ...client.tls,
      method: options.method ?? 'GET',
      timeout: 20_000,
      agent: false,
    });
    sent.on('response', (response) => {
      response.resume();
      resolve(String(response.statusCode));
    });
    sent.on('error', () => {
      resolve('shut');
    });
    sent.on('timeout', () => {
      sent.destroy();
      resolve('shut');
    });
    sent.end(options.body);
  });
}

/** Version a TLS handshake and a first request end up with, or `shut`. */
function handshake(
  url: string,
  identity: TlsIdentity | undefined,
  version: SecureVersion,
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname,
      port: Number(port),
      ...new EtcdClient(url, identity).tls,
      rejectUnauthorized: identity !== undefined,
      minVersion: version,
      maxVersion: version,
      // OpenSSL refuses TLS 1.1 by itself unless told otherwise.
      ciphers: 'ALL:@SECLEVEL=0',
    });
    socket.on('secureConnect', () => {
      resolve(socket.getProtocol() ?? 'none');
      socket.destroy();
    });
    socket.on('error', () => {
      resolve('shut');
    });
  });
}

describeWithTools('identities and operations', ['etcd@3.6', 'etcd@3.5'], () => {
  test('has an outcome for every operation', () => {
    expect(Object.keys(parseTable(expected))).toEqual(Object.keys(operations));
  });

  describe.each(['3.6', '3.5'] as const)('etcd %s', (version) => {
    let tier: EtcdTier;
    beforeAll(async () => {
      tier = await startEtcdTier({ version });
    });
    afterAll(() => tier.stop());

    test('lets each identity do what the table says and nothing else', async () => {
      expect(await tryAll(tier)).toEqual(parseTable(expected));
    });

    test('refuses every other way in', async () => {
      const client = tier.endpoints[0] ?? '';
      const peer = client.replace(':2379', ':2380');
      const root = tier.identity('etcd-0-root');
      const range = { method: 'POST', body: '{"key":"L3JlZ2lzdHJ5L2E="}' };
      expect({
        'plain HTTP on the client port': await ask(`${client.replace('https', 'http')}/version`),
        'plain HTTP on the peer port': await ask(`${peer.replace('https', 'http')}/members`),
        'TLS 1.1': await handshake(client, tier.apiServer, 'TLSv1.1'),
        'TLS 1.2': await handshake(client, tier.apiServer, 'TLSv1.2'),
        'TLS 1.2 on the peer port': await handshake(peer, tier.identity('etcd-1-peer'), 'TLSv1.2'),
        'TLS 1.3': await handshake(client, tier.apiServer, 'TLSv1.3'),
        'JSON gateway': await ask(`${client}/v3/kv/range`, tier.apiServer, range),
        'JSON gateway as root': await ask(`${client}/v3/kv/range`, root, range),
        'profiling as root': await ask(`${client}/debug/pprof/`, root),
        'peer port as the API server': await ask(`${peer}/members`, tier.apiServer),
        'peer port as root': await ask(`${peer}/members`, root),
        'peer port with a server certificate': await ask(
          `${peer}/members`,
          tier.identity('etcd-1-server'),
        ),
        'peer port of another CA': await ask(
          `${peer}/members`,
          await tier.makeIdentity('false-peer', 'etcd-peer', 'cluster-ca'),
        ),
        'stolen peer certificate from another address': await ask(
          `${peer}/members`,
          tier.identity('etcd-1-peer'),
        ),
        'peer port without a certificate': await ask(`${peer}/members`),
        'metrics port from outside': await ask(
          `${client.replace('https', 'http').replace(':2379', ':2381')}/metrics`,
        ),
      }).toEqual({
        'plain HTTP on the client port': 'shut',
        'plain HTTP on the peer port': 'shut',
        'TLS 1.1': 'shut',
        'TLS 1.2': 'shut',
        'TLS 1.2 on the peer port': 'shut',
        'TLS 1.3': 'TLSv1.3',
        'JSON gateway': '404',
        'JSON gateway as root': '404',
        'profiling as root': '404',
        'peer port as the API server': 'shut',
        'peer port as root': 'shut',
        'peer port with a server certificate': 'shut',
        'peer port of another CA': 'shut',
        'stolen peer certificate from another address': 'shut',
        'peer port without a certificate': 'shut',
        'metrics port from outside': 'shut',
      });
    });

    // See docs/decisions/0011-etcd-backup-user-is-root.md: there is nothing between this and the role root.
    test('takes no snapshot for a user that may read and write every key', async () => {
      const asRoot = (...args: string[]) =>
        tier.etcdctl(args, { identity: tier.identity('etcd-0-root') });
      await asRoot('role', 'add', 'copier');
      await asRoot('role', 'grant-permission', 'copier', 'readwrite', '', '--from-key');
      await asRoot('user', 'add', 'copier', '--no-password');
      await asRoot('user', 'grant-role', 'copier', 'copier');
      const client = new EtcdClient(
        tier.endpoints[0] ?? '',
        await tier.makeIdentity('copier', 'copier'),
      );
      const outcomes: Record<string, Outcome> = {};
      for (const operation of ['read everything', 'write outside', 'snapshot']) {
        outcomes[operation] = await tryOperation(client, operation, '');
      }
      client.close();
      expect(outcomes).toEqual({
        'read everything': 'ok',
        'write outside': 'ok',
        snapshot: 'denied',
      });
    });

    // The controls of the first two tests: what it finds shut is open to whom it is meant for.
    test('lets a member in on the peer port and root in over TLS 1.3', async () => {
      const curl = ['curl', '-sS', '--http1.1', '--cacert', '/etc/etcd/pki/ca.crt'];
      const peer = tier.endpoints[0]?.replace(':2379', ':2380') ?? '';
      const member = await tier
        .machine('etcd-1')
        .exec([...curl, '--cert', '/etc/etcd/pki/peer.pem', `${peer}/members`]);
      expect(member.stderr).toBe('');
      expect(JSON.parse(member.stdout)).toHaveLength(3);
      const metrics = await tier
        .machine('etcd-1')
        .exec(['curl', '-sS', 'http://127.0.0.1:2381/metrics']);
      expect(metrics.stdout).toContain('etcd_server_has_leader 1');
      expect(await ask(`${tier.endpoints[0] ?? ''}/version`, tier.apiServer)).toBe('200');
    });
  });

  test('finds TLS 1.1 where a server offers it', async () => {
    const { certificate, key } = await makeCa('localhost');
    const server = createServer({
      cert: certificate,
      key,
      minVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const found = await handshake(`https://127.0.0.1:${port}`, undefined, 'TLSv1.1');
    server.close();
    expect(found).toBe('TLSv1.1');
  });
});
