import { describe, expect, it } from '@jest/globals';
import { planHostFirewall } from '../../lib/machine/host-firewall';
import type { MachineRole } from '../../lib/machine/machine-config';
import { renderNftables } from '../../lib/machine/render-nftables';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { planNetwork } from '../../lib/network/plan-network';

const roles: readonly MachineRole[] = ['bastion', 'etcd', 'control-plane', 'worker'];
const blueprint = makeBlueprint();

describe('planHostFirewall', () => {
  it.each(roles)('has every row of the port matrix that begins or ends at the %s tier', (role) => {
    const rows = planPortMatrix(blueprint).flatMap(({ id, from, to, ports }) => [
      ...(to.kind === 'tier' && to.tier === role && ports.from !== 30000 ? [`in ${id}`] : []),
      ...(from.kind === 'tier' && from.tier === role ? [`out ${id}`] : []),
    ]);
    const rules = planHostFirewall(blueprint, role, planNetwork(blueprint)).rules.map(
      ({ direction, id }) => `${direction} ${id}`,
    );
    expect(rules.slice(0, -3).sort()).toEqual(rows.sort());
    expect(rules.slice(-3)).toEqual(['out dns-udp', 'out dns-tcp', 'out time']);
  });

  it('names what is reserved for members of etcd, and nothing else of their subnets', () => {
    const { rules } = planHostFirewall(blueprint, 'etcd', planNetwork(blueprint));
    expect(rules.find(({ id, direction }) => id === 'etcd-peers' && direction === 'in')).toEqual({
      id: 'etcd-peers',
      direction: 'in',
      peers: ['120', '152', '184', '216', '24', '248', '56', '88'].map(
        (third) => `10.0.${third}.0/28`,
      ),
      protocol: 'tcp',
      ports: '2380',
    });
  });

  it('never takes an address of the VPC for the internet', () => {
    for (const role of roles) {
      const open = planHostFirewall(blueprint, role, planNetwork(blueprint)).rules.filter(
        ({ peers }) => peers.includes('0.0.0.0/0'),
      );
      expect(open.map(({ direction, except }) => ({ direction, except }))).toEqual(
        open.map(() => ({ direction: 'out', except: ['10.0.0.0/16'] })),
      );
    }
  });

  it('counts clients of a load balancer, which may pass on their addresses', () => {
    const { rules } = planHostFirewall(blueprint, 'control-plane', planNetwork(blueprint));
    expect(rules.find(({ id }) => id === 'api-from-public-load-balancer')?.peers).toEqual([
      ...['112', '144', '16', '176', '208', '240', '48', '80'].map((third) => `10.0.${third}.0/21`),
      '203.0.113.0/24',
    ]);
  });

  it.each(roles)(
    'is the same on the %s tier whatever zones, pools and members there are',
    (role) => {
      const zones = ['a', 'b', 'c', 'd'].map((letter) => `eu-central-1${letter}`);
      const larger = makeBlueprint({
        zones,
        controlPlane: { machines: 4 },
        etcd: { members: 7 },
        workers: [{ name: 'general' }, { name: 'batch' }],
      });
      expect(planHostFirewall(larger, role, planNetwork(larger))).toEqual(
        planHostFirewall(blueprint, role, planNetwork(blueprint)),
      );
    },
  );

  it('leaves out networks that lie in another, which nftables refuses', () => {
    const overlapping = makeBlueprint({
      access: {
        apiCidrs: ['203.0.113.0/24', '203.0.113.7/32', '0.0.0.0/0'],
        sshCidrs: ['198.51.100.0/24'],
        nodePortCidrs: ['192.0.2.0/24', '192.0.2.128/25'],
      },
    });
    expect(
      planHostFirewall(overlapping, 'worker', planNetwork(overlapping)).nodePortClients,
    ).toEqual([{ ports: '30000-32767', peers: ['192.0.2.0/24'] }]);
    const { rules } = planHostFirewall(overlapping, 'control-plane', planNetwork(overlapping));
    expect(rules.find(({ id }) => id === 'api-from-public-load-balancer')?.peers).toEqual([
      '0.0.0.0/0',
    ]);
  });

  it('opens a part of the NodePorts, and exactly that, for a row with a narrower range', () => {
    const { addresses, portMatrix } = planNetwork(
      makeBlueprint({
        access: { apiCidrs: ['203.0.113.0/24'], nodePortCidrs: ['192.0.2.0/24'] },
        bastion: { access: 'none' },
      }),
    );
    const narrower = portMatrix.map((rule) =>
      rule.id === 'node-ports-from-outside' ? { ...rule, ports: { from: 30443, to: 30443 } } : rule,
    );
    const firewall = planHostFirewall(blueprint, 'worker', { addresses, portMatrix: narrower });
    expect(firewall.nodePortClients).toEqual([{ ports: '30443', peers: ['192.0.2.0/24'] }]);
    expect(renderNftables(firewall)).toContain(
      'fib daddr type local ip saddr 192.0.2.0/24 tcp dport 30443 accept comment "node-port-clients"',
    );
  });

  it('opens no SSH anywhere without an SSH bastion', () => {
    for (const access of ['session-manager', 'none'] as const) {
      const without = makeBlueprint({ bastion: { access } });
      for (const role of roles) {
        expect(
          planHostFirewall(without, role, planNetwork(without)).rules.filter(
            ({ ports }) => ports === '22',
          ),
        ).toEqual([]);
      }
    }
  });
});

describe('renderNftables', () => {
  it.each(roles)('drops by default in every direction that the %s tier decides on', (role) => {
    const text = renderNftables(planHostFirewall(blueprint, role, planNetwork(blueprint)));
    const policies = [...text.matchAll(/hook (\w+) priority [^;]+; policy (\w+);/g)].map(
      ([, hook, policy]) => `${hook} ${policy}`,
    );
    const runsPods = role === 'control-plane' || role === 'worker';
    expect(policies).toEqual([
      'input drop',
      'output drop',
      ...(runsPods ? ['forward accept', 'prerouting accept'] : ['forward drop']),
    ]);
    expect(text).not.toMatch(/flush ruleset/);
    expect(text).not.toMatch(/\{ *\}/);
  });

  it('renders the whole ruleset of an etcd member', () => {
    expect(
      renderNftables(planHostFirewall(blueprint, 'etcd', planNetwork(blueprint))),
    ).toMatchSnapshot();
  });

  it('keeps instance metadata from pods and from people', () => {
    const worker = renderNftables(planHostFirewall(blueprint, 'worker', planNetwork(blueprint)));
    expect(worker).toContain('ip daddr 169.254.0.0/16 drop');
    for (const role of roles) {
      const text = renderNftables(planHostFirewall(blueprint, role, planNetwork(blueprint)));
      const people = text.indexOf('ip daddr 169.254.169.254 meta skuid { 1500, 1501 } drop');
      const machine = text.indexOf('ip daddr 169.254.169.254 tcp dport 80');
      expect(people).toBeGreaterThan(0);
      expect(people).toBeLessThan(machine);
    }
  });
});
