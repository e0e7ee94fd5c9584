import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, tryRun } from '../etcd/etcd-run';

/** A machine's place in the network. */
export interface StockHost {
  readonly name: string;
  readonly address: string;
  /** Length of its subnet's prefix, such as 21. */
  readonly prefix: number;
  /** First address of its subnet: the router. */
  readonly gateway: string;
  readonly hostName: string;
  readonly mac: string;
}

/** Addresses outside the machines that a socket of the test answers. */
export interface StockService {
  readonly address: string;
  readonly port: number;
  /** Names that lead to the address. */
  readonly names: readonly string[];
}

/**
 * The VPC of stock machines: a router in a namespace of its own with DHCP and DNS (dnsmasq), as EC2
 * gives them, and each machine behind its own interface. It filters nothing. What machines ask of
 * services ends at a Unix socket for each pair of machine and port, so that the test knows who asks.
 */
export class StockNetwork {
  private readonly id = randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0');
  private readonly router = `hcs${this.id}`;
  private readonly children: ChildProcess[] = [];

  constructor(
    private readonly folder: string,
    private readonly hosts: readonly StockHost[],
    services: readonly StockService[],
    names: Readonly<Record<string, string>>,
  ) {
    run('ip', ['netns', 'add', this.router]);
    this.inRouter('ip', 'link', 'set', 'lo', 'up');
    this.inRouter('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    for (const address of new Set([resolver, ...services.map((service) => service.address)])) {
      this.inRouter('ip', 'addr', 'add', `${address}/32`, 'dev', 'lo');
    }
    hosts.forEach((host, index) => {
      const namespace = this.namespaceOf(host.name);
      run('ip', ['netns', 'add', namespace]);
      this.inRouter(
        ...['ip', 'link', 'add', `m${index}`, 'type', 'veth'],
        ...['peer', 'name', 'ens5', 'address', host.mac, 'netns', namespace],
      );
      this.inRouter('ip', 'addr', 'add', `${host.gateway}/${host.prefix}`, 'dev', `m${index}`);
      this.inRouter('ip', 'link', 'set', `m${index}`, 'up');
    });
    this.startDnsmasq(services, names);
    this.startForwarder(services);
  }

  /** Network namespace of a machine. */
  namespaceOf(name: string): string {
    return `${this.router}-${name}`;
  }

  /** The Unix socket at which what a machine asks of a port arrives. */
  socketOf(name: string, port: number): string {
    const host = this.hosts.find((candidate) => candidate.name === name);
    return join(this.folder, `${host?.address ?? ''}-${port}.sock`);
  }

  /** Cuts the machine's way to every service and machine, or gives it back. */
  setLink(name: string, state: 'up' | 'down'): void {
    const index = this.hosts.findIndex((host) => host.name === name);
    this.inRouter('ip', 'link', 'set', `m${index}`, state);
  }

  remove(): void {
    for (const child of this.children) child.kill('SIGKILL');
    for (const { name } of this.hosts) tryRun('ip', ['netns', 'del', this.namespaceOf(name)]);
    tryRun('ip', ['netns', 'del', this.router]);
  }

  private inRouter(...command: readonly string[]): void {
    run('ip', ['netns', 'exec', this.router, ...command]);
  }

  private startInRouter(...command: readonly string[]): void {
    this.children.push(
      spawn('setpriv', ['--pdeathsig', 'KILL', 'ip', 'netns', 'exec', this.router, ...command], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
  }

  private startDnsmasq(
    services: readonly StockService[],
    names: Readonly<Record<string, string>>,
  ): void {
    const lines = [
      'no-resolv',
      'no-hosts',
      'no-daemon',
      'port=53',
      `listen-address=${resolver}`,
      'bind-dynamic',
      `dhcp-leasefile=${join(this.folder, 'leases')}`,
      'user=root',
      'dhcp-authoritative',
      'quiet-dhcp',
      'log-facility=/dev/null',
      ...services.flatMap(({ address, names: known }) =>
        known.map((name) => `address=/${name}/${address}`),
      ),
      ...Object.entries(names).map(([name, address]) => `address=/${name}/${address}`),
      ...this.hosts.flatMap(({ address, hostName, mac, gateway, prefix }, index) => [
        `interface=m${index}`,
        `dhcp-range=set:m${index},${networkOf(address, prefix)},static,${maskOf(prefix)},1h`,
        `dhcp-host=${mac},${address},set:m${index}`,
        `dhcp-option=tag:m${index},option:router,${gateway}`,
        `dhcp-option=tag:m${index},option:dns-server,${resolver}`,
        `dhcp-option=tag:m${index},option:domain-name,${hostName.replace(/^[^.]*\./, '')}`,
        `address=/${hostName}/${address}`,
      ]),
    ];
    const file = join(this.folder, 'dnsmasq.conf');
    writeFileSync(file, `${lines.join('\n')}\n`);
    this.startInRouter('dnsmasq', '-C', file);
  }

  private startForwarder(services: readonly StockService[]): void {
    const listeners = services.map(({ address, port }) => `${address}:${port}`);
    this.startInRouter('python3', '-c', forwarder, this.folder, ...listeners);
  }
}

/** The VPC's resolver, second address of the range of the default network. */
const resolver = '10.0.0.2';

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

function maskOf(prefix: number): string {
  return toAddress(2 ** 32 - 2 ** (32 - prefix));
}

function networkOf(address: string, prefix: number): string {
  const size = 2 ** (32 - prefix);
  return toAddress(Math.floor(toNumber(address) / size) * size);
}

/** Carries each connection to the socket of its machine and port; without one it is refused. */
const forwarder = String.raw`
import asyncio, sys
folder, *listeners = sys.argv[1:]
# The loop itself holds tasks weakly.
carrying = set()

async def pump(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except (OSError, RuntimeError):
        writer.close()

async def carry(reader, writer):
    task = asyncio.current_task()
    carrying.add(task)
    task.add_done_callback(carrying.discard)
    host = writer.get_extra_info("peername")[0]
    port = writer.get_extra_info("sockname")[1]
    try:
        inner, outer = await asyncio.open_unix_connection(f"{folder}/{host}-{port}.sock")
    except OSError:
        writer.transport.abort()
        return
    await asyncio.gather(pump(reader, outer), pump(inner, writer))
    for each in (writer, outer):
        each.close()

async def main():
    for listener in listeners:
        address, port = listener.split(":")
        await asyncio.start_server(carry, address, int(port))
    await asyncio.Event().wait()

asyncio.run(main())
`;
