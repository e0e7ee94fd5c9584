import fc from 'fast-check';
import { contains, overlaps, parseCidr, renderCidr, sizeOf } from '../../lib/blueprint/ipv4';
import { planAddresses, zoneSlots } from '../../lib/network/address-plan';
import { subnetKinds } from '../../lib/network/subnet-kinds';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

describe('planAddresses', () => {
  it('plans the default cluster', () => {
    expect(planAddresses(makeBlueprint())).toEqual({
      vpc: '10.0.0.0/16',
      subnets: [
        {
          zone: 'eu-central-1a',
          private: '10.0.0.0/21',
          'control-plane': '10.0.8.0/21',
          public: '10.0.16.0/21',
          etcd: '10.0.24.0/21',
        },
        {
          zone: 'eu-central-1b',
          private: '10.0.32.0/21',
          'control-plane': '10.0.40.0/21',
          public: '10.0.48.0/21',
          etcd: '10.0.56.0/21',
        },
        {
          zone: 'eu-central-1c',
          private: '10.0.64.0/21',
          'control-plane': '10.0.72.0/21',
          public: '10.0.80.0/21',
          etcd: '10.0.88.0/21',
        },
      ],
      etcdMembers: {
        'etcd-0': '10.0.24.4',
        'etcd-1': '10.0.56.4',
        'etcd-2': '10.0.88.4',
        'etcd-3': '10.0.24.5',
        'etcd-4': '10.0.56.5',
      },
      reserved: {
        private: [0, 32, 64, 96, 128, 160, 192, 224].map((third) => `10.0.${third}.0/21`),
        'control-plane': [8, 40, 72, 104, 136, 168, 200, 232].map((third) => `10.0.${third}.0/21`),
        public: [16, 48, 80, 112, 144, 176, 208, 240].map((third) => `10.0.${third}.0/21`),
        etcd: [24, 56, 88, 120, 152, 184, 216, 248].map((third) => `10.0.${third}.0/21`),
        nodes: [0, 32, 64, 96, 128, 160, 192, 224].map((third) => `10.0.${third}.0/20`),
        etcdMembers: [24, 56, 88, 120, 152, 184, 216, 248].map((third) => `10.0.${third}.0/28`),
      },
    });
  });

  const plans = fc
    .record({
      prefix: fc.integer({ min: 16, max: 24 }),
      base: fc.integer({ min: 0, max: 255 }),
      zones: fc.integer({ min: 1, max: 6 }),
      members: fc.constantFrom(3, 5, 7),
    })
    .filter(({ prefix, zones }) => zones <= zoneSlots(prefix))
    .map(({ prefix, base, zones, members }) =>
      makeBlueprint({
        network: {
          vpcCidr: renderCidr({ base: 10 * 2 ** 24 + base * 2 ** 16, prefix }),
          podCidr: '172.16.0.0/16',
          serviceCidr: '172.20.0.0/16',
        },
        zones: ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, zones).map((zone) => `eu-central-1${zone}`),
        etcd: { members },
        controlPlane: { machines: 6 },
      }),
    );

  it('cuts any VPC into disjoint subnets inside it, each at least a /28', () => {
    fc.assert(
      fc.property(plans, (blueprint) => {
        const plan = planAddresses(blueprint);
        const vpc = parseCidr(plan.vpc);
        const subnets = plan.subnets.flatMap((zone) =>
          subnetKinds.map((kind) => parseCidr(zone[kind])),
        );
        subnets.forEach((subnet, index) => {
          if (!vpc || !subnet) throw new Error('no network');
          expect(contains(vpc, subnet)).toBe(true);
          expect(subnet.prefix).toBeLessThanOrEqual(28);
          subnets.slice(index + 1).forEach((other) => {
            expect(other && overlaps(subnet, other)).toBe(false);
          });
        });
      }),
      { seed: 20261122 },
    );
  });

  it("gives each member an address of its own in its zone's etcd subnet that AWS does not keep", () => {
    fc.assert(
      fc.property(plans, (blueprint) => {
        const plan = planAddresses(blueprint);
        const addresses = Object.values(plan.etcdMembers);
        expect(new Set(addresses).size).toBe(blueprint.etcd.members.length);
        for (const { name, zone } of blueprint.etcd.members) {
          const subnet = parseCidr(plan.subnets.find((each) => each.zone === zone)?.etcd ?? '');
          const address = parseCidr(`${plan.etcdMembers[name] ?? ''}/32`);
          if (!subnet || !address) throw new Error('no address');
          const offset = address.base - subnet.base;
          expect(offset).toBeGreaterThanOrEqual(4);
          expect(offset).toBeLessThan(sizeOf(subnet.prefix) - 1);
        }
      }),
      { seed: 20261122 },
    );
  });

  it('reserves room that holds all subnets and members, in disjoint networks of the VPC', () => {
    fc.assert(
      fc.property(plans, (blueprint) => {
        const { vpc, subnets, etcdMembers, reserved } = planAddresses(blueprint);
        const isIn = (networks: readonly string[], inner: string): boolean =>
          networks.some((network) => {
            const [outside, inside] = [parseCidr(network), parseCidr(inner)];
            return outside !== undefined && inside !== undefined && contains(outside, inside);
          });
        for (const zone of subnets) {
          for (const kind of subnetKinds) expect(reserved[kind]).toContain(zone[kind]);
          expect(isIn(reserved.nodes, zone.private)).toBe(true);
          expect(isIn(reserved.nodes, zone['control-plane'])).toBe(true);
          expect(isIn(reserved.nodes, zone.public) || isIn(reserved.nodes, zone.etcd)).toBe(false);
        }
        for (const address of Object.values(etcdMembers)) {
          expect(isIn(reserved.etcdMembers, `${address}/32`)).toBe(true);
        }
        for (const network of reserved.etcdMembers) expect(isIn(reserved.etcd, network)).toBe(true);
        const all = subnetKinds.flatMap((kind) => reserved[kind]);
        all.forEach((network, index) => {
          expect(isIn([vpc], network)).toBe(true);
          const others = all.slice(index + 1).filter((other) => {
            const [a, b] = [parseCidr(network), parseCidr(other)];
            return a && b && overlaps(a, b);
          });
          expect(others).toEqual([]);
        });
      }),
      { seed: 20261122 },
    );
  });

  it('reserves the same for any number of zones and members', () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const reserved = [1, 3, 6].flatMap((zones) =>
      ([3, 5, 7] as const).map(
        (members) =>
          planAddresses(
            makeBlueprint({
              zones: letters.slice(0, zones).map((letter) => `eu-central-1${letter}`),
              controlPlane: { machines: 6 },
              etcd: { members },
            }),
          ).reserved,
      ),
    );
    expect(new Set(reserved.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  it('cuts the subnets from a part of the VPC where one is named', () => {
    const part = planAddresses(
      makeBlueprint({ network: { vpcCidr: '10.0.0.0/16', subnetCidr: '10.0.64.0/20' } }),
    );
    expect(part.vpc).toBe('10.0.0.0/16');
    expect(part.subnets.map((zone) => [zone.private, zone.etcd])).toEqual([
      ['10.0.64.0/25', '10.0.65.128/25'],
      ['10.0.66.0/25', '10.0.67.128/25'],
      ['10.0.68.0/25', '10.0.69.128/25'],
    ]);
    expect(part.subnets).toEqual(
      planAddresses(makeBlueprint({ network: { vpcCidr: '10.0.64.0/20' } })).subnets,
    );
  });

  it('moves nothing when a zone or a member is appended', () => {
    const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
    const before = planAddresses(makeBlueprint({ zones }));
    const after = planAddresses(
      makeBlueprint({
        zones: [...zones, 'eu-central-1d'],
        controlPlane: { machines: 4 },
        etcd: { members: 7 },
      }),
    );
    expect(after.subnets.slice(0, 3)).toEqual(before.subnets);
    expect(after.etcdMembers).toMatchObject(before.etcdMembers);
  });
});
