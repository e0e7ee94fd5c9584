import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planHostFirewall } from '../../../lib/machine/host-firewall';
import type { MachineRole } from '../../../lib/machine/machine-config';
import { renderNftables } from '../../../lib/machine/render-nftables';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { canIsolate, MachineNetwork } from '../../support/machine/machine-network';
import { planNetwork } from '../../../lib/network/plan-network';

const blueprint = makeBlueprint({
  access: {
    apiCidrs: ['203.0.113.0/24', '203.0.113.7/32'],
    sshCidrs: ['198.51.100.0/24'],
    nodePortCidrs: ['192.0.2.0/24'],
  },
});
const rulesets = Object.fromEntries(
  (['bastion', 'etcd', 'control-plane', 'worker'] as const).map((role) => [
    role,
    renderNftables(planHostFirewall(blueprint, role, planNetwork(blueprint))),
  ]),
) as Readonly<Record<MachineRole, string>>;

/** Hosts with the addresses that the address plan gives them; those with a role have its firewall. */
const hosts = [
  { name: 'bastion', address: '10.0.16.10/21', role: 'bastion' },
  { name: 'etcd-0', address: '10.0.24.4/21', role: 'etcd' },
  { name: 'etcd-1', address: '10.0.56.4/21', role: 'etcd' },
  { name: 'control', address: '10.0.8.10/21', role: 'control-plane' },
  { name: 'worker', address: '10.0.32.10/21', role: 'worker' },
  { name: 'balancer', address: '10.0.16.20/21' },
  { name: 'ssh-user', address: '198.51.100.5/24' },
  { name: 'api-user', address: '203.0.113.5/24' },
  { name: 'web-user', address: '192.0.2.5/24' },
  { name: 'stranger', address: '100.64.0.5/24' },
] as const;

const listened = [22, 80, 443, 2379, 2380, 6443, 8080, 10250, 10255, 10256, 10257, 30080];

const machines = ['bastion', 'etcd-0', 'etcd-1', 'control', 'worker'];
const outsiders = ['ssh-user', 'api-user', 'web-user', 'stranger'];

/** Everything between these hosts and ports that is allowed; what is not listed must be refused. */
const allowed = [
  'ssh-user bastion 22',
  // The balancer stands in the bastion's subnet: only the security groups tell them apart.
  ...['bastion', 'balancer'].flatMap((from) =>
    machines.filter((to) => to !== 'bastion').map((to) => `${from} ${to} 22`),
  ),
  'control etcd-0 2379',
  'control etcd-1 2379',
  'etcd-0 etcd-1 2380',
  'etcd-1 etcd-0 2380',
  'worker control 6443',
  'balancer control 6443',
  'api-user control 6443',
  'control worker 10250',
  // HTTPS to the internet, for images and S3; never to an address of the VPC that is no endpoint.
  ...machines.flatMap((from) => outsiders.map((to) => `${from} ${to} 443`)),
  // Hosts without a firewall reach each other.
  ...['balancer', ...outsiders].flatMap((from) =>
    ['balancer', ...outsiders]
      .filter((to) => to !== from)
      .flatMap((to) => listened.map((port) => `${from} ${to} ${port}`)),
  ),
].sort();

const where = canIsolate() ? describe : describe.skip;

where('host firewalls, in network namespaces', () => {
  let network: MachineNetwork;

  beforeAll(async () => {
    network = new MachineNetwork(hosts);
    await Promise.all(hosts.map(({ name }) => network.listen(name, listened)));
    for (const host of hosts) {
      if ('role' in host) network.loadFirewall(host.name, rulesets[host.role]);
    }
  });
  afterAll(() => {
    network.remove();
  });

  it('let through exactly the flows of the port matrix', async () => {
    const rows = await Promise.all(
      hosts.map(async ({ name: from }) => {
        const targets = hosts
          .filter((to) => to.name !== from)
          .flatMap((to) =>
            listened.map((port) => ({
              row: `${from} ${to.name} ${port}`,
              target: `${network.addressOf(to.name)}:${port}`,
            })),
          );
        const reached = await network.reachable(
          from,
          targets.map(({ target }) => target),
        );
        return targets.filter(({ target }) => reached.has(target)).map(({ row }) => row);
      }),
    );
    expect(rows.flat().sort()).toEqual(allowed);
  });

  it('keep instance metadata from people and from pods, not from the machine itself', async () => {
    network.routeMetadata('ssh-user');
    expect(await network.connects('bastion', '169.254.169.254', 80)).toBe(true);
    expect(await network.connects('worker', '169.254.169.254', 80)).toBe(true);
    expect(await network.connects('bastion', '169.254.169.254', 80, 1501)).toBe(false);
    expect(await network.connects('etcd-0', '169.254.169.254', 80, 1500)).toBe(false);
    expect(await network.connects('bastion', '169.254.169.254', 8080)).toBe(false);
    // A pod: a namespace behind the worker.
    network.addPod('worker', '10.244.1.5');
    expect(await network.connects('pod', '169.254.169.254', 80)).toBe(false);
    expect(await network.connects('pod', network.addressOf('stranger'), 443)).toBe(true);
  });

  it('hold NodePorts for their clients, though the pod network rewrites the packets', async () => {
    await network.listen('pod', [8080]);
    const nat = `add table ip nodeports; add chain ip nodeports pre { type nat hook prerouting priority dstnat; }
      add rule ip nodeports pre fib daddr type local tcp dport 30080 dnat to 10.244.1.5:8080`;
    expect(network.run('worker', `nft '${nat}'`)).toMatchObject({ status: 0 });
    const worker = network.addressOf('worker');
    expect(await network.connects('web-user', worker, 30080)).toBe(true);
    expect(await network.connects('stranger', worker, 30080)).toBe(false);
    expect(await network.connects('api-user', worker, 30080)).toBe(false);
  });

  it('replace their own table only, and as a whole', () => {
    const other = 'add table ip cali; add chain ip cali x { type filter hook forward priority 0; }';
    expect(network.run('worker', `nft '${other}'`).status).toBe(0);
    const tables = () => network.run('worker', 'nft list tables').stdout.trim().split('\n').sort();
    const before = tables();
    expect(before).toEqual(
      expect.arrayContaining(['table inet hardened_cluster', 'table ip cali']),
    );
    network.loadFirewall('worker', rulesets.worker);
    network.loadFirewall('worker', rulesets.worker);
    expect(tables()).toEqual(before);
    const once = network.run('worker', 'nft list table inet hardened_cluster').stdout;
    network.loadFirewall('worker', rulesets.worker);
    expect(network.run('worker', 'nft list table inet hardened_cluster').stdout).toBe(once);
  });
});
