import { documentedPorts } from '../../lib/network/documented-ports';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import type { Peer, PortRule } from '../../lib/network/port-matrix';
import { makeBlueprint, minimalInput } from '../support/cluster/blueprint-inputs';

const everything = makeBlueprint({
  access: {
    ...minimalInput.access,
    nodePortCidrs: ['203.0.113.0/24'],
    privateApiCidrs: ['10.8.0.0/16'],
  },
  network: { podEncryption: 'wireguard' },
  workers: [{ name: 'general', nodePorts: [30443] }],
});

const peerName = (peer: Peer) =>
  peer.kind === 'tier' ? peer.tier : peer.kind === 'cidrs' ? peer.name : peer.service;

const row = ({ from, to, ports, protocol }: PortRule) =>
  `${peerName(from)} -> ${peerName(to)} ${protocol} ${ports.from}${ports.to === ports.from ? '' : `-${ports.to}`}`;

describe('planPortMatrix', () => {
  it('opens exactly these flows in the default cluster', () => {
    expect(planPortMatrix(makeBlueprint()).map(row)).toEqual([
      'api-clients -> public-load-balancer tcp 6443',
      'public-load-balancer -> control-plane tcp 6443',
      'control-plane -> internal-load-balancer tcp 6443',
      'worker -> internal-load-balancer tcp 6443',
      'internal-load-balancer -> control-plane tcp 6443',
      'control-plane -> control-plane tcp 6443',
      'worker -> control-plane tcp 6443',
      'control-plane -> etcd tcp 2379',
      'etcd -> etcd tcp 2380',
      'control-plane -> control-plane tcp 10250',
      'control-plane -> worker tcp 10250',
      'control-plane -> control-plane udp 4789',
      'control-plane -> worker udp 4789',
      'worker -> control-plane udp 4789',
      'worker -> worker udp 4789',
      'ssh-clients -> bastion tcp 22',
      'bastion -> control-plane tcp 22',
      'bastion -> worker tcp 22',
      'bastion -> etcd tcp 22',
      'control-plane -> endpoints tcp 443',
      'control-plane -> s3 tcp 443',
      'control-plane -> internet tcp 443',
      'worker -> endpoints tcp 443',
      'worker -> s3 tcp 443',
      'worker -> internet tcp 443',
      'etcd -> endpoints tcp 443',
      'etcd -> s3 tcp 443',
      'bastion -> endpoints tcp 443',
      'bastion -> s3 tcp 443',
      'bastion -> internet tcp 443',
    ]);
  });

  it('opens nothing from outside but the API, NodePorts and the SSH of the bastion', () => {
    const outside = planPortMatrix(everything).filter(
      ({ from }) => from.kind === 'cidrs' && from.name !== 'internet',
    );
    expect(outside.map(row)).toEqual([
      'api-clients -> public-load-balancer tcp 6443',
      'private-api-clients -> internal-load-balancer tcp 6443',
      'node-port-clients -> worker tcp 30000-32767',
      'node-port-clients -> public-load-balancer tcp 30000-32767',
      'ssh-clients -> bastion tcp 22',
    ]);
  });

  it('opens no SSH without a bastion that speaks it', () => {
    const rules = planPortMatrix(
      makeBlueprint({ access: { apiCidrs: [] }, bastion: { access: 'session-manager' } }),
    );
    expect(rules.filter(({ ports }) => ports.from <= 22 && ports.to >= 22)).toEqual([]);
    expect(rules.filter(({ from }) => from.kind === 'cidrs')).toEqual([]);
  });

  it('gives each row an id of its own and a reason that AWS takes as a description', () => {
    const rules = planPortMatrix(everything);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { why } of rules)
      expect(why).toMatch(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{10,200}$/);
  });

  it('knows every row that a documented port names', () => {
    const ids = new Set(planPortMatrix(everything).map(({ id }) => id));
    for (const { rules, disposition } of documentedPorts) {
      expect(rules.filter((id) => !ids.has(id))).toEqual([]);
      expect(rules.length > 0).toBe(disposition === 'open');
    }
  });

  it('opens no port that a document wants closed or on loopback', () => {
    const closed = documentedPorts.filter(({ disposition }) => disposition !== 'open');
    const opened = planPortMatrix(everything).filter(({ ports }) =>
      closed.some((port) => ports.from <= port.ports.to && port.ports.from <= ports.to),
    );
    expect(opened).toEqual([]);
  });
});
