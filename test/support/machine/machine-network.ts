import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A machine of the test network: a network namespace behind a router that filters nothing. */
export interface NetworkHost {
  readonly name: string;
  /** Address with prefix, such as `10.0.24.4/21`. */
  readonly address: string;
}

/** Runs a command and throws with what it said when it fails. */
export function shell(script: string, ...args: readonly string[]): string {
  const run = spawnSync('sh', ['-ec', script, 'sh', ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${script}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

/**
 * Network namespaces around one router, each host in a network of its own: whether two of them can
 * talk is decided by nothing but their own firewalls.
 */
export class MachineNetwork {
  // Of its own: an earlier run that was cut off may have left its namespaces.
  private readonly prefix = `hc${randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0')}`;
  private readonly children: ChildProcess[] = [];
  private readonly extra: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'hc-network-'));

  constructor(readonly hosts: readonly NetworkHost[]) {
    const router = this.namespace('router');
    shell('ip netns add "$1"; ip -n "$1" link set lo up', router);
    shell('ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1', router);
    hosts.forEach(({ name, address }, index) => {
      const [ip = '', length = ''] = address.split('/');
      // The last but one address of the host's network would do; a /32 route needs none.
      const [a, b] = [`${this.prefix}a${index}`, `${this.prefix}b${index}`];
      shell(
        `ip netns add "$1"; ip -n "$1" link set lo up
         ip link add "$3" netns "$1" type veth peer name "$4" netns "$2"
         ip -n "$1" addr add "$5/$6" dev "$3"; ip -n "$1" link set "$3" up
         ip -n "$2" addr add 169.254.1.1/32 dev "$4"; ip -n "$2" link set "$4" up
         ip netns exec "$2" sysctl -qw net.ipv4.conf.$4.proxy_arp=1
         ip -n "$2" route add "$5/32" dev "$4"
         ip -n "$1" route add 169.254.1.1/32 dev "$3"
         ip -n "$1" route add default via 169.254.1.1 dev "$3" src "$5"
         ip -n "$1" route del "$(ip -n "$1" route show proto kernel dev "$3" | cut -d ' ' -f 1)" dev "$3"`,
        this.namespace(name),
        router,
        a,
        b,
        ip,
        length,
      );
    });
  }

  /** Address of a host. */
  addressOf(name: string): string {
    const host = this.hosts.find((candidate) => candidate.name === name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host.address.split('/')[0] ?? '';
  }

  /** Runs a command on a host. */
  run(name: string, script: string, ...args: readonly string[]) {
    return spawnSync(
      'ip',
      ['netns', 'exec', this.namespace(name), 'sh', '-c', script, 'sh', ...args],
      { encoding: 'utf8', timeout: 240_000 },
    );
  }

  /** Starts a command on a host that lives until `remove`; its output goes to a file. */
  start(name: string, script: string, ...args: readonly string[]): string {
    const log = join(this.folder, `${name}-${this.children.length}.log`);
    writeFileSync(log, '');
    const child = spawn(
      'ip',
      [
        'netns',
        'exec',
        this.namespace(name),
        'sh',
        '-c',
        `exec >"$0" 2>&1\n${script}`,
        log,
        ...args,
      ],
      { stdio: 'ignore', detached: true },
    );
    this.children.push(child);
    return log;
  }

  /** Listens on all these ports of a host, and resolves when it does. */
  async listen(name: string, ports: readonly number[]): Promise<void> {
    const log = this.start(name, 'exec python3 -c "$1" $2', listener, ports.join(' '));
    const end = Date.now() + 120_000;
    while (!readFileSync(log, 'utf8').includes('listening')) {
      if (Date.now() > end) throw new Error(`${name}: ${readFileSync(log, 'utf8')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Loads a ruleset on a host. */
  loadFirewall(name: string, ruleset: string): void {
    const file = this.write(`${name}.nft`, ruleset);
    const { status, stderr } = this.run(name, 'nft -c -f "$1" && nft -f "$1"', file);
    if (status !== 0) throw new Error(stderr);
  }

  /** Which of `address:port` a host reaches by TCP, all tried at once, as a user of that number. */
  async reachable(from: string, targets: readonly string[], uid = 0): Promise<ReadonlySet<string>> {
    return new Promise((resolve, reject) => {
      const child = spawn(
        'ip',
        [
          'netns',
          'exec',
          this.namespace(from),
          'python3',
          '-c',
          connector,
          String(uid),
          ...targets,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.on('error', reject);
      child.on('close', () => {
        resolve(new Set(output.split('\n').filter((line) => line !== '')));
      });
    });
  }

  /** Whether a host reaches one address. */
  async connects(from: string, address: string, port: number, uid = 0): Promise<boolean> {
    return (await this.reachable(from, [`${address}:${port}`], uid)).size === 1;
  }

  /** Lets one host answer for the instance metadata of all. */
  routeMetadata(host: string): void {
    const index = this.hosts.findIndex(({ name }) => name === host);
    shell(
      `ip -n "$1" addr add 169.254.169.254/32 dev lo
       ip -n "$2" route add 169.254.169.254/32 via "$3" dev "$4"`,
      this.namespace(host),
      this.namespace('router'),
      this.addressOf(host),
      `${this.prefix}b${index}`,
    );
  }

  /** A namespace behind a host, as a pod network makes one; called `pod`. */
  addPod(host: string, address: string): void {
    const index = this.hosts.findIndex(({ name }) => name === host);
    this.extra.push('pod');
    shell(
      `ip netns add "$1"; ip -n "$1" link set lo up
       ip link add eth0 netns "$1" type veth peer name cali0 netns "$2"
       ip -n "$1" addr add "$3/32" dev eth0; ip -n "$1" link set eth0 up
       ip -n "$1" route add 169.254.1.1/32 dev eth0; ip -n "$1" route add default via 169.254.1.1
       ip -n "$2" addr add 169.254.1.1/32 dev cali0; ip -n "$2" link set cali0 up
       ip -n "$2" route add "$3/32" dev cali0
       ip netns exec "$2" sysctl -qw net.ipv4.ip_forward=1
       ip -n "$4" route add "$3/32" via "$5" dev "$6"`,
      this.namespace('pod'),
      this.namespace(host),
      address,
      this.namespace('router'),
      this.addressOf(host),
      `${this.prefix}b${index}`,
    );
  }

  write(name: string, content: string, mode = 0o644): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
    return file;
  }

  remove(): void {
    for (const { pid } of this.children) {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    for (const name of ['router', ...this.extra, ...this.hosts.map((host) => host.name)]) {
      spawnSync('ip', ['netns', 'del', this.namespace(name)]);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Name of a host's network namespace. */
  namespace(name: string): string {
    return `${this.prefix}-${name}`;
  }
}

/** Listens on ports, takes every connection and ends it. */
const listener = `
import selectors, socket, sys
selector = selectors.DefaultSelector()
for port in map(int, sys.argv[1:]):
    server = socket.create_server(("0.0.0.0", port))
    selector.register(server, selectors.EVENT_READ)
print("listening", flush=True)
while True:
    for key, _ in selector.select():
        key.fileobj.accept()[0].close()
`;

/**
 * Tries all targets at once and prints those that answered within four seconds. What the kernel has
 * by then counts, however late a busy machine lets this program look.
 */
const connector = `
import errno, os, selectors, socket, sys, time
os.setuid(int(sys.argv[1]))
selector = selectors.DefaultSelector()
for target in sys.argv[2:]:
    address, port = target.split(":")
    client = socket.socket()
    client.setblocking(False)
    if client.connect_ex((address, int(port))) in (0, errno.EINPROGRESS):
        selector.register(client, selectors.EVENT_WRITE, target)
end = time.monotonic() + 4
late = False
while selector.get_map() and not late:
    late = time.monotonic() >= end
    for key, _ in selector.select(0 if late else 0.2):
        selector.unregister(key.fileobj)
        if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            print(key.data)
        key.fileobj.close()
`;

/** Network namespaces and mounts need root. */
export function canIsolate(): boolean {
  const name = `hctry${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name]).status === 0;
  if (made) spawnSync('ip', ['netns', 'del', name]);
  if (!made && process.env.CI === 'true') throw new Error('no network namespaces on this machine');
  return made;
}
