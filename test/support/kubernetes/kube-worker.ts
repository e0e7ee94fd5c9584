import { chmodSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { planWorker } from '../../../lib/kubernetes/node/plan-worker';
import { resolveLock } from '../../../lib/machine/artifact-lock';
import { kernelSettingsFile } from '../../../lib/machine/hardening/kernel-settings';
import { mergeParts } from '../../../lib/machine/merge-parts';
import type { ControlPlane } from './api-server';
import { EtcdMachine } from '../etcd/etcd-machine';
import { run, tryRun } from '../etcd/etcd-run';
import { machineFacts } from './kube-rendered-root';

/** A worker: systemd, containerd and kubelet on the files and units of its bundle. */
export interface WorkerMachine {
  readonly machine: EtcdMachine;
  /** Address of the node, reachable from here. */
  readonly address: string;
  stop(): Promise<void>;
}

/** What a worker needs of its surroundings. */
export interface WorkerMachineOptions {
  readonly plane: ControlPlane;
  readonly programs: Readonly<Record<'kubelet' | 'containerd' | 'shim' | 'authenticator', string>>;
  readonly nodeName: string;
  /** A /24 that nothing uses; the host gets its first address, the worker its seventh. */
  readonly network: string;
  /** Environment of the kubelet: credentials that the instance metadata would give it. */
  readonly env: NodeJS.ProcessEnv;
}

/** Settings of the kernel that the kubelet insists on, which all machines of a test share. */
const kubeletKernelSettings =
  /^(vm\.overcommit_memory|vm\.panic_on_oom|kernel\.panic|kernel\.panic_on_oops|kernel\.keys\.root_max(?:keys|bytes)) = (\d+)$/gm;

/**
 * Turns a worker on and starts its kubelet. Files, units, paths, addresses and ports are the
 * rendered ones. What the test brings: the name of the API in `/etc/hosts`, a balancer on port 6443,
 * credentials of the machine's role, and the kernel's settings as its file would have set them.
 */
export async function startWorkerMachine(options: WorkerMachineOptions): Promise<WorkerMachine> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'worker-'));
  const namespace = `hcw${path.basename(scratch).slice(-6)}`;
  const hostAddress = options.network.replace(/\.0\/24$/, '.1');
  const address = options.network.replace(/\.0\/24$/, '.7');
  const cleanUp: (() => unknown)[] = [
    () => {
      rmSync(scratch, { recursive: true, force: true });
    },
  ];
  const stop = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    cleanUp.push(() => tryRun('ip', ['netns', 'del', namespace]));
    connectNamespace(namespace, hostAddress, address);
    const balancer = forward(hostAddress, 6443, options.plane.place.ports.apiServer);
    cleanUp.push(() => balancer.close());
    const machine = makeMachine(options, { scratch, namespace, address, hostAddress });
    cleanUp.push(() => machine.remove());
    await machine.powerOn();
    await setKernel(machine);
    return { machine, address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A pair of interfaces between this machine and a network namespace of the worker's own. */
function connectNamespace(namespace: string, hostAddress: string, address: string): void {
  const peer = ['peer', 'name', 'ens5', 'netns', namespace];
  run('ip', ['netns', 'add', namespace]);
  run('ip', ['link', 'add', namespace, 'type', 'veth', ...peer]);
  run('ip', ['addr', 'add', `${hostAddress}/24`, 'dev', namespace]);
  run('ip', ['link', 'set', namespace, 'up']);
  for (const words of [
    ['link', 'set', 'lo', 'up'],
    ['addr', 'add', `${address}/24`, 'dev', 'ens5'],
    ['link', 'set', 'ens5', 'up'],
    ['route', 'add', 'default', 'via', hostAddress],
  ]) {
    run('ip', ['netns', 'exec', namespace, 'ip', ...words]);
  }
}

function makeMachine(
  { plane, nodeName, env, programs }: WorkerMachineOptions,
  place: Readonly<Record<'scratch' | 'namespace' | 'address' | 'hostAddress', string>>,
): EtcdMachine {
  const { blueprint } = plane;
  const [pool] = blueprint.workers;
  if (!pool) throw new Error('no pool');
  const facts = { ...machineFacts, HC_INSTANCE_ID: nodeName, HC_PRIVATE_IP: place.address };
  const part = planWorker(blueprint, pool, resolveLock(blueprint));
  const files = (part.files ?? []).map((file) =>
    file.template ? { ...file, content: fillIn(file.content, facts), template: false } : file,
  );
  const machine = new EtcdMachine({
    machine: mergeParts(
      { name: `worker-${pool.name}`, role: 'worker', architecture: pool.architecture },
      [{ ...part, files }],
    ),
    parameters: plane.etcd.pki.parameters,
    machineEnv: '',
    networkNamespace: place.namespace,
    programs: placePrograms(place.scratch, programs),
    scratch: place.scratch,
  });
  const { api } = blueprint.names;
  machine.writeFile('/etc/hosts', `127.0.0.1 localhost\n${place.hostAddress} ${api}\n`);
  const variables = Object.entries(env).map(
    ([name, value]) => `Environment=${name}=${value ?? ''}\n`,
  );
  machine.writeFile(
    '/etc/systemd/system/kubelet.service.d/20-role.conf',
    `[Service]\n${variables.join('')}`,
    '0600',
  );
  return machine;
}

/** Replaces tokens such as `@HC_REGION@`, as boot does. */
function fillIn(text: string, facts: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@(HC_[A-Z_]+)@/g, (token, name: string) => facts[name] ?? token);
}

/** Lays the settings of the worker's file over what the kernel says, and a disk under the layers. */
async function setKernel(machine: EtcdMachine): Promise<void> {
  const settings = [...kernelSettingsFile('worker').content.matchAll(kubeletKernelSettings)];
  const mounts = settings.map(([, name = '', value = '']) => {
    const file = `/run/kernel/${name}`;
    return `echo ${value} >${file}; mount --bind ${file} /proc/sys/${name.replaceAll('.', '/')}`;
  });
  const commands = [
    'mkdir /run/kernel',
    ...mounts,
    // The file system of layers can't lie on another one of its kind.
    'mkdir -p /var/lib/containerd',
    'mount -t tmpfs tmpfs /var/lib/containerd',
  ];
  const { status, stderr } = await machine.exec(['sh', '-euc', commands.join('\n')]);
  if (status !== 0) throw new Error(`${machine.name}: ${stderr}`);
}

function forward(host: string, port: number, target: number): Server {
  const server = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1');
    incoming.pipe(outgoing).pipe(incoming);
    for (const socket of [incoming, outgoing]) {
      socket.on('error', () => {
        incoming.destroy();
        outgoing.destroy();
      });
    }
  });
  server.listen(port, host);
  server.unref();
  return server;
}

function placePrograms(scratch: string, programs: WorkerMachineOptions['programs']): string {
  const folder = path.join(scratch, 'programs');
  const places = {
    'bin/kubelet': programs.kubelet,
    'bin/containerd': programs.containerd,
    'bin/containerd-shim-runc-v2': programs.shim,
    'bin/aws-iam-authenticator': programs.authenticator,
  };
  for (const [place, program] of Object.entries(places)) {
    const target = path.join(folder, place);
    mkdirSync(path.dirname(target), { recursive: true });
    try {
      linkSync(program, target);
    } catch {
      copyFileSync(program, target); // Another file system.
      chmodSync(target, 0o755);
    }
  }
  return folder;
}
