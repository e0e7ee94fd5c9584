import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { startEtcdTier } from '../etcd/etcd-tier';
import { kubeClient, type Caller, type KubeClient } from './kube-client';
import { mapToTest, type TestPlace } from './kube-mapping';
import type { EtcdForApiServer } from './kube-plain-etcd';
import {
  freePorts,
  mustRun,
  runCommand,
  startProgram,
  waitFor,
  type CommandResult,
  type Program,
} from './kube-process';
import { listFiles, machineFacts, renderControlPlaneRoot } from './kube-rendered-root';
import { issueCertificate, makeCa } from '../pki';
import type { ToolName } from '../tool-catalog';
import { findTool } from '../tools';

/** Which control plane a test wants. */
export interface ControlPlaneOptions {
  /** @default '1.36' */
  readonly minorVersion?: '1.35' | '1.36' | '1.37';
  /** Changes to the configuration besides the version and etcd. */
  readonly changes?: Partial<BlueprintInput>;
  /** A tier that is up already and that the caller stops; its blueprint is used. */
  readonly etcd?: EtcdForApiServer;
  /** Size of the tier that is started otherwise. @default 1 */
  readonly etcdMembers?: 1 | 3 | 5;
  /** Whether to run the controller manager. @default true */
  readonly controllerManager?: boolean;
  /** Whether to run the scheduler. @default false */
  readonly scheduler?: boolean;
  /** Called with the rendered root after kubeadm and before anything starts. */
  readonly prepare?: (root: string, place: TestPlace) => Promise<void>;
  /** Environment of the API server, such as SSL_CERT_FILE. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Who a certificate of the cluster CA is for. */
export interface CertificateSubject {
  readonly user: string;
  readonly group?: string;
}

/** A control plane of real programs, with the command lines that kubeadm rendered. */
export interface ControlPlane {
  readonly minorVersion: string;
  readonly blueprint: Blueprint;
  readonly baseUrl: string;
  /** PEM of the cluster CA. */
  readonly ca: string;
  /** Kubeconfig of a cluster administrator, in group `system:masters`. */
  readonly adminKubeconfig: string;
  /** Client of the same administrator. */
  readonly admin: KubeClient;
  readonly etcd: EtcdForApiServer;
  readonly place: TestPlace;
  /** Running programs by name: `kube-apiserver`, `kube-controller-manager`, `kube-scheduler`. */
  readonly programs: ReadonlyMap<string, Program>;
  /** Command lines as they were run. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
  readonly auditLog: string;
  /** A client certificate of the cluster CA. */
  issue(subject: CertificateSubject): Promise<Required<Pick<Caller, 'certificate' | 'key'>>>;
  /** The same as a kubeconfig file. */
  kubeconfig(name: string, caller: Caller): Promise<string>;
  /** A client of the API server; it is closed with the control plane. */
  client(caller: Caller): KubeClient;
  /** kubectl of the same minor version, as the administrator unless told otherwise. */
  kubectl(
    args: readonly string[],
    options?: {
      readonly input?: string;
      readonly kubeconfig?: string;
      readonly env?: NodeJS.ProcessEnv;
    },
  ): Promise<CommandResult>;
  /** Restarts one program. */
  restart(program: string): Promise<void>;
  stop(): Promise<void>;
}

/** Programs that {@link startControlPlane} needs, for `requireTools`. */
export function controlPlaneTools<const MinorVersion extends '1.35' | '1.36' | '1.37'>(
  minorVersion: MinorVersion,
) {
  return [
    `kube-apiserver@${minorVersion}`,
    `kube-controller-manager@${minorVersion}`,
    `kube-scheduler@${minorVersion}`,
    `kubeadm@${minorVersion}`,
    `kubectl@${minorVersion}`,
    'etcd@3.6',
    'etcdctl@3.6',
  ] as const;
}

/**
 * Starts etcd with access control on and, in a folder of its own, the control plane that kubeadm's
 * phases render for it. Command lines and files are mapped by `mapToTest` and otherwise as rendered.
 * Needs root. The caller has to stop it.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { minorVersion = '1.36' } = options;
  const etcd =
    options.etcd ??
    (await startEtcdTier({
      members: options.etcdMembers ?? 1,
      changes: {
        ...options.changes,
        kubernetes: { ...options.changes?.kubernetes, version: minorVersion },
      },
    }));
  const cleanUp: (() => Promise<void>)[] = options.etcd ? [] : [() => etcd.stop()];
  const stop = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    return await start(options, minorVersion, etcd, cleanUp, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: ControlPlaneOptions,
  minorVersion: string,
  etcd: EtcdForApiServer,
  cleanUp: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<ControlPlane> {
  const { blueprint, pki } = etcd;
  const kubeadm = program('kubeadm', minorVersion);
  const rendered = await renderControlPlaneRoot({ blueprint, pki, kubeadm });
  const { root } = rendered;
  cleanUp.push(() => rm(root, { recursive: true, force: true }));

  const [apiServer = 0, controllerManager = 0, scheduler = 0, unused = 0] = await freePorts(4);
  const place: TestPlace = {
    root,
    machineAddress: machineFacts.HC_PRIVATE_IP,
    apiName: blueprint.names.api,
    ports: { apiServer, controllerManager, scheduler },
    etcdEndpoints: etcd.moved ?? {}, // The tier runs at the planned addresses.
  };
  const baseUrl = `https://127.0.0.1:${apiServer}`;

  await mustRun('/bin/sh', [`${root}/usr/local/lib/hardened-cluster/write-encryption-config`], {
    env: { HC_ROOT: root },
  });
  await mustRun('openssl', [
    ...['pkey', '-in', `${root}/etc/kubernetes/pki/sa.key`],
    ...['-pubout', '-out', `${root}/etc/kubernetes/pki/sa.pub`],
  ]);
  await writeWebhookKubeconfig(root, unused);
  for (const phase of [
    ['certs', 'all'],
    ['kubeconfig', 'controller-manager'],
    ['kubeconfig', 'scheduler'],
    ['control-plane', 'all'],
  ]) {
    await rendered.phase(...phase);
  }
  await mkdir(path.join(root, 'var/log/kubernetes/audit'), { recursive: true });
  const commands = new Map<string, readonly string[]>();
  for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) {
    const command = await rendered.commandOf(name);
    commands.set(
      name,
      command.map((argument) => mapToTest(argument, place)),
    );
  }
  for (const file of await listFiles(path.join(root, 'etc/kubernetes'))) {
    if (!/\.(ya?ml|conf)$/.test(file) || file.includes('/manifests/')) continue;
    // kubeadm runs in the root, where paths are as rendered.
    if (file.endsWith('/kubeadm.yaml')) continue;
    await writeFile(file, mapToTest(await readFile(file, 'utf8'), place));
  }
  await options.prepare?.(root, place);

  const programs = new Map<string, Program>();
  const run = (name: 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler') => {
    const [, ...args] = commands.get(name) ?? [];
    const started = startProgram({
      name,
      path: program(name, minorVersion),
      args,
      logFile: path.join(root, `${name}.log`),
      ...(name === 'kube-apiserver' && options.env ? { env: options.env } : {}),
    });
    programs.set(name, started);
    return started;
  };
  cleanUp.push(async () => {
    for (const name of ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver']) {
      await programs.get(name)?.stop('SIGKILL');
    }
  });

  const clusterCa = pki.cas.get('cluster-ca');
  if (!clusterCa) throw new Error('no cluster CA');
  const issue = async ({ user, group }: CertificateSubject) => {
    const { certificate, key } = await issueCertificate({
      ca: clusterCa,
      commonName: user,
      ...(group === undefined ? {} : { organization: group }),
    });
    return { certificate, key };
  };
  const clients: KubeClient[] = [];
  cleanUp.push(() => {
    for (const client of clients) client.close();
    return Promise.resolve();
  });
  const client = (caller: Caller) => {
    const made = kubeClient(baseUrl, clusterCa.certificate, caller);
    clients.push(made);
    return made;
  };
  const kubeconfig = async (name: string, caller: Caller) => {
    const file = path.join(root, `${name}.kubeconfig`);
    await writeFile(file, renderKubeconfig(baseUrl, clusterCa.certificate, caller), {
      mode: 0o600,
    });
    return file;
  };
  const administrator = await issue({ user: 'test-admin', group: 'system:masters' });
  const adminKubeconfig = await kubeconfig('admin', administrator);
  const admin = client(administrator);
  const prober = client(
    await issue({ user: 'hardened-cluster:probe', group: 'system:monitoring' }),
  );
  const waitReady = () =>
    waitFor(
      'kube-apiserver ready',
      async () => {
        try {
          return (await prober.get('/readyz')).status === 200 || undefined;
        } catch {
          return undefined;
        }
      },
      { seconds: 120, programs: [...programs.values()] },
    );

  run('kube-apiserver');
  await waitReady();
  if (options.controllerManager !== false) run('kube-controller-manager');
  if (options.scheduler === true) run('kube-scheduler');

  return {
    minorVersion,
    blueprint,
    baseUrl,
    ca: clusterCa.certificate,
    adminKubeconfig,
    admin,
    etcd,
    place,
    programs,
    commands,
    auditLog: path.join(root, 'var/log/kubernetes/audit/audit.log'),
    issue,
    kubeconfig,
    client,
    kubectl: (args, { input, kubeconfig: file = adminKubeconfig, env } = {}) =>
      runCommand(program('kubectl', minorVersion), ['--kubeconfig', file, ...args], {
        ...(input === undefined ? {} : { input }),
        env: { HOME: root, ...env },
      }),
    restart: async (name) => {
      await programs.get(name)?.stop();
      run(name as 'kube-apiserver');
      if (name === 'kube-apiserver') await waitReady();
    },
    stop,
  };
}

function program(name: ToolName, minorVersion: string): string {
  const found = findTool(name, { version: minorVersion });
  if (found === undefined)
    throw new Error(`${name} ${minorVersion}: not found; see tools/README.md`);
  return found;
}

/** A webhook that nothing answers; tests of the webhook put a real one in its place. */
async function writeWebhookKubeconfig(root: string, port: number): Promise<void> {
  const { certificate } = await makeCa('unused');
  const folder = path.join(root, 'etc/kubernetes/aws-iam-authenticator');
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, 'kubeconfig.yaml'),
    renderKubeconfig(`https://127.0.0.1:${port}/authenticate`, certificate, {}),
  );
}

function renderKubeconfig(server: string, ca: string, caller: Caller): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name: 'test',
        user: {
          ...(caller.certificate === undefined
            ? {}
            : { 'client-certificate-data': base64(caller.certificate) }),
          ...(caller.key === undefined ? {} : { 'client-key-data': base64(caller.key) }),
          ...(caller.token === undefined ? {} : { token: caller.token }),
        },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}
