import { groupFlows } from '../../lib/topology/group-flows';
import { layoutTopology } from '../../lib/topology/layout-topology';
import { renderTopology } from '../../lib/topology/render-topology';
import { darkPicture, lightPicture } from '../../lib/topology/topology-style';
import { renderHtml } from '../../lib/conformance/report/render-html';
import { planAddresses } from '../../lib/network/address-plan';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import type { PortMatrix } from '../../lib/network/port-matrix';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { contrast } from '../support/cluster/contrast';
import { allElements, parseXml, textOf } from '../support/parse-xml';
import { hostile, reportOf } from '../conformance/report/sample-report';

const blueprint = makeBlueprint();
const portMatrix = planPortMatrix(blueprint);
const svg = renderTopology(blueprint, planAddresses(blueprint), portMatrix);
const root = parseXml(svg);
const texts = allElements(root)
  .filter(({ name }) => name === 'text')
  .map(textOf);

test('renders one well-formed SVG element with a title and a description', () => {
  expect(root.name).toBe('svg');
  expect(root.attributes).toMatchObject({
    xmlns: 'http://www.w3.org/2000/svg',
    role: 'img',
    'aria-labelledby': 'hc-topology-title hc-topology-description',
  });
  expect(allElements(root).slice(1, 3).map(textOf)).toEqual([
    'Topology of the cluster prod',
    'Zones eu-central-1a, eu-central-1b, eu-central-1c as columns; public, private, control-plane and etcd subnets as bands; 30 allowed flows as 14 arrows, listed in the table below the picture.',
  ]);
});

test('renders every subnet, machine and peer with its addresses', () => {
  const { vpc, subnets, etcdMembers } = planAddresses(blueprint);
  expect(texts).toEqual(
    expect.arrayContaining([
      `VPC ${vpc}`,
      ...subnets.flatMap((subnet) => [
        subnet.zone,
        subnet.public,
        subnet.private,
        subnet['control-plane'],
        subnet.etcd,
      ]),
      ...Object.entries(etcdMembers).flat(),
      ...['API clients', '203.0.113.0/24', 'SSH clients', '198.51.100.0/24'],
      ...['Internet', '0.0.0.0/0', 'Amazon S3', 'NAT gateway', 'control-plane', 'general'],
    ]),
  );
});

test('renders an arrow a group, with a tooltip that names both ends and the ports', () => {
  const routes = allElements(root).filter(({ attributes }) =>
    attributes.class?.startsWith('route '),
  );
  expect(routes).toHaveLength(groupFlows(portMatrix).length);
  expect(routes.slice(0, 3).map((route) => textOf(route))).toEqual([
    '1: api-clients to public-load-balancer, tcp 6443',
    '2: public-load-balancer, internal-load-balancer to control-plane, tcp 6443',
    '3: control-plane, worker to internal-load-balancer, tcp 6443',
  ]);
});

test('renders only what the port matrix allows', () => {
  const few = portMatrix.filter(({ id }) => id === 'etcd-peers');
  const small = parseXml(renderTopology(blueprint, planAddresses(blueprint), few));
  const words = allElements(small)
    .filter(({ name }) => name === 'text')
    .map(textOf);
  expect(words).toContain('etcd-peers');
  expect(words).not.toContain('Bastion');
  expect(words).not.toContain('Internet');
});

test.each([
  ['ssh', 'public'],
  ['session-manager', 'private'],
] as const)('renders a bastion reached by %s in the %s subnets', (access, band) => {
  const changed = makeBlueprint({
    bastion: { access, authorizedKeys: blueprint.bastion.authorizedKeys.slice() },
    ...(access === 'ssh' ? {} : { access: { apiCidrs: [] } }),
  });
  const { boxes } = layoutTopology(changed, planAddresses(changed), planPortMatrix(changed));
  const rectOf = (id: string) => boxes.find((box) => box.id === id)?.rect;
  const bastion = rectOf('tier:bastion');
  const subnet = rectOf(`subnet:${band}:eu-central-1a`);
  expect(bastion?.y).toBeGreaterThan(subnet?.y ?? Infinity);
  expect(bastion?.y).toBeLessThan((subnet?.y ?? 0) + (subnet?.height ?? 0));
});

test('renders the picture alone when asked', () => {
  const alone = renderTopology(blueprint, planAddresses(blueprint), portMatrix, { table: false });
  const words = allElements(parseXml(alone))
    .filter(({ name }) => name === 'text')
    .map(textOf);
  expect(words).toContain('etcd-0');
  expect(words).not.toContain('Allowed flows');
  expect(svg.startsWith('<svg')).toBe(true);
});

test('renders the same text again', () => {
  const again = makeBlueprint();
  expect(renderTopology(again, planAddresses(again), planPortMatrix(again))).toBe(svg);
});

test('renders why a development cluster is not conformant', () => {
  const development = makeBlueprint({ profile: 'development' });
  const picture = renderTopology(
    development,
    planAddresses(development),
    planPortMatrix(development),
  );
  expect(picture).toContain('Not conformant: one etcd member');
});

test('renders hostile reasons as text and nothing else', () => {
  const spoiled: PortMatrix = portMatrix.map((rule) => ({ ...rule, why: hostile }));
  const picture = renderTopology(blueprint, planAddresses(blueprint), spoiled);
  const names = new Set(allElements(parseXml(picture)).map(({ name }) => name));
  expect([...names].sort()).toEqual([...new Set(allElements(root).map(({ name }) => name))].sort());
});

test('loads and runs nothing', () => {
  expect(svg).not.toMatch(/<script|<image|<foreignObject|href|url\(|@import| on\w+=/);
});

test('shares no id and no style with the page it is put into', () => {
  const page = parseXml(renderHtml(reportOf(), { topologySvg: svg }));
  const ids = allElements(page).flatMap(({ attributes }) => attributes.id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  const style = allElements(root).find(({ name }) => name === 'style');
  const selectors = (style ? textOf(style) : '').split('\n').filter((line) => line.includes('{'));
  expect(selectors.filter((line) => !/^(\.hc-topology |@media )/.test(line))).toEqual([]);
});

describe.each([
  ['light', lightPicture],
  ['dark', darkPicture],
])('contrast, %s', (_, palette) => {
  const { ink, muted, paper, vpc, tier, machine, subnets, flows, alarm } = palette;
  const grounds = [paper, vpc, tier, machine, ...Object.values(subnets)];
  test.each([
    ['ink', ink, grounds],
    ['muted', muted, grounds],
    ['alarm', alarm, [paper]],
    ...Object.entries(flows).map(([kind, colour]) => [kind, colour, [vpc, paper]] as const),
  ] as const)('%s reaches 4.5:1 on what it stands on', (_name, colour, on) => {
    for (const ground of on) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(4.5);
  });
});
