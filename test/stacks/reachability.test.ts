import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import { planAddresses } from '../../lib/network/address-plan';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import type { Peer, PortMatrix, PortRule, Tier } from '../../lib/network/port-matrix';
import { checkPortMatrix } from '../../stacks/network/check-port-matrix';
import { ClusterFirewall } from '../../stacks/network/cluster-firewall';
import { PrivateNetwork } from '../../stacks/network/private-network';
import { makeBlueprint, minimalInput } from '../support/cluster/blueprint-inputs';
import { recordRun } from '../support/cluster/mocks';
import {
  addressIn,
  ReachabilityModel,
  within,
  type Flow,
  type Host,
  type Wire,
} from '../support/cluster/reachability';

const tiers: readonly Tier[] = [
  'public-load-balancer',
  'internal-load-balancer',
  'bastion',
  'control-plane',
  'worker',
  'etcd',
  'endpoints',
];

/** Where the design puts each tier. */
const places = {
  'public-load-balancer': { kind: 'public', isPublic: true },
  bastion: { kind: 'public', isPublic: true },
  'internal-load-balancer': { kind: 'control-plane', isPublic: false },
  'control-plane': { kind: 'control-plane', isPublic: false },
  worker: { kind: 'private', isPublic: false },
  endpoints: { kind: 'private', isPublic: false },
  etcd: { kind: 'etcd', isPublic: false },
} as const;

/** Both ends of what clients, NAT, load balancers and masqueraded pods connect from, and the middle. */
const clientPorts = [1024, 2000, 32767, 40000, 65535];

const isTier = (peer: Peer, tier: Tier) => peer.kind === 'tier' && peer.tier === tier;

interface Scene {
  readonly model: ReachabilityModel;
  /** One host of each tier in each zone. */
  readonly hosts: readonly { readonly tier: Tier; readonly host: Host }[];
}

async function build(blueprint: Blueprint, portMatrix: PortMatrix): Promise<Scene> {
  const { vpc, subnets } = planAddresses(blueprint);
  const { natGateways } = blueprint.network;
  const { resources } = await recordRun(() => {
    const network = new PrivateNetwork('net', {
      vpcCidr: vpc,
      subnets,
      natGateways,
      portMatrix,
      tags: {},
    });
    new ClusterFirewall('fw', {
      vpcId: network.vpcId,
      portMatrix,
      s3PrefixListId: 'pl-s3',
      tags: {},
    });
    return {};
  });
  const hosts = subnets.flatMap((zone) =>
    tiers.map((tier, index) => {
      const { kind, isPublic } = places[tier];
      return {
        tier,
        host: {
          address: addressIn(zone[kind], 10 + index),
          subnet: `net-${kind}-${zone.zone}-id`,
          securityGroup: `fw-${tier}-id`,
          isPublic,
        },
      };
    }),
  );
  return { model: new ReachabilityModel(resources), hosts };
}

/** What may be reached from outside by the standard, whatever the matrix says. */
const openPorts: Readonly<Partial<Record<Tier, (port: number) => boolean>>> = {
  'public-load-balancer': (port) => port === 6443 || (port >= 30000 && port <= 32767),
  worker: (port) => port >= 30000 && port <= 32767,
  bastion: (port) => port === 22,
};

/** Ports worth a probe: those of any rule and their neighbours, and those of Kubernetes. */
function probes(matrix: PortMatrix): readonly Flow[] {
  const ports = new Set([
    ...[1, 22, 53, 80, 443, 2379, 2380, 2381, 4789, 6443, 8080, 9099],
    ...[10250, 10255, 10256, 10257, 10259, 29999, 30000, 32767, 32768, 51820, 65535],
    ...matrix.flatMap(({ ports: { from, to } }) => [from - 1, from, to, to + 1]),
  ]);
  return [...ports]
    .filter((port) => port >= 1 && port <= 65535)
    .flatMap((port) => [{ protocol: 'tcp', port } as const, { protocol: 'udp', port } as const]);
}

const cidrsOf = (matrix: PortMatrix): readonly string[] =>
  matrix.flatMap(({ from, to }) =>
    [from, to].flatMap((peer) => (peer.kind === 'cidrs' ? peer.cidrs : [])),
  );

/** Everything that breaks the promise of the design; empty when nothing does. */
function violations({ model, hosts }: Scene, matrix: PortMatrix): string[] {
  const flows = probes(matrix);
  const sources = ['192.0.2.66', '8.8.8.8', ...cidrsOf(matrix).map((cidr) => addressIn(cidr, 1))];
  const named = (source: string, tier: Tier, port: number) =>
    matrix.some(
      ({ from, to, ports }) =>
        from.kind === 'cidrs' &&
        to.kind === 'tier' &&
        to.tier === tier &&
        ports.from <= port &&
        port <= ports.to &&
        from.cidrs.some((cidr) => within(source, cidr)),
    );
  const outside = sources.flatMap((source) =>
    hosts.flatMap(({ tier, host }) =>
      flows
        .filter((flow) => model.fromOutside(source, host, flow))
        .filter(
          ({ protocol, port }) =>
            protocol !== 'tcp' || !openPorts[tier]?.(port) || !named(source, tier, port),
        )
        .map(({ protocol, port }) => `${source} reaches ${tier} on ${protocol} ${port}`),
    ),
  );
  const etcd = hosts.filter(({ tier }) => tier === 'etcd');
  const allowed: Readonly<Record<number, Tier>> = {
    22: 'bastion',
    2379: 'control-plane',
    2380: 'etcd',
  };
  const inside = hosts.flatMap((from) =>
    etcd.flatMap((to) =>
      flows
        .filter((flow) => model.between(from.host, to.host, flow))
        .filter(({ protocol, port }) => protocol !== 'tcp' || allowed[port] !== from.tier)
        .map(({ protocol, port }) => `${from.tier} reaches etcd on ${protocol} ${port}`),
    ),
  );
  const out = etcd.flatMap(({ host }) =>
    flows.filter((flow) => model.toOutside(host, '8.8.8.8', flow)).map(() => 'etcd reaches out'),
  );
  return [...outside, ...inside, ...out];
}

const peer: fc.Arbitrary<Peer> = fc.oneof(
  fc.constantFrom(...tiers).map((tier): Peer => ({ kind: 'tier', tier })),
  fc.constantFrom('0.0.0.0/0', '203.0.113.0/24', '10.0.0.0/8', 'nonsense').map((cidr): Peer => ({
    kind: 'cidrs',
    name: 'api-clients',
    cidrs: [cidr],
  })),
  fc.constant<Peer>({ kind: 'prefix-list', service: 's3' }),
);

const rule: fc.Arbitrary<PortRule> = fc.record({
  id: fc.constantFrom('edit-a', 'edit-b', 'etcd-clients'),
  from: peer,
  to: peer,
  ports: fc
    .tuple(
      fc.constantFrom(0, 1, 22, 443, 2379, 2380, 6443, 10250, 30000),
      fc.constantFrom(0, 1, 3000),
    )
    .map(([from, more]) => ({ from, to: from + more })),
  protocol: fc.constantFrom('tcp', 'udp'),
  why: fc.constantFrom('An edit', ''),
  clauses: fc.constant([]),
});

type Edit = (matrix: PortMatrix) => PortMatrix;

const edit: fc.Arbitrary<Edit> = fc.oneof(
  rule.map((added): Edit => (matrix) => [...matrix, added]),
  fc.nat(40).map(
    (index): Edit =>
      (matrix) =>
        matrix.filter((_, at) => at !== index),
  ),
  fc.tuple(fc.nat(40), rule).map(
    ([index, changes]): Edit =>
      (matrix) =>
        matrix.map((old, at) =>
          at === index ? { ...old, from: changes.from, ports: changes.ports } : old,
        ),
  ),
);

const configuration = fc
  .record({
    zones: fc.integer({ min: 1, max: 3 }),
    apiCidrs: fc.subarray(['203.0.113.0/24', '0.0.0.0/0', '192.0.2.0/25']),
    nodePortCidrs: fc.subarray(['203.0.113.0/24', '0.0.0.0/0']),
    nodePorts: fc.subarray([30080, 32767]),
    access: fc.constantFrom('ssh', 'session-manager', 'none'),
    podEncryption: fc.constantFrom('none', 'wireguard'),
    natGateways: fc.constantFrom('per-zone', 'single'),
  } as const)
  .map(({ zones, apiCidrs, nodePortCidrs, nodePorts, access, podEncryption, natGateways }) =>
    makeBlueprint({
      zones: ['a', 'b', 'c'].slice(0, zones).map((letter) => `eu-central-1${letter}`),
      access: { apiCidrs, nodePortCidrs, sshCidrs: ['198.51.100.0/24'] },
      bastion: { ...minimalInput.bastion, access },
      network: { podEncryption, natGateways },
      workers: [{ name: 'general', nodePorts }],
    }),
  );

describe('reachability', () => {
  test('lets every flow of the matrix through, in any configuration', async () => {
    await fc.assert(
      fc.asyncProperty(configuration, async (blueprint) => {
        const matrix = planPortMatrix(blueprint);
        const { model, hosts } = await build(blueprint, matrix);
        for (const { id, from, to, ports, protocol } of matrix) {
          const flow = { protocol, port: ports.from };
          const reaches = (connects: (wire: Wire) => boolean) => {
            const failed = clientPorts.filter((clientPort) => !connects({ clientPort }));
            expect([id, failed]).toEqual([id, []]);
          };
          const sources = hosts.filter(({ tier }) => from.kind === 'tier' && tier === from.tier);
          const targets = hosts.filter(({ tier }) => to.kind === 'tier' && tier === to.tier);
          for (const source of sources) {
            for (const target of targets) {
              reaches((wire) => model.between(source.host, target.host, flow, wire));
            }
            if (to.kind === 'cidrs' && source.tier !== 'bastion') {
              reaches((wire) => model.toOutside(source.host, '8.8.8.8', flow, wire));
            }
          }
          for (const target of targets) {
            if (from.kind !== 'cidrs' || !target.host.isPublic) continue;
            for (const cidr of from.cidrs) {
              const client = addressIn(cidr, 1);
              reaches((wire) => model.fromOutside(client, target.host, flow, wire));
              // What the public load balancer passes on carries the address of the client.
              for (const { to: end } of matrix.filter(
                (row) =>
                  row.ports.from === ports.from &&
                  target.tier === 'public-load-balancer' &&
                  isTier(row.from, target.tier),
              )) {
                for (const { host } of hosts.filter(({ tier }) => isTier(end, tier))) {
                  reaches((wire) =>
                    model.between(target.host, host, flow, { ...wire, source: client }),
                  );
                }
              }
            }
          }
        }
      }),
      { numRuns: 12, seed: 20261122 },
    );
  }, 600_000);

  test('keeps the promise, or refuses, whatever is edited into the matrix', async () => {
    let refused = 0;
    let built = 0;
    await fc.assert(
      fc.asyncProperty(
        configuration,
        fc.array(edit, { maxLength: 3 }),
        async (blueprint, edits) => {
          const matrix = edits.reduce<PortMatrix>(
            (m, change) => change(m),
            planPortMatrix(blueprint),
          );
          if (checkPortMatrix(matrix).length > 0) {
            refused += 1;
            const register = () =>
              new ClusterFirewall('fw', {
                vpcId: 'v',
                portMatrix: matrix,
                s3PrefixListId: 'p',
                tags: {},
              });
            expect(register).toThrow(/^ClusterFirewall: portMatrix/);
            return;
          }
          built += 1;
          expect(violations(await build(blueprint, matrix), matrix)).toEqual([]);
        },
      ),
      { numRuns: 40, seed: 20261122 },
    );
    // Both ends of the property were met.
    expect(refused).toBeGreaterThan(3);
    expect(built).toBeGreaterThan(3);
  }, 600_000);

  test.each<[string, Partial<PortRule>, string]>([
    ['the API server itself', { to: { kind: 'tier', tier: 'control-plane' } }, 'control-plane'],
    [
      'a kubelet',
      { to: { kind: 'tier', tier: 'worker' }, ports: { from: 10250, to: 10250 } },
      'worker',
    ],
    ['etcd', { to: { kind: 'tier', tier: 'etcd' }, ports: { from: 2379, to: 2379 } }, 'etcd'],
  ])('refuses a way from outside to %s', (_what, changes, tier) => {
    const [first, ...rest] = planPortMatrix(makeBlueprint());
    if (!first) throw new Error('an empty matrix');
    const problems = checkPortMatrix([{ ...first, ...changes }, ...rest]);
    expect(problems.map(({ got }) => JSON.stringify(got))).toContainEqual(
      expect.stringContaining(tier === 'etcd' ? '2379' : tier),
    );
  });

  test('the model sees a hole that a rule would make', async () => {
    const blueprint = makeBlueprint();
    const matrix = planPortMatrix(blueprint);
    const { vpc, subnets } = planAddresses(blueprint);
    const scene = await build(blueprint, matrix);
    const { resources } = await recordRun(() => {
      const network = new PrivateNetwork('net', {
        vpcCidr: vpc,
        subnets,
        natGateways: 'single',
        portMatrix: matrix,
        tags: {},
      });
      new ClusterFirewall('fw', {
        vpcId: network.vpcId,
        portMatrix: matrix,
        s3PrefixListId: 'p',
        tags: {},
      });
      return {};
    });
    const hole = resources.map((resource) =>
      resource.name === 'fw-etcd-clients-in'
        ? {
            ...resource,
            inputs: { ...resource.inputs, referencedSecurityGroupId: 'fw-bastion-id' },
          }
        : resource.name === 'fw-ssh-from-bastion-to-etcd-out'
          ? { ...resource, inputs: { ...resource.inputs, fromPort: 1, toPort: 65535 } }
          : resource.name === 'fw-ssh-to-bastion-in-198-51-100-0-24'
            ? { ...resource, inputs: { ...resource.inputs, fromPort: 1, toPort: 65535 } }
            : resource,
    );
    const wide = { model: new ReachabilityModel(hole), hosts: scene.hosts };
    expect(violations(wide, matrix)).toContain('198.51.100.1 reaches bastion on tcp 6443');
  });
});
