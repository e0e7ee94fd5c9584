import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run, runAside, tryRun, waitUntil, type Finished } from '../etcd/etcd-run';
import type { StockImage } from './stock-image';

/** What a stock machine is made from. */
export interface StockMachineOptions {
  readonly name: string;
  readonly image: StockImage;
  readonly networkNamespace: string;
  /** Folder for everything the machine writes; on a disk, not on layers. */
  readonly scratch: string;
  /** CA of the fake of AWS, which the image trusts as it trusts Amazon's. */
  readonly ca: string;
  /** Id of the data volume, such as `vol-0123456789abcdef0`. @default none */
  readonly dataVolumeId?: string;
}

/**
 * A machine without a kernel of its own: Debian 13's systemd as the first process of its own
 * namespaces, on a stock image and nothing else. It gets its address by DHCP and its user-data by
 * cloud-init from the instance metadata, and everything else from those. Needs root.
 *
 * What namespaces can't give, because the kernel is shared: kernel modules, settings outside of `net.`,
 * the clock, the audit subsystem, controllers of control groups.
 */
export class StockMachine {
  readonly name: string;
  private init: ChildProcess | undefined;
  private complaints = '';
  private readonly cgroup: string;
  private readonly loop: string | undefined;

  constructor(private readonly options: StockMachineOptions) {
    this.name = options.name;
    const { scratch, image } = options;
    this.cgroup = join(unifiedCgroup(), options.networkNamespace);
    for (const folder of ['root', 'work', 'merged']) mkdirSync(join(scratch, folder));
    // A disk of its own for /var: the layers of containers can't lie on layers.
    run('cp', ['-a', join(image.root, 'var'), join(scratch, 'var')]);
    mkdirSync(join(scratch, 'root/etc/ssl/certs'), { recursive: true });
    const trusted = readFileSync(join(image.root, 'etc/ssl/certs/ca-certificates.crt'), 'utf8');
    writeFileSync(join(scratch, 'root/etc/ssl/certs/ca-certificates.crt'), trusted + options.ca);
    mkdirSync(join(scratch, 'root/etc/cloud/cloud.cfg.d'), { recursive: true });
    // No firmware says "EC2" here.
    writeFileSync(
      join(scratch, 'root/etc/cloud/cloud.cfg.d/90-test.cfg'),
      'datasource_list: [ Ec2 ]\ndatasource: {Ec2: {strict_id: false}}\n',
    );
    // The kubelet reads the kernel's log; in the journal it would be the log of this machine.
    const journal = join(scratch, 'root/etc/systemd/journald.conf.d');
    mkdirSync(journal, { recursive: true });
    writeFileSync(join(journal, '10-test.conf'), '[Journal]\nReadKMsg=no\n');
    // The console is a file here, for what is written to it.
    mkdirSync(join(scratch, 'root/etc/systemd/system'), { recursive: true });
    symlinkSync('/dev/null', join(scratch, 'root/etc/systemd/system/console-getty.service'));
    writeFileSync(this.consoleFile, '');
    if (options.dataVolumeId !== undefined) {
      const disk = join(scratch, 'data.img');
      writeFileSync(disk, '');
      truncateSync(disk, 2 ** 30);
      this.loop = run('losetup', ['--find', '--show', disk]).trim();
    }
  }

  /** What was written to the machine's console, as EC2 shows it. */
  get console(): string {
    return readFileSync(this.consoleFile, 'utf8');
  }

  /** Turns the machine on. Resolves when systemd answers; boot goes on by itself. */
  async powerOn(): Promise<void> {
    if (this.init) throw new Error(`${this.name} is on`);
    mkdirSync(this.cgroup, { recursive: true });
    const { options } = this;
    const init = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'nsenter', `--net=/run/netns/${options.networkNamespace}`],
        ...['unshare', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'],
        ...['sh', '-euc', bootScript],
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          PATH: process.env.PATH,
          IMAGE: options.image.root,
          S: options.scratch,
          CGROUP: this.cgroup,
          DISK: this.loop ?? '',
          DISK_LINK:
            options.dataVolumeId === undefined
              ? ''
              : `nvme-Amazon_Elastic_Block_Store_${options.dataVolumeId.replace('-', '')}`,
        },
      },
    );
    this.init = init;
    init.stderr.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
    await waitUntil(`${this.name}: systemd`, 60, async () => {
      if (init.exitCode !== null) throw new Error(`${this.name}: ${this.complaints}`);
      if (this.firstProcess() === '') return false;
      const { stdout, stderr } = await this.exec(['systemctl', 'is-system-running']);
      this.complaints = stderr;
      return /^(initializing|starting|running|degraded)/.test(stdout);
    });
  }

  /** Takes the power away: every process ends at once, by SIGKILL. */
  async powerOff(): Promise<void> {
    const init = this.init;
    if (!init) return;
    if (init.exitCode === null && init.signalCode === null) {
      const ended = new Promise((resolve) => init.once('close', resolve));
      init.kill('SIGKILL');
      await ended;
    }
    this.init = undefined;
    await this.waitForEnd();
  }

  /** Shuts down as `systemctl poweroff` does; resolves with the seconds that it took. */
  async shutDown(): Promise<number> {
    const init = this.init;
    if (!init) throw new Error(`${this.name} is off`);
    const begin = Date.now();
    await this.exec(['systemctl', 'poweroff', '--no-block']);
    await waitUntil(
      `${this.name}: shutdown`,
      150,
      () => init.exitCode !== null || init.signalCode !== null,
    );
    this.init = undefined;
    await this.waitForEnd();
    return (Date.now() - begin) / 1000;
  }

  /** Ends the machine for good. */
  async remove(): Promise<void> {
    await this.powerOff();
    if (this.loop !== undefined) tryRun('losetup', ['--detach', this.loop]);
  }

  /** Runs a program on the machine, as root. */
  async exec(command: readonly string[], timeoutSeconds = 120): Promise<Finished> {
    const first = this.firstProcess();
    if (first === '') throw new Error(`${this.name} is off`);
    const enter = ['-t', first, '-m', '-u', '-i', '-n', '-p', '-C', '--'];
    return runAside('nsenter', [...enter, 'env', '-i', `PATH=${path}`, ...command], timeoutSeconds);
  }

  /** Runs a script on the machine. @throws Error when it fails */
  async shell(script: string, timeoutSeconds = 120): Promise<string> {
    const { status, stdout, stderr } = await this.exec(['sh', '-euc', script], timeoutSeconds);
    if (status !== 0) throw new Error(`${this.name}: ${script}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Properties of a unit. */
  async show<const P extends string>(
    unit: string,
    properties: readonly P[],
  ): Promise<Readonly<Record<P, string>>> {
    const args = properties.flatMap((property) => ['-p', property]);
    const { stdout } = await this.exec(['systemctl', 'show', ...args, unit]);
    const found = new Map(
      stdout.split('\n').map((line): [string, string] => {
        const end = line.indexOf('=');
        return [line.slice(0, end), line.slice(end + 1)];
      }),
    );
    const values = properties.map((property) => [property, found.get(property) ?? '']);
    return Object.fromEntries(values) as Record<P, string>;
  }

  /** The journal of one unit, or of all, since the machine was turned on. */
  async journal(unit?: string): Promise<string> {
    const of = unit === undefined ? [] : ['-u', unit];
    const { stdout } = await this.exec(['journalctl', '-b', '-o', 'cat', '--no-pager', ...of]);
    return stdout;
  }

  /** A file of the machine. */
  async read(file: string): Promise<string> {
    return this.shell(`cat ${file}`);
  }

  private get consoleFile(): string {
    return join(this.options.scratch, 'console');
  }

  private async waitForEnd(): Promise<void> {
    await waitUntil(`${this.name}: end of its processes`, 60, () => {
      const events = join(this.cgroup, 'cgroup.events');
      if (existsSync(events) && !readFileSync(events, 'utf8').includes('populated 0')) return false;
      return tryRun('find', [this.cgroup, '-depth', '-type', 'd', '-delete']).status === 0;
    });
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
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function unifiedCgroup(): string {
  const found = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((folder) =>
    existsSync(join(folder, 'cgroup.procs')),
  );
  if (found === undefined) throw new Error('no cgroup v2 hierarchy');
  return found;
}

/** What the firmware, the initramfs and the kernel leave behind for the first process. */
const bootScript = String.raw`
echo 0 >"$CGROUP/cgroup.procs"
hostname localhost
exec unshare --cgroup sh -euc '
mount --make-rprivate /
cd "$S"
m=$S/merged
mount -t overlay overlay -o "lowerdir=$IMAGE,upperdir=$S/root,workdir=$S/work" "$m"
mount --bind "$S/var" "$m/var"
mount -t proc -o nosuid,nodev,noexec proc "$m/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$m/sys"
mount -t cgroup2 cgroup2 "$m/sys/fs/cgroup"
mount -t tmpfs -o mode=0755,nosuid tmpfs "$m/dev"
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$m/run"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$m/tmp"
for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0" "kmsg 1 11"; do
  set -- $device
  mknod -m 0666 "$m/dev/$1" c $2 $3
done
mkdir "$m/dev/pts" "$m/dev/shm" "$m/dev/mqueue" "$m/dev/disk" "$m/dev/disk/by-id"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$m/dev/pts"
ln -s pts/ptmx "$m/dev/ptmx"
ln -s /proc/self/fd "$m/dev/fd"
ln -s /proc/self/fd/0 "$m/dev/stdin"
ln -s /proc/self/fd/1 "$m/dev/stdout"
ln -s /proc/self/fd/2 "$m/dev/stderr"
: >"$m/dev/console"
mount --bind "$S/console" "$m/dev/console"
if [ -n "$DISK" ]; then
  mknod -m 0660 "$m/dev/nvme1n1" b $((0x$(stat -c %t "$DISK"))) $((0x$(stat -c %T "$DISK")))
  ln -s ../../nvme1n1 "$m/dev/disk/by-id/$DISK_LINK"
fi
# Settings of the kernel belong to all machines here, but for those of the network; of those that the
# kubelet insists on each machine has its own, for the eye.
mkdir "$m/run/kernel"
settings=
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
  kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  copy=$m/run/kernel/$(basename "$setting")
  cat "/proc/sys/$setting" >"$copy"
  settings="$settings $setting"
done
mount --bind "$m/proc/sys" "$m/proc/sys"
mount --bind "$m/proc/sys/net" "$m/proc/sys/net"
mount -o remount,bind,ro "$m/proc/sys"
for setting in $settings; do
  mount --bind "$m/run/kernel/$(basename "$setting")" "$m/proc/sys/$setting"
done
cd "$m"
mkdir -p "$m/mnt"
pivot_root . mnt
mount --make-rprivate /
umount -l /mnt
mount --make-rshared /
exec env -i container=namespaces PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set=-sys_module,-sys_time,-sys_rawio,-wake_alarm,-block_suspend \
  /lib/systemd/systemd --system --log-target=journal --show-status=no
'
`;
