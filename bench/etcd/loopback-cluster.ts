import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { accessControlPlan } from '../../lib/etcd/access-control';
import { etcdCaPath, identityPath, type EtcdIdentity } from '../../lib/etcd/etcd-paths';
import { renderFlags, type EtcdFlagValue } from '../../lib/etcd/flags';
import { peerCommonName, planMemberFlags } from '../../lib/etcd/plan-member-flags';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import { createRequest, selfSign, signRequest } from '../../lib/pki/issue-certificate';
import { generateKey } from '../../lib/pki/key';
import { etcdUsers } from '../../lib/pki/pki-plan';
import type { TlsIdentity } from './client';
import { planAddresses } from '../../lib/network/address-plan';

/** etcd members on loopback: as planned, or with TLS and access control taken away. */
export interface LoopbackCluster {
  readonly endpoints: readonly string[];
  /** The API server's identity; undefined without TLS. */
  readonly identity: TlsIdentity | undefined;
  stop(): void;
}

/** Flags that are about TLS: without them a member talks to everyone, in the clear. */
const tlsFlags =
  /^(peer-)?(cert-file|key-file|trusted-ca-file|client-cert-auth|auto-tls)$|^peer-cert-allowed-cn$|^tls-min-version$/;

/**
 * Starts the members of a blueprint with their planned flags. Addresses become ports of 127.0.0.1 and
 * paths lie in a scratch folder; apart from TLS, when it is off, nothing else is changed.
 */
export async function startLoopbackCluster(
  blueprint: Blueprint,
  security: 'hardened' | 'plain',
): Promise<LoopbackCluster> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-etcd-'));
  const scheme = security === 'hardened' ? 'https' : 'http';
  const members = await Promise.all(
    blueprint.etcd.members.map(async (member) => {
      const [client, peer] = await Promise.all([freePort(), freePort()]);
      return {
        member,
        client: `${scheme}://127.0.0.1:${client}`,
        peer: `${scheme}://127.0.0.1:${peer}`,
      };
    }),
  );
  if (security === 'hardened') await issueIdentities(scratch);
  const initialCluster = members.map(({ member, peer }) => `${member.name}=${peer}`).join(',');
  const processes: ChildProcess[] = members.map(({ member, client, peer }) => {
    const folder = join(scratch, member.name);
    mkdirSync(folder, { mode: 0o700 });
    const flags: Record<string, EtcdFlagValue> = {
      ...planMemberFlags(blueprint, member, planAddresses(blueprint)),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'listen-metrics-urls': '',
      'data-dir': join(folder, 'data'),
      'initial-cluster': initialCluster,
      'log-level': 'error',
    };
    const args = renderFlags(flags)
      .filter(
        (flag) => security === 'hardened' || !tlsFlags.test(/^--([^=]*)/.exec(flag)?.[1] ?? ''),
      )
      .map((flag) => flag.replace(/\/etc\/etcd\/pki/g, scratch));
    return spawn(findProgram('etcd'), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  });
  const stop = (): void => {
    for (const child of processes) child.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  };
  const endpoints = members.map(({ client }) => client);
  const tls = security === 'hardened' ? identityOf(scratch, 'root') : [];
  const etcdctl = (...args: readonly string[]): boolean =>
    spawnSync(findProgram('etcdctl'), [`--endpoints=${endpoints.join(',')}`, ...tls, ...args], {
      stdio: 'ignore',
    }).status === 0;
  try {
    for (let tries = 0; !etcdctl('endpoint', 'health'); tries++) {
      if (tries > 60) throw new Error('etcd: no healthy cluster');
      await pause(250);
    }
    if (security === 'hardened') turnOn(etcdctl);
  } catch (error) {
    stop();
    throw error;
  }
  const file = fileOf(scratch, 'server');
  return {
    endpoints,
    identity:
      security === 'hardened'
        ? {
            caFile: scratchPath(scratch, etcdCaPath),
            certFile: file.replace('server', 'client'),
            keyFile: file.replace('server', 'client'),
          }
        : undefined,
    stop,
  };
}

function turnOn(etcdctl: (...args: readonly string[]) => boolean): void {
  const must = (...args: readonly string[]): void => {
    if (!etcdctl(...args)) throw new Error(`etcdctl ${args.join(' ')}`);
  };
  must('role', 'add', 'root');
  for (const { name, permissions } of accessControlPlan.roles) {
    must('role', 'add', name);
    for (const { type, scope, key } of permissions) {
      must(
        'role',
        'grant-permission',
        name,
        type,
        key,
        ...(scope === 'prefix' ? ['--prefix'] : []),
      );
    }
  }
  for (const { name, roles } of accessControlPlan.users) {
    must('user', 'add', name, '--no-password');
    for (const role of roles) must('user', 'grant-role', name, role);
  }
  must('auth', 'enable');
}

async function issueIdentities(scratch: string): Promise<void> {
  const caKey = (await generateKey()).privateKeyPem;
  const terms = { validityHours: 24, notBefore: new Date() };
  const ca = await selfSign({
    ...terms,
    privateKeyPem: caKey,
    subject: { commonName: 'etcd-ca' },
    allowedUses: ['cert_signing', 'digital_signature'],
    isCa: true,
  });
  writeFileSync(scratchPath(scratch, etcdCaPath), ca);
  for (const [name, commonName] of [
    ['server', 'member'],
    ['peer', peerCommonName],
    ['root', etcdUsers.root],
    ['client', etcdUsers.apiServer],
  ] as const) {
    const { privateKeyPem } = await generateKey();
    const requestPem = await createRequest({
      privateKeyPem,
      subject: { commonName },
      dnsNames: [],
      ipAddresses: ['127.0.0.1'],
    });
    const certificate = await signRequest({
      ...terms,
      requestPem,
      caCertificatePem: ca,
      caKeyPem: caKey,
      allowedUses: ['digital_signature', 'server_auth', 'client_auth'],
      isCa: false,
    });
    writeFileSync(join(scratch, `${name}.pem`), certificate + privateKeyPem, { mode: 0o600 });
  }
}

function identityOf(scratch: string, identity: EtcdIdentity): readonly string[] {
  const file = fileOf(scratch, identity);
  return [`--cacert=${scratchPath(scratch, etcdCaPath)}`, `--cert=${file}`, `--key=${file}`];
}

function fileOf(scratch: string, identity: EtcdIdentity): string {
  return scratchPath(scratch, identityPath(identity));
}

function scratchPath(scratch: string, path: string): string {
  return path.replace('/etc/etcd/pki', scratch);
}

/** On `KUBEBUILDER_ASSETS`, on PATH, then where `tools/install` puts it. */
function findProgram(name: string): string {
  const cache = join(homedir(), '.cache/hardened-cluster/tools/etcd-3.6/bin');
  const folders = [process.env.KUBEBUILDER_ASSETS, ...(process.env.PATH ?? '').split(':'), cache];
  const found = folders
    .filter((folder) => folder !== undefined && folder !== '')
    .map((folder) => join(folder ?? '', name))
    .find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`${name}: not found; to install: tools/install etcd-3.6`);
  return found;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
