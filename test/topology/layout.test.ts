import fc from 'fast-check';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import type { Rect } from '../../lib/topology/geometry';
import { groupFlows } from '../../lib/topology/group-flows';
import { layoutTopology } from '../../lib/topology/layout-topology';
import { measureText } from '../../lib/topology/measure-text';
import type { Box, BoxKind, Label, Segment, TopologyLayout } from '../../lib/topology/shape';
import { planAddresses } from '../../lib/network/address-plan';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

interface Drawing {
  readonly layout: TopologyLayout;
  readonly portMatrix: ReturnType<typeof planPortMatrix>;
}

function draw(changes: Partial<BlueprintInput>): Drawing {
  const blueprint = makeBlueprint(changes);
  const portMatrix = planPortMatrix(blueprint);
  return { layout: layoutTopology(blueprint, planAddresses(blueprint), portMatrix), portMatrix };
}

const networks = fc
  .integer({ min: 0, max: 12 })
  .map((count) => Array.from({ length: count }, (_, index) => `203.0.${100 + index}.128/25`));

const configurations = fc
  .record({
    zones: fc.integer({ min: 1, max: 6 }),
    region: fc.constantFrom('eu-central-1', 'ap-southeast-2', 'us-east-1'),
    members: fc.constantFrom(1, 3, 5, 7),
    pools: fc.integer({ min: 1, max: 30 }),
    poolName: fc.constantFrom('p', 'pool-with-a-long-name'),
    listener: fc.boolean(),
    vpcCidr: fc.constantFrom('10.0.0.0/16', '192.168.128.0/20', '172.16.0.0/16'),
    podEncryption: fc.constantFrom('none' as const, 'wireguard' as const),
    natGateways: fc.constantFrom('per-zone' as const, 'single' as const),
    access: fc.constantFrom('ssh' as const, 'session-manager' as const, 'none' as const),
    apiCidrs: networks,
    nodePortCidrs: networks,
    sshCidrs: networks,
  })
  .map((given): Partial<BlueprintInput> => ({
    name: 'a-name-of-two-and-thirty-letters',
    profile: 'development',
    region: given.region,
    zones: Array.from({ length: given.zones }, (_, index) => given.region + 'abcdef'.charAt(index)),
    network: {
      vpcCidr: given.vpcCidr,
      podEncryption: given.podEncryption,
      natGateways: given.natGateways,
    },
    etcd: { members: given.members },
    workers: Array.from({ length: given.pools }, (_, index) => ({
      name: `${given.poolName}-${index}`,
      capacity: index % 2 === 0 ? ('spot' as const) : ('on-demand' as const),
      nodePorts: given.listener && index === 0 ? [30080] : [],
    })),
    bastion: {
      access: given.access,
      authorizedKeys: [
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ0aGlzLWlzLWEtdGVzdC1rZXktb25seS0wMDAw ada@example.com',
      ],
    },
    access: {
      apiCidrs: given.apiCidrs,
      nodePortCidrs: given.nodePortCidrs,
      sshCidrs: given.access === 'ssh' ? ['198.51.100.0/24', ...given.sshCidrs] : [],
    },
  }));

describe('layoutTopology', () => {
  test('keeps its promises for the default cluster', () => {
    expect(problemsOf(draw({}))).toEqual([]);
  });

  test('keeps its promises for any cluster', () => {
    fc.assert(
      fc.property(configurations, (changes) => {
        expect(problemsOf(draw(changes))).toEqual([]);
      }),
      { numRuns: 40, seed: 20261122 },
    );
  });

  test.each<[string, RegExp, (layout: TopologyLayout) => TopologyLayout]>([
    [
      'two tiers overlap',
      /^tier:internal-load-balancer and tier:control-plane overlap$/,
      (layout) => moveBox(layout, 'tier:internal-load-balancer', 0, 60),
    ],
    [
      'a label leaves its box',
      /^label "etcd-0" leaves tier:etcd:etcd-0$/,
      (layout) => ({
        ...layout,
        labels: layout.labels.map((label) =>
          label.text === 'etcd-0' ? { ...label, x: label.x + 40 } : label,
        ),
      }),
    ],
    [
      'an arrow ends beside its box',
      /^arrow 1 does not end at tier:public-load-balancer$/,
      (layout) => ({
        ...layout,
        routes: layout.routes.map((route) => ({
          ...route,
          heads: route.heads.map((head) => ({ ...head, x: head.x - 3 })),
        })),
      }),
    ],
    [
      'a line runs through a box',
      /^arrow 1 runs through peer:middle$/,
      (layout) => ({
        ...layout,
        boxes: [
          ...layout.boxes,
          { id: 'peer:middle', kind: 'peer', rect: { x: 180, y: 150, width: 9, height: 200 } },
        ],
      }),
    ],
    [
      'a row is not listed',
      /^row etcd-peers is not listed$/,
      (layout) => ({
        ...layout,
        labels: layout.labels.filter(({ text }) => text !== 'etcd-peers'),
      }),
    ],
  ])('the test itself fails when %s', (_, problem, spoil) => {
    const { layout, portMatrix } = draw({});
    expect(problemsOf({ layout: spoil(layout), portMatrix })).toContainEqual(
      expect.stringMatching(problem),
    );
  });
});

/** What is wrong with a picture; empty when an engineer can read it. */
function problemsOf({ layout, portMatrix }: Drawing): string[] {
  return [
    ...boxProblems(layout),
    ...labelProblems(layout),
    ...routeProblems(layout, portMatrix),
    ...tableProblems(layout, portMatrix),
  ];
}

function boxProblems({ boxes, width, height }: TopologyLayout): string[] {
  const of = (...kinds: BoxKind[]) => boxes.filter(({ kind }) => kinds.includes(kind));
  const page: Rect = { x: 0, y: 0, width, height };
  const apart = [of('vpc', 'peer'), of('subnet'), of('tier'), of('machine')].flatMap((layer) =>
    pairs(layer)
      .filter(([one, other]) => overlap(one.rect, other.rect))
      .map(([one, other]) => `${one.id} and ${other.id} overlap`),
  );
  const [vpc] = of('vpc');
  const tiers = of('tier');
  const outside = [
    ...boxes.filter(({ rect }) => !contains(page, rect)),
    ...of('subnet', 'tier', 'machine').filter(({ rect }) => !vpc || !contains(vpc.rect, rect)),
    // A machine stands in its tier; a NAT gateway has none and stands between the tiers.
    ...of('machine').filter(({ id, rect }) => {
      const tier = tiers.find((candidate) => id.startsWith(`${candidate.id}:`));
      return tier ? !contains(tier.rect, rect) : tiers.some((other) => overlap(other.rect, rect));
    }),
  ].map(({ id }) => `${id} lies outside`);
  return [...apart, ...outside];
}

function labelProblems({ labels, badges, boxes, routes, width, height }: TopologyLayout): string[] {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const solid = boxes.filter(({ kind }) => kind !== 'vpc' && kind !== 'subnet');
  const texts = labels.map((label) => ({ label, rect: rectOf(label) }));
  const circles = badges.map(({ number, x, y }) => ({
    name: `number ${number}`,
    rect: { x: x - 8, y: y - 8, width: 16, height: 16 },
  }));
  const all = [
    ...texts.map(({ label, rect }) => ({ name: `label "${label.text}"`, rect })),
    ...circles,
  ];
  return [
    ...texts
      .filter(({ label, rect }) => {
        const box = byId.get(label.within ?? '');
        return label.within !== undefined && !(box && contains(box.rect, rect));
      })
      .map(({ label }) => `label "${label.text}" leaves ${label.within ?? ''}`),
    ...texts
      .filter(({ rect }) => !contains({ x: 0, y: 0, width, height }, rect))
      .map(({ label }) => `label "${label.text}" leaves the page`),
    ...pairs(all)
      .filter(([one, other]) => overlap(one.rect, other.rect))
      .map(([one, other]) => `${one.name} and ${other.name} overlap`),
    // Text inside a box is text of that box or of one inside it.
    ...texts
      .filter(({ label }) => label.within === undefined)
      .flatMap(({ label, rect }) =>
        solid
          .filter((box) => overlap(box.rect, rect))
          .map(({ id }) => `label "${label.text}" lies on ${id}`),
      ),
    ...routes.flatMap(({ number, segments }) =>
      texts
        .filter(({ rect }) => segments.some((segment) => crosses(segment, rect)))
        .map(({ label }) => `arrow ${number} runs through label "${label.text}"`),
    ),
  ];
}

function routeProblems(
  { routes, boxes, badges }: TopologyLayout,
  portMatrix: Drawing['portMatrix'],
): string[] {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const solid = boxes.filter(({ kind }) => kind !== 'vpc' && kind !== 'subnet');
  const groups = groupFlows(portMatrix);
  return [
    ...groups.flatMap((group, index) => {
      const route = routes[index];
      if (!route) return [`group ${group.number} has no arrow`];
      const ends = [
        ...(sameSet(group.to, route.heads) ? [] : [`arrow ${group.number} misses a target`]),
        ...(sameSet(group.from, route.tails) ? [] : [`arrow ${group.number} misses a source`]),
      ];
      const heads = route.heads.filter(({ box, x, y, direction }) => {
        const rect = byId.get(box)?.rect;
        const border = rect && (direction === 'right' ? rect.x : rect.x + rect.width);
        return !rect || border !== x || y <= rect.y || y >= rect.y + rect.height;
      });
      const tails = route.tails.filter(({ box, x, y }) => {
        const rect = byId.get(box)?.rect;
        if (!rect || y <= rect.y || y >= rect.y + rect.height) return true;
        return x !== rect.x && x !== rect.x + rect.width;
      });
      const loose = [...route.heads, ...route.tails].filter(
        ({ x, y }) =>
          !route.segments.some(({ from, to }) =>
            [from, to].some((end) => end.x === x && end.y === y),
          ),
      );
      const through = solid.filter(({ rect }) =>
        route.segments.some((segment) => crosses(segment, rect)),
      );
      const numbered = badges.filter(
        ({ number, x, y }) =>
          number === group.number &&
          route.segments.some(
            ({ from, to }) =>
              from.y === y &&
              to.y === y &&
              x > Math.min(from.x, to.x) &&
              x < Math.max(from.x, to.x),
          ),
      );
      return [
        ...ends,
        ...heads.map(({ box }) => `arrow ${group.number} does not end at ${box}`),
        ...tails.map(({ box }) => `arrow ${group.number} does not start at ${box}`),
        ...loose.map(({ box }) => `arrow ${group.number} is not joined to ${box}`),
        ...through.map(({ id }) => `arrow ${group.number} runs through ${id}`),
        ...(numbered.length === route.heads.length + route.tails.length
          ? []
          : [`arrow ${group.number} lacks its number at an end`]),
      ];
    }),
    ...pairs(routes)
      .filter(([one, other]) =>
        one.segments.some((mine) => other.segments.some((theirs) => runsAlong(mine, theirs))),
      )
      .map(([one, other]) => `arrows ${one.number} and ${other.number} run on one line`),
  ];
}

function tableProblems({ labels }: TopologyLayout, portMatrix: Drawing['portMatrix']): string[] {
  const text = labels.map((label) => label.text).join('');
  const addresses = portMatrix.flatMap(({ from }) => (from.kind === 'cidrs' ? from.cidrs : []));
  return [
    ...portMatrix.filter(({ id }) => !text.includes(id)).map(({ id }) => `row ${id} is not listed`),
    ...addresses.filter((cidr) => !text.includes(cidr)).map((cidr) => `${cidr} is not listed`),
  ];
}

function rectOf({ text, x, y, font, centred }: Label): Rect {
  const width = measureText(text, font);
  return {
    x: centred === true ? x - width / 2 : x,
    y: y - font.size * 0.75,
    width,
    height: font.size * 0.95,
  };
}

/** Whether a level or upright line goes through the inside of a rectangle. */
function crosses({ from, to }: Segment, rect: Rect): boolean {
  const x = [from.x, to.x].sort((a, b) => a - b);
  const y = [from.y, to.y].sort((a, b) => a - b);
  return (
    (x[0] ?? 0) < rect.x + rect.width - 0.01 &&
    (x[1] ?? 0) > rect.x + 0.01 &&
    (y[0] ?? 0) < rect.y + rect.height - 0.01 &&
    (y[1] ?? 0) > rect.y + 0.01
  );
}

/** Whether two lines of one direction come closer than three pixels while side by side. */
function runsAlong(one: Segment, other: Segment): boolean {
  const level = (segment: Segment) => segment.from.y === segment.to.y;
  if (level(one) !== level(other)) return false;
  const across = level(one) ? 'y' : 'x';
  const along = level(one) ? 'x' : 'y';
  return (
    Math.abs(one.from[across] - other.from[across]) < 3 &&
    Math.min(one.from[along], one.to[along]) < Math.max(other.from[along], other.to[along]) &&
    Math.min(other.from[along], other.to[along]) < Math.max(one.from[along], one.to[along])
  );
}

function overlap(one: Rect, other: Rect): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

function contains(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width + 0.01 &&
    inner.y + inner.height <= outer.y + outer.height + 0.01
  );
}

function sameSet(keys: readonly string[], ends: readonly { readonly box: string }[]): boolean {
  return (
    [...keys].sort().join(' ') ===
    ends
      .map(({ box }) => box)
      .sort()
      .join(' ')
  );
}

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((one, index) => items.slice(index + 1).map((other): [T, T] => [one, other]));
}

function moveBox(layout: TopologyLayout, id: string, x: number, y: number): TopologyLayout {
  const move = (box: Box): Box =>
    box.id === id ? { ...box, rect: { ...box.rect, x: box.rect.x + x, y: box.rect.y + y } } : box;
  return { ...layout, boxes: layout.boxes.map(move) };
}
