import { groupFlows } from '../../lib/topology/group-flows';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import type { Peer, PortRule, Tier } from '../../lib/network/port-matrix';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

const tier = (name: Tier): Peer => ({ kind: 'tier', tier: name });
const rule = (from: Peer, to: Peer, port: number, protocol: 'tcp' | 'udp' = 'tcp'): PortRule => ({
  id: `${port}/${protocol}`,
  from,
  to,
  ports: { from: port, to: port },
  protocol,
  why: 'because',
  clauses: [],
});
const summary = (rules: readonly PortRule[]) =>
  groupFlows(rules).map(({ kind, from, to, ports }) => [
    kind,
    from.join(' + '),
    to.join(' + '),
    ports.join(' / '),
  ]);

test('rows between the same peers share an arrow', () => {
  expect(
    summary([
      rule(tier('worker'), tier('control-plane'), 6443),
      rule(tier('worker'), tier('control-plane'), 51820, 'udp'),
      rule(tier('worker'), tier('control-plane'), 443),
      rule(tier('worker'), tier('control-plane'), 10250),
    ]),
  ).toEqual([
    ['cluster', 'tier:worker', 'tier:control-plane', 'tcp 443, 6443 / tcp 10250 / udp 51820'],
  ]);
});

test('rows to one peer on the same ports join, others do not', () => {
  expect(
    summary([
      rule(tier('worker'), tier('endpoints'), 443),
      rule(tier('control-plane'), tier('endpoints'), 443),
      rule(tier('etcd'), tier('endpoints'), 8443),
    ]),
  ).toEqual([
    ['egress', 'tier:worker + tier:control-plane', 'tier:endpoints', 'tcp 443'],
    ['egress', 'tier:etcd', 'tier:endpoints', 'tcp 8443'],
  ]);
});

test('rows from one peer on the same ports join, flows within a tier stay alone', () => {
  expect(
    summary([
      rule(tier('bastion'), tier('worker'), 22),
      rule(tier('bastion'), tier('etcd'), 22),
      rule(tier('bastion'), tier('bastion'), 22),
    ]),
  ).toEqual([
    ['ssh', 'tier:bastion', 'tier:worker + tier:etcd', 'tcp 22'],
    ['ssh', 'tier:bastion', 'tier:bastion', 'tcp 22'],
  ]);
});

test('rows of peers with the same name but other addresses stay apart', () => {
  const clients = (cidr: string): Peer => ({ kind: 'cidrs', name: 'api-clients', cidrs: [cidr] });
  expect(
    summary([
      rule(clients('203.0.113.0/24'), tier('worker'), 443),
      rule(clients('198.51.100.0/24'), tier('bastion'), 443),
    ]),
  ).toEqual([
    ['outside', 'api-clients:203.0.113.0/24', 'tier:worker', 'tcp 443'],
    ['outside', 'api-clients:198.51.100.0/24', 'tier:bastion', 'tcp 443'],
  ]);
});

test('every row of a port matrix is in exactly one group, and groups are numbered in its order', () => {
  const portMatrix = planPortMatrix(makeBlueprint({ profile: 'strict' }));
  const groups = groupFlows(portMatrix);
  const ids = groups.flatMap(({ rules }) => rules.map(({ id }) => id));
  expect([...ids].sort()).toEqual(portMatrix.map(({ id }) => id).sort());
  expect(groups.map(({ number }) => number)).toEqual(groups.map((_, index) => index + 1));
  const first = groups.map(({ rules: [row] }) => portMatrix.findIndex(({ id }) => id === row?.id));
  expect(first).toEqual([...first].sort((a, b) => a - b));
});
