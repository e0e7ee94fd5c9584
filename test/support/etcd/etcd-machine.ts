import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { MachineConfig } from '../../../lib/machine/machine-config';
import { renderBundle } from '../../../lib/machine/bundle';
import { run, runAside, tryRun, waitUntil, type Finished } from './etcd-run';

/** What a machine of the tier is made from. */
export interface EtcdMachineOptions {
  readonly machine: MachineConfig;
  /** Text of each secret by its parameter. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Content of `/etc/hardened-cluster/machine.env`. */
  readonly machineEnv: string;
  readonly networkNamespace: string;
  /** Folder of programs that is `/usr/local/bin`. */
  readonly programs: string;
  /** Folder for everything the machine writes. */
  readonly scratch: string;
  /** Size of the data volume, which is then a RAM disk. @default a folder of `scratch` */
  readonly volumeMegabytes?: number;
}

/**
 * A machine without a kernel of its own: systemd as the first process of its own namespaces, on this
 * machine's system read-only, with the files, units, owners and modes of the bundle under their very
 * paths. Units run in their real sandboxes and log to a real journal. Needs root.
 */
export class EtcdMachine {
  readonly name: string;
  /** The data volume as the host sees it. */
  readonly volume: string;
  private init: ChildProcess | undefined;
  private readonly cgroup: string;

  constructor(private readonly options: EtcdMachineOptions) {
    this.name = options.machine.name;
    this.volume = join(options.scratch, 'volume');
    this.cgroup = join(unifiedCgroup(), `hc-${options.networkNamespace}`);
    for (const folder of ['etc', 'usr-local', 'var']) {
      mkdirSync(join(options.scratch, folder), { recursive: true });
      mkdirSync(join(options.scratch, `${folder}.work`), { recursive: true });
    }
    this.makeUsers();
    this.placeBundle();
    this.placeSecrets();
    this.attachVolume();
  }

  /**
   * Where a path of the machine lies on the host. Ask again after the power goes on or off: below a
   * mounted overlay nothing may be changed.
   */
  hostPath(path: string): string {
    const { scratch } = this.options;
    const first = this.firstProcess();
    if (first !== '') return `/proc/${first}/root${path}`;
    if (path.startsWith('/var/lib/etcd')) return path.replace('/var/lib/etcd', this.volume);
    if (path.startsWith('/etc/')) return path.replace('/etc', join(scratch, 'etc'));
    if (path.startsWith('/var/')) return path.replace('/var', join(scratch, 'var'));
    return path.replace('/usr/local', join(scratch, 'usr-local'));
  }

  /** Writes a file of the machine; its users are this machine's `etcd` and root. */
  writeFile(path: string, content: string, mode = '0644', owner = 'root:root'): void {
    const target = this.hostPath(path);
    mkdirSync(dirname(target), { recursive: true });
    rmSync(target, { force: true });
    writeFileSync(target, content);
    const id = this.idOf(owner.split(':')[0] ?? 'root');
    chownSync(target, id, id);
    chmodSync(target, parseInt(mode, 8));
  }

  /** Turns the machine on. Resolves when systemd listens; units have to be started. */
  async powerOn(): Promise<void> {
    if (this.init) throw new Error(`${this.name} is on`);
    mkdirSync(this.cgroup, { recursive: true });
    this.init = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'nsenter', `--net=/run/netns/${this.options.networkNamespace}`],
        ...['unshare', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'],
        ...['sh', '-euc', bootScript],
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          PATH: process.env.PATH,
          S: this.options.scratch,
          PROGRAMS: this.options.programs,
          CGROUP: this.cgroup,
          NAME: this.name,
        },
      },
    );
    let complaints = '';
    this.init.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    await waitUntil(`${this.name}: systemd`, 180, async () => {
      if (this.init?.exitCode !== null) throw new Error(`${this.name}: ${complaints}`);
      if (this.firstProcess() === '') return false;
      return (await this.exec(['systemctl', 'is-active', 'machine.target'])).status === 0;
    });
  }

  /** Takes the power away: every process ends at once, by SIGKILL. */
  async powerOff(): Promise<void> {
    const init = this.init;
    if (!init) return;
    this.init = undefined;
    if (init.exitCode === null && init.signalCode === null) {
      const ended = new Promise((resolve) => init.once('close', resolve));
      init.kill('SIGKILL');
      await ended;
    }
    // The kernel may take a moment longer for a group than for its last process.
    await waitUntil(`${this.name}: end of its processes`, 60, () => {
      const left = readFileSync(join(this.cgroup, 'cgroup.events'), 'utf8');
      if (!left.includes('populated 0')) return false;
      return tryRun('find', [this.cgroup, '-depth', '-type', 'd', '-delete']).status === 0;
    });
  }

  /** Ends the machine for good. */
  async remove(): Promise<void> {
    await this.powerOff();
    if (this.options.volumeMegabytes !== undefined) tryRun('umount', [this.volume]);
  }

  /** Runs a program on the machine, as root. */
  async exec(command: readonly string[], timeoutSeconds = 120): Promise<Finished> {
    return runAside('nsenter', [...this.enter(), '--', ...command], timeoutSeconds);
  }

  /** Arguments of nsenter that lead onto the machine. */
  enter(): readonly string[] {
    const first = this.firstProcess();
    if (first === '') throw new Error(`${this.name} is off`);
    return ['-t', first, '-m', '-u', '-i', '-n', '-p', '-C'];
  }

  /** systemctl; resolves when it has ended. @throws Error when it fails */
  async systemctl(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.exec(['systemctl', ...args], 240);
    if (status !== 0) {
      const journal = await this.journal(args.at(-1) ?? '');
      throw new Error(`${this.name}: systemctl ${args.join(' ')}: ${stderr}${journal}`);
    }
    return stdout;
  }

  /** A property of a unit, such as `Result`. */
  async show(unit: string, property: string): Promise<string> {
    return (await this.systemctl('show', '-p', property, '--value', unit)).trim();
  }

  /** Ids of a unit's processes on the host. */
  processes(unit: string): readonly number[] {
    const file = join(this.cgroup, 'system.slice', unit, 'cgroup.procs');
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number);
  }

  /** What a unit wrote to the journal until now. */
  async journal(unit: string): Promise<string> {
    await this.syncJournal();
    const args = ['-u', unit, '-o', 'cat', '--no-pager'];
    return (await this.exec(['journalctl', ...args])).stdout;
  }

  /** When a unit last wrote a line with this text, in milliseconds; undefined if never. */
  async journalTime(unit: string, text: string): Promise<number | undefined> {
    await this.syncJournal();
    const { stdout } = await this.exec(['journalctl', '-u', unit, '-o', 'json', '--no-pager']);
    const line = stdout
      .split('\n')
      .reverse()
      .find((candidate) => candidate.includes(text));
    const [, microseconds] = /"__REALTIME_TIMESTAMP":"(\d+)"/.exec(line ?? '') ?? [];
    return microseconds === undefined ? undefined : Number(microseconds) / 1000;
  }

  /** A unit may end before the journal has taken up its last line. */
  private async syncJournal(): Promise<void> {
    const { status, stderr } = await this.exec(['journalctl', '--sync']);
    if (status !== 0) throw new Error(`${this.name}: journalctl --sync: ${stderr}`);
  }

  /** Empties the data volume, as a lost disk does. The machine has to be off or etcd stopped. */
  loseDisk(): void {
    run('find', [this.volume, '-mindepth', '1', '-delete']);
  }

  /** Id of the machine's first process on the host, or nothing. */
  private firstProcess(): string {
    const unshare = this.init?.pid;
    if (unshare === undefined) return '';
    try {
      return readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').trim();
    } catch {
      return '';
    }
  }

  private makeUsers(): void {
    const { users } = this.options.machine;
    for (const [file, line] of [
      ['passwd', (name: string, id: number) => `${name}:x:${id}:${id}::/:/usr/sbin/nologin\n`],
      ['group', (name: string, id: number) => `${name}:x:${id}:\n`],
    ] as const) {
      const text = users.map(({ name, id }) => line(name, id)).join('');
      writeFileSync(this.hostPath(`/etc/${file}`), readFileSync(`/etc/${file}`, 'utf8') + text);
    }
  }

  private placeBundle(): void {
    for (const { path, content, mode, owner } of renderBundle(this.options.machine).files) {
      if (/^\/(etc|var|usr\/local)\//.test(path)) this.writeFile(path, content, mode, owner);
    }
    this.writeFile('/etc/hardened-cluster/machine.env', this.options.machineEnv);
    this.writeFile('/etc/hostname', `${this.name}\n`);
    this.writeFile('/etc/systemd/journald.conf.d/test.conf', '[Journal]\nReadKMsg=no\n');
  }

  private placeSecrets(): void {
    for (const { parameter, path, mode, owner } of this.options.machine.secrets) {
      const text = this.options.parameters.get(parameter);
      if (text === undefined) throw new Error(`no secret ${parameter}`);
      this.writeFile(path, text, mode ?? '0600', owner ?? 'root:root');
    }
  }

  private attachVolume(): void {
    mkdirSync(this.volume, { recursive: true });
    const { volumeMegabytes } = this.options;
    if (volumeMegabytes !== undefined) {
      run('mount', ['-t', 'tmpfs', '-o', `size=${volumeMegabytes}m`, 'tmpfs', this.volume]);
    }
    const { dataVolume } = this.options.machine;
    const id = this.idOf(dataVolume?.owner.split(':')[0] ?? 'root');
    chownSync(this.volume, id, id);
    chmodSync(this.volume, parseInt(dataVolume?.mode ?? '0755', 8));
  }

  private idOf(user: string): number {
    return this.options.machine.users.find(({ name }) => name === user)?.id ?? 0;
  }
}

function unifiedCgroup(): string {
  const found = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((folder) =>
    existsSync(join(folder, 'cgroup.procs')),
  );
  if (found === undefined) throw new Error('no cgroup v2 hierarchy');
  return found;
}

/**
 * Of this machine's units systemd sees the journal and targets, and those without what else they
 * would start; all others are the bundle's.
 */
const bootScript = String.raw`
echo 0 >"$CGROUP/cgroup.procs"
exec unshare --cgroup sh -euc '
mount --make-rprivate /
mount -t proc proc /proc

for folder in etc var; do
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$S/$folder,workdir=$S/$folder.work" "/$folder"
done
mount -t overlay overlay -o "lowerdir=$PROGRAMS:/usr/local,upperdir=$S/usr-local,workdir=$S/usr-local.work" /usr/local
mount --bind "$S/etc/systemd/system" /etc/systemd/system
mount -t tmpfs tmpfs /var/log
mkdir -p /var/lib/etcd
mount --bind "$S/volume" /var/lib/etcd
mount -t tmpfs -o mode=0755 tmpfs /run
umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
units=/usr/lib/systemd/system
[ -d $units ] || units=/lib/systemd/system
mount -t tmpfs -o mode=0755 tmpfs /mnt
cp $units/*.target $units/systemd-journald*.s* $units/*.slice /mnt/
printf "[Unit]\\nRequires=basic.target systemd-journald.service\\n" >/mnt/machine.target
mount --move /mnt $units
mount -t tmpfs tmpfs /usr/lib/systemd/system-generators
# Last: what lies below it on the host is mounted by now.
mount -t tmpfs -o mode=1777 tmpfs /tmp
# As systemd expects of its container manager; credentials of units depend on it.
mount --make-rshared /
exec env -i container=hc PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=machine.target --log-target=journal --show-status=no
'
`;
