import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { MachineConfig } from '../../../lib/machine/machine-config';
import { shell, type MachineNetwork } from './machine-network';

/** A recorded session as the collector wrote it. */
export interface Recording {
  readonly file: string;
  readonly mode: number;
  readonly uid: number;
  readonly header: Readonly<Record<string, unknown>>;
  readonly events: readonly (readonly [number, string, string])[];
}

/**
 * A machine's files laid over the host's own programs in a mount namespace, with the real SSH server
 * and the session collector running on a host of the test network.
 */
export class MachineView {
  private readonly folder: string;
  private readonly log: string;

  constructor(
    private readonly network: MachineNetwork,
    private readonly host: string,
    machine: MachineConfig,
  ) {
    this.folder = join(network.folder, host);
    for (const { path, content, mode = '0644', template } of machine.files) {
      if (template === true) continue;
      const file = join(this.folder, 'tree', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      chmodSync(file, parseInt(mode, 8));
    }
    mkdirSync(this.sessions, { recursive: true });
    this.log = network.start(host, `exec unshare -m sh -eu -c "$1" sh "$2"`, setup, this.folder);
  }

  private get sessions(): string {
    return join(this.folder, 'sessions');
  }

  /** Waits until the SSH server and the collector listen. */
  async ready(): Promise<void> {
    await this.until('SSH server', () => this.network.connects(this.host, '127.0.0.1', 22));
    await this.until('collector', () => this.collects());
  }

  /** The last recording, once it is whole: the collector may write after the session has ended. */
  async lastRecording(): Promise<Recording> {
    let last: Recording | undefined;
    await this.until('whole recording', () => {
      last = this.recordings.at(-1);
      return last?.events.at(-1)?.[1] === 'x';
    });
    if (last === undefined) throw new Error('no recording');
    return last;
  }

  /** Whether the kernel knows a socket of the collector that takes connections. */
  private collects(): boolean {
    const file = join(this.folder, 'collector.pid');
    if (!existsSync(file)) return false;
    const sockets = readFileSync(`/proc/${readFileSync(file, 'utf8').trim()}/net/unix`, 'utf8');
    return / 00010000 .* \/run\/hardened-cluster-sessions\/collector$/m.test(sockets);
  }

  private async until(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 120_000;
    while (!(await ask())) {
      if (Date.now() > end) throw new Error(`no ${what} on ${this.host}: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** What the SSH server and the collector said. */
  get output(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** Recordings in the order of their names. */
  get recordings(): readonly Recording[] {
    return readdirSync(this.sessions)
      .sort()
      .map((name) => {
        const file = join(this.sessions, name);
        const [header = '{}', ...events] = readFileSync(file, 'utf8').trim().split('\n');
        const { mode, uid } = statSync(file);
        return {
          file: name,
          mode: mode & 0o777,
          uid,
          header: JSON.parse(header) as Recording['header'],
          events: events.map((line) => JSON.parse(line) as Recording['events'][number]),
        };
      });
  }

  /** Processes that record a session each, in the order of their ids. */
  get recorders(): readonly number[] {
    const pid = readFileSync(join(this.folder, 'collector.pid'), 'utf8').trim();
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children.split(' ').filter(Boolean).map(Number);
  }

  /** Ends the collector, by the process id that it left. */
  stopCollector(): void {
    const pid = readFileSync(join(this.folder, 'collector.pid'), 'utf8').trim();
    process.kill(Number(pid), 'SIGKILL');
  }

  startCollector(): void {
    writeFileSync(join(this.folder, 'start-collector'), '');
  }

  /** Append-only files can't be removed as they are. */
  remove(): void {
    shell('chattr -R -a "$1" 2>/dev/null || :', this.sessions);
  }
}

const setup = `
folder=$1
mount --make-rprivate /
cp -a /etc "$folder/etc"
cp -a "$folder/tree/etc/." "$folder/etc/"
mkdir -p "$folder/lib" "$folder/log/hardened-cluster" "$folder/home"
cp -a "$folder/tree/usr/local/lib/." "$folder/lib/"
mount --bind "$folder/etc" /etc
mount --bind "$folder/lib" /usr/local/lib
mount --bind "$folder/home" /home
mkdir -p "$folder/log/hardened-cluster/sessions"
mount --bind "$folder/log" /var/log
mount --bind "$folder/sessions" /var/log/hardened-cluster/sessions
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/sshd
systemd-sysusers /etc/sysusers.d/hardened-cluster-ssh-accounts.conf
systemd-tmpfiles --create /etc/tmpfiles.d/hardened-cluster-ssh-accounts.conf
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
/usr/sbin/sshd -t
/usr/sbin/sshd -D -e &
while :; do
  /usr/local/lib/hardened-cluster/collect-sessions &
  echo $! >"$folder/collector.pid"
  wait $! || :
  while [ ! -e "$folder/start-collector" ]; do sleep 0.1; done
  rm -f "$folder/start-collector"
done
`;
