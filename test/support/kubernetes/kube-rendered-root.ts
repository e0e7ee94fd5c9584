import { chmod, mkdir, mkdtemp, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import { planControlPlane } from '../../../lib/kubernetes/control-plane/plan-control-plane';
import { resolveLock } from '../../../lib/machine/artifact-lock';
import type { MachinePart } from '../../../lib/machine/machine-config';
import { programFolder, readProgram } from '../../../lib/machine/program-file';
import { planAddresses } from '../../../lib/network/address-plan';
import { mustRun } from './kube-process';
import { repeatForMembers } from '../etcd/member-lines';
import type { MaterializedPki } from '../pki';

/** What a machine would know of itself, for the tokens of templates. */
export const machineFacts = {
  HC_REGION: 'eu-central-1',
  HC_ACCOUNT_ID: '123456789012',
  HC_ZONE: 'eu-central-1a',
  HC_INSTANCE_ID: 'i-0123456789abcdef0',
  HC_PRIVATE_IP: '10.0.0.10',
  HC_SERVICE_ACCOUNT_ISSUER: 'https://oidc.example.com/prod',
} as const;

/** A folder that stands for `/` of a control-plane machine. */
export interface RenderedRoot {
  readonly root: string;
  readonly part: MachinePart;
  /** Command line of a static pod as kubeadm wrote it, the program first. */
  commandOf(program: string): Promise<readonly string[]>;
  /** Runs `kubeadm init phase ...` in the root. */
  phase(...words: readonly string[]): Promise<void>;
}

/** Places files and secrets of a control-plane machine as boot would, in a folder of its own. */
export async function renderControlPlaneRoot(options: {
  readonly blueprint: Blueprint;
  readonly pki: MaterializedPki;
  readonly kubeadm: string;
  readonly facts?: Partial<Record<keyof typeof machineFacts, string>>;
}): Promise<RenderedRoot> {
  const { blueprint, pki, kubeadm } = options;
  const root = await mkdtemp(path.join(tmpdir(), 'control-plane-'));
  const part = planControlPlane(blueprint, resolveLock(blueprint));
  const facts = { ...machineFacts, HC_REGION: blueprint.region, ...options.facts };
  const etcdMembers = Object.values(planAddresses(blueprint).etcdMembers);
  await placePart({ root, part, pki, facts, etcdMembers });
  await writeFile(path.join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(path.join(root, 'etc/group'), 'root:x:0:\n');
  await place(
    root,
    '/etc/hardened-cluster/machine.env',
    renderEnvironment(blueprint, facts),
    '0644',
  );
  await place(root, `${programFolder}/lib.sh`, readProgram('boot/lib.sh'), '0755');
  await mkdir(path.join(root, 'tmp'), { recursive: true });
  await mkdir(path.join(root, 'run'), { recursive: true });
  await symlink('../run', path.join(root, 'var/run'));
  return {
    root,
    part,
    commandOf: async (program) => {
      const file = path.join(root, 'etc/kubernetes/manifests', `${program}.yaml`);
      const pod = parse(await readFile(file, 'utf8')) as {
        spec: { containers: { command: string[] }[] };
      };
      return pod.spec.containers[0]?.command ?? [];
    },
    phase: async (...words) => {
      await mustRun(kubeadm, [
        '--rootfs',
        root,
        'init',
        'phase',
        ...words,
        '--config',
        '/etc/kubernetes/kubeadm.yaml',
      ]);
    },
  };
}

/** Places files, units and secrets below a folder. */
export async function placePart(options: {
  readonly root: string;
  readonly part: MachinePart;
  readonly pki: MaterializedPki;
  readonly facts: Readonly<Record<string, string>>;
  /** Addresses of the members of etcd. @default none */
  readonly etcdMembers?: readonly string[];
}): Promise<void> {
  const { root, part, pki, facts, etcdMembers = [] } = options;
  for (const file of part.files ?? []) {
    const content = file.template
      ? fillIn(repeatForMembers(file.content, etcdMembers), facts)
      : file.content;
    await place(root, file.path, content, file.mode ?? '0644');
  }
  for (const unit of part.units ?? []) {
    await place(root, `/etc/systemd/system/${unit.name}`, unit.content, '0644');
  }
  for (const secret of part.secrets ?? []) {
    const text = pki.parameters.get(secret.parameter);
    if (text === undefined) throw new Error(`no parameter ${secret.parameter}`);
    await place(root, secret.path, selectBlocks(text, secret.blocks), secret.mode ?? '0600');
  }
}

function selectBlocks(text: string, blocks: 'all' | 'certificate' | 'private-key' = 'all'): string {
  if (blocks === 'all') return text;
  const label = blocks === 'certificate' ? 'CERTIFICATE' : '[A-Z ]*PRIVATE KEY';
  const found = text.match(
    new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n?`, 'g'),
  );
  return (found ?? []).map((block) => (block.endsWith('\n') ? block : `${block}\n`)).join('');
}

function fillIn(text: string, facts: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@(HC_[A-Z_]+)@/g, (token, name: string) => facts[name] ?? token);
}

function renderEnvironment(blueprint: Blueprint, facts: Readonly<Record<string, string>>): string {
  const values: Record<string, string> = {
    HC_CLUSTER: blueprint.name,
    HC_MACHINE: 'control-plane',
    HC_ROLE: 'control-plane',
    HC_REGION: blueprint.region,
    HC_ACCOUNT_ID: facts.HC_ACCOUNT_ID ?? '',
    HC_BUCKET: `${blueprint.name}-bucket`,
    HC_SERVICE_ACCOUNT_ISSUER: facts.HC_SERVICE_ACCOUNT_ISSUER ?? '',
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function place(root: string, file: string, content: string, mode: string): Promise<void> {
  const target = path.join(root, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, content);
  await chmod(target, Number.parseInt(mode, 8));
}

/** Every file below a folder, with its path inside it. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
