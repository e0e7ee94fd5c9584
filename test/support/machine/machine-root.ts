import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { planTierDirectory, tierDirectoryPath } from '../../../lib/etcd/tier-directory';
import { artifactKey } from '../../../lib/machine/artifacts';
import { renderBundle } from '../../../lib/machine/bundle';
import type { MachineArtifact, MachineConfig } from '../../../lib/machine/machine-config';
import { renderUserData } from '../../../lib/machine/user-data';
import { fakeCredentials, type FakeAws } from '../aws/fake-aws';
import { makeBlueprint } from '../cluster/blueprint-inputs';
import { planAddresses } from '../../../lib/network/address-plan';

/** What one run of a script said. */
export interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Programs of the system that a scratch root can't have: they note their arguments. */
const stubs: Readonly<Record<string, string>> = {
  'apt-get': '',
  augenrules: '',
  dpkg: '',
  'dpkg-deb': 'basename "$2" .deb',
  'dpkg-query': '[ -e "$HC_ROOT/stub-installed" ] && printf installed',
  sshd: '',
  systemctl: '',
};

/** A folder that stands for the root of a machine, with the programs of the host. */
export class MachineRoot {
  readonly path = mkdtempSync(join(tmpdir(), 'hc-machine-'));
  private readonly programs = join(this.path, 'stubs');

  constructor(
    readonly machine: MachineConfig,
    readonly cloud: FakeAws,
    overrides: Readonly<Record<string, string>> = {},
  ) {
    for (const folder of ['etc/sysctl.d', 'run', 'tmp', 'usr/local', 'var/lib', 'dev', 'stubs']) {
      mkdirSync(join(this.path, folder), { recursive: true });
    }
    this.write('etc/os-release', 'ID=debian\nVERSION_ID="13"\n');
    this.write('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n');
    this.write('etc/group', 'root:x:0:\nadm:x:4:\nsystemd-journal:x:999:\n');
    for (const [name, body] of Object.entries({ ...stubs, ...overrides })) {
      this.write(
        `stubs/${name}`,
        `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>"$HC_ROOT/calls"\n${body}\n`,
        0o755,
      );
    }
    // The real curl, with a note of its arguments: no secret may be among them.
    this.write(
      'stubs/curl',
      `#!/bin/sh\nprintf '%s\\n' "curl $*" >>"$HC_ROOT/calls"\nexec ${which('curl')} "$@"\n`,
      0o755,
    );
  }

  /** Puts what the machine needs into the fake: bundle, artifacts, secrets. */
  provide(): void {
    const bundle = renderBundle(this.machine);
    this.cloud.objects.set(`/bucket/bundles/${this.machine.name}.tar`, bundle.tar);
    for (const artifact of this.machine.artifacts) {
      this.cloud.objects.set(`/bucket/${artifactKey(artifact)}`, fakeArtifact(artifact));
    }
    for (const { name, value } of planTierDirectory(
      makeBlueprint(),
      planAddresses(makeBlueprint()),
    )) {
      this.cloud.parameters.set(`/prod/${tierDirectoryPath}/${name}`, value);
    }
    for (const { parameter } of this.machine.secrets) {
      this.cloud.parameters.set(`/prod/${parameter}`, fakeSecret(parameter));
    }
  }

  /** Runs the user-data as cloud-init would, then what its unit would start. */
  async boot(options: { readonly killAfterMilliseconds?: number } = {}): Promise<Run> {
    const script = renderUserData(this.machine, {
      cluster: 'prod',
      region: 'eu-central-1',
      accountId: '123456789012',
      bucket: 'bucket',
      bundleKey: `bundles/${this.machine.name}.tar`,
      bundleSha256: renderBundle(this.machine).sha256,
      serviceAccountIssuer: 'https://issuer.example.com/prod',
      ...(this.machine.dataVolume === undefined ? {} : { dataVolumeId: 'vol-0123456789abcdef0' }),
    });
    this.write('user-data', script, 0o755);
    const first = await this.run(join(this.path, 'user-data'), [], options);
    if (first.code !== 0) return first;
    return this.run(join(this.path, 'usr/local/lib/hardened-cluster/fetch-bundle'), [], options);
  }

  /** Runs a program with the root and the services of this machine. */
  async run(
    program: string,
    args: readonly string[] = [],
    options: { readonly killAfterMilliseconds?: number; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<Run> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: `${this.programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
          LC_ALL: 'C',
          HC_ROOT: this.path,
          HC_VOLUME_WAIT_SECONDS: '0',
          HC_RETRY_SECONDS: '0',
          HC_TRIES: '3',
          HC_IMDS_RETRIES: '0',
          ...this.cloud.environment,
          ...options.env,
        },
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const timer =
        options.killAfterMilliseconds === undefined
          ? undefined
          : setTimeout(() => {
              // The whole group, as a machine that loses its power.
              try {
                if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
              } catch {
                // It was faster.
              }
            }, options.killAfterMilliseconds);
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code, output });
      });
    });
  }

  /** Path, mode, owner and content of everything that stays, but the notes of the harness. */
  snapshot(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    const visit = (folder: string) => {
      for (const name of readdirSync(join(this.path, folder)).sort()) {
        const path = `${folder}/${name}`;
        if (/^\/(calls|stubs|user-data|run|tmp|dev|stub-installed)$/.test(path)) continue;
        const status = lstatSync(join(this.path, path));
        const owner = `${status.uid}:${status.gid}`;
        const mode = (status.mode & 0o7777).toString(8);
        if (status.isDirectory()) {
          found[path] = `folder ${mode} ${owner}`;
          visit(path);
        } else if (status.isSymbolicLink()) {
          found[path] = `link ${readlinkSync(join(this.path, path))}`;
        } else {
          const checksum = createHash('sha256')
            .update(readFileSync(join(this.path, path)))
            .digest('hex');
          found[path] = `file ${mode} ${owner} ${checksum}`;
        }
      }
    };
    visit('');
    return found;
  }

  /** Calls of stubs since the last question. */
  takeCalls(): readonly string[] {
    const file = join(this.path, 'calls');
    const calls = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    rmSync(file, { force: true });
    return calls;
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8');
  }

  write(path: string, content: string, mode = 0o644): void {
    const file = join(this.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Absolute path of a program of the host. */
export function which(program: string): string {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' });
  const path = found.stdout.trim();
  if (path === '') throw new Error(`no ${program} on this machine`);
  return path;
}

/** A machine whose artifacts are small fakes, locked by their own checksums. */
export function withFakeArtifacts(machine: MachineConfig): MachineConfig {
  return {
    ...machine,
    artifacts: machine.artifacts.map((artifact) => {
      const content = fakeArtifact(artifact);
      const checksum = (algorithm: string) => createHash(algorithm).update(content).digest('hex');
      return { ...artifact, sha256: checksum('sha256') };
    }),
  };
}

const archives = new Map<string, Buffer>();

/** An archive with the members that are installed, or a lone file; the same bytes each time. */
export function fakeArtifact(artifact: MachineArtifact): Buffer {
  const key = artifactKey(artifact);
  const known = archives.get(key);
  if (known !== undefined) return known;
  const content = /\.(tar\.gz|tgz)$/.test(key)
    ? packMembers(artifact)
    : Buffer.from(`#!/bin/sh\necho ${artifact.name} ${artifact.version}\n`);
  archives.set(key, content);
  return content;
}

function packMembers({ name, install }: MachineArtifact): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'hc-artifact-'));
  try {
    for (const { member } of install) {
      const members = member === undefined ? ['bridge', 'loopback'] : [member];
      for (const path of members) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), `${name} ${path}\n`);
      }
    }
    // Names as upstream packs them, without a leading "./".
    const packed = spawnSync('sh', ['-c', 'cd "$1" && tar -czf - --mtime=@0 *', 'sh', folder], {
      maxBuffer: 1 << 26,
    });
    if (packed.status !== 0) throw new Error(packed.stderr.toString());
    return packed.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A secret of the right formatat that no log and no other file may hold. */
export function fakeSecret(parameter: string): string {
  const body = Buffer.from(`FAKE-SECRET ${parameter}`).toString('base64');
  if (parameter.endsWith('secrets-encryption')) return body;
  const certificate = Buffer.from(`certificate of ${parameter}`).toString('base64');
  return pemBlock('CERTIFICATE', certificate) + pemBlock('PRIVATE KEY', body);
}

/** Shaped like PEM; nothing of it is a certificate or a key. */
function pemBlock(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

/** Texts that must be nowhere but in files of secrets. */
export const forbiddenTexts: readonly string[] = [
  fakeCredentials.secret,
  fakeCredentials.token,
  Buffer.from('FAKE-SECRET ').toString('base64').slice(0, 18),
];

/** A machine that keeps its data on the root disk: volumes have a suite of their own. */
export function withoutDataVolume(machine: MachineConfig): MachineConfig {
  const changed: { -readonly [Key in keyof MachineConfig]: MachineConfig[Key] } = { ...machine };
  delete changed.dataVolume;
  return changed;
}

/** The machine of that name. */
export function machineNamed(machines: readonly MachineConfig[], name: string): MachineConfig {
  const found = machines.find((machine) => machine.name === name);
  if (found === undefined) throw new Error(`no machine ${name}`);
  return found;
}
