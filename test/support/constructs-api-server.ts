import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import { planAdmissionFiles } from '../../lib/kubernetes/admission-configuration';
import { planAdmissionPlugins } from '../../lib/kubernetes/api-server-flags';
import { planAuditFiles } from '../../lib/kubernetes/audit-policy';
import { kubeClient, type Caller, type KubeClient } from './kube-client';
import { freePorts, runCommand, startProgram, waitFor, type CommandResult } from './kube-process';
import { issueCertificate, makeAuthority } from './pki';
import { findTool } from './tools';
import type { ToolName } from './tool-catalog';

/** An API server and controller manager with the admission and audit files of the cluster. */
export interface ApiServer {
  readonly minor: string;
  readonly admin: KubeClient;
  readonly auditLog: string;
  /** A client with a certificate for this user and group. */
  clientOf(user: string, group?: string): Promise<KubeClient>;
  client(caller: Caller): KubeClient;
  /** A kubeconfig file for this user and group. */
  kubeconfig(name: string, user: string, group?: string): Promise<string>;
  kubectl(
    args: readonly string[],
    options?: { readonly env?: NodeJS.ProcessEnv; readonly input?: string },
  ): Promise<CommandResult>;
  stop(): Promise<void>;
}

/** Programs that {@link startApiServer} needs, for `requireTools`. */
export function apiServerTools(minor: string) {
  return [
    `kube-apiserver@${minor}`,
    `kube-controller-manager@${minor}`,
    `kubectl@${minor}`,
    'etcd@3.6',
  ] as const;
}

/**
 * Starts a plain etcd on loopback, an API server with the admission plugins, Pod Security defaults
 * and audit policy of the blueprint, and its controller manager. What is tried here is the
 * policies; the control plane as it is deployed has tests of its own. The caller has to stop it.
 */
export async function startApiServer(blueprint: Blueprint): Promise<ApiServer> {
  const { minor } = blueprint.kubernetes;
  const root = await mkdtemp(path.join(tmpdir(), 'hardened-cluster-policies-'));
  const cleanUp: (() => Promise<void>)[] = [() => rm(root, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    return await start(blueprint, minor, root, cleanUp, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  blueprint: Blueprint,
  minor: string,
  root: string,
  cleanUp: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<ApiServer> {
  const file = (name: string) => path.join(root, name);
  const [etcdPort = 0, peerPort = 0, apiPort = 0, managerPort = 0] = await freePorts(4);
  const run = (name: ToolName, args: readonly string[], version: string) => {
    const program = startProgram({
      name,
      path: tool(name, version),
      args,
      logFile: file(`${name}.log`),
    });
    cleanUp.push(() => program.stop('SIGKILL'));
    return program;
  };
  const etcd = run(
    'etcd',
    [
      `--data-dir=${file('etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      // The data is thrown away with the test.
      '--unsafe-no-fsync',
    ],
    '3.6',
  );

  const authority = await makeAuthority('policies-test');
  await writeFile(file('ca.crt'), authority.certificate);
  const server = await issueCertificate({
    authority,
    commonName: 'kube-apiserver',
    ipAddresses: ['127.0.0.1'],
    uses: ['server_auth'],
  });
  await writeFile(file('server.crt'), server.certificate);
  await writeFile(file('server.key'), server.key, { mode: 0o600 });
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(file('sa.key'), privateKey, { mode: 0o600 });
  await writeFile(file('sa.pub'), publicKey);
  for (const { path: target, content } of [...planAdmissionFiles(blueprint), ...planAuditFiles()]) {
    await mkdir(path.dirname(file(target)), { recursive: true });
    await writeFile(
      file(target),
      content.replaceAll('/etc/kubernetes/', `${root}/etc/kubernetes/`),
    );
  }
  const auditLog = file('audit.log');
  const apiServer = run(
    'kube-apiserver',
    [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      '--bind-address=127.0.0.1',
      // Written down in the Service `kubernetes`, which takes no loopback address; not bound.
      '--advertise-address=192.0.2.1',
      `--secure-port=${apiPort}`,
      `--tls-cert-file=${file('server.crt')}`,
      `--tls-private-key-file=${file('server.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      '--anonymous-auth=false',
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${file('sa.pub')}`,
      `--service-account-signing-key-file=${file('sa.key')}`,
      `--enable-admission-plugins=${planAdmissionPlugins(blueprint).join(',')}`,
      `--admission-control-config-file=${file('etc/kubernetes/policies/admission.yaml')}`,
      `--audit-policy-file=${file('etc/kubernetes/policies/audit.yaml')}`,
      `--audit-log-path=${auditLog}`,
    ],
    minor,
  );

  const baseUrl = `https://127.0.0.1:${apiPort}`;
  const clients: KubeClient[] = [];
  cleanUp.push(() => {
    for (const client of clients) client.close();
    return Promise.resolve();
  });
  const client = (caller: Caller) => {
    const made = kubeClient(baseUrl, authority.certificate, caller);
    clients.push(made);
    return made;
  };
  const issue = (user: string, group?: string) =>
    issueCertificate({
      authority,
      commonName: user,
      ...(group === undefined ? {} : { organization: group }),
    });
  const clientOf = async (user: string, group?: string) => {
    const { certificate, key } = await issue(user, group);
    return client({ certificate, key });
  };
  const kubeconfig = async (name: string, user: string, group?: string) => {
    const { certificate, key } = await issue(user, group);
    await writeFile(
      file(name),
      renderKubeconfig(baseUrl, authority.certificate, certificate, key),
      {
        mode: 0o600,
      },
    );
    return file(name);
  };
  const admin = await clientOf('test-admin', 'system:masters');
  await waitFor(
    'kube-apiserver ready',
    async () => {
      try {
        return (await admin.get('/readyz')).status === 200 || undefined;
      } catch {
        return undefined;
      }
    },
    { seconds: 90, programs: [etcd, apiServer] },
  );
  run(
    'kube-controller-manager',
    [
      `--kubeconfig=${await kubeconfig('controller-manager.conf', 'system:kube-controller-manager')}`,
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${file('sa.key')}`,
      `--root-ca-file=${file('ca.crt')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${managerPort}`,
      `--cert-dir=${file('controller-manager')}`,
      '--leader-elect=false',
    ],
    minor,
  );
  const adminConfig = await kubeconfig('admin.conf', 'test-admin', 'system:masters');
  return {
    minor,
    admin,
    auditLog,
    clientOf,
    client,
    kubeconfig,
    kubectl: (args, { env, input } = {}) =>
      runCommand(tool('kubectl', minor), ['--kubeconfig', adminConfig, ...args], {
        env: { HOME: root, ...env },
        ...(input === undefined ? {} : { input }),
      }),
    stop,
  };
}

function tool(name: ToolName, version: string): string {
  const found = findTool(name, { version });
  if (found === undefined) throw new Error(`${name} ${version}: not found; see tools/README.md`);
  return found;
}

function renderKubeconfig(server: string, ca: string, certificate: string, key: string): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name: 'test',
        user: {
          'client-certificate-data': base64(certificate),
          'client-key-data': base64(key),
        },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}
