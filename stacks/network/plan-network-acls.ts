import { createHash } from 'node:crypto';
import type { ZoneSubnets } from '../../lib/network/address-plan';
import type { Peer, PortMatrix, PortRange, Tier } from '../../lib/network/port-matrix';

/** The kinds of subnet; each has a network ACL of its own. */
export type SubnetKind = 'public' | 'private' | 'etcd';

/** One entry of a network ACL. All of them allow, so that their order means nothing. */
export interface NetworkAclEntry {
  /** Stable and unique within its ACL; also what its number derives from. */
  readonly key: string;
  readonly direction: 'ingress' | 'egress';
  readonly cidr: string;
  readonly protocol: 'tcp' | 'udp';
  readonly ports: PortRange;
  readonly number: number;
}

export interface NetworkAclInput {
  readonly vpcCidr: string;
  readonly subnets: readonly ZoneSubnets[];
  readonly portMatrix: PortMatrix;
}

/** Where each tier lives. */
const home: Readonly<Record<Tier, SubnetKind>> = {
  'public-load-balancer': 'public',
  bastion: 'public',
  'internal-load-balancer': 'private',
  'control-plane': 'private',
  worker: 'private',
  endpoints: 'private',
  etcd: 'etcd',
};

const everywhere = '0.0.0.0/0';

/** Ports that Linux machines of the cluster open connections from. */
const machineReplies: PortRange = { from: 32768, to: 65535 };

/** NAT gateways, load balancers and clients outside may use all of these. */
const anyReplies: PortRange = { from: 1024, to: 65535 };

type Draft = Omit<NetworkAclEntry, 'key' | 'number'>;

/**
 * Plans the coarse, stateless half of the firewall from the port matrix: which ports may enter and
 * leave each kind of subnet. Who exactly may use them is for the security groups.
 */
export function planNetworkAcls(
  input: NetworkAclInput,
): Readonly<Record<SubnetKind, readonly NetworkAclEntry[]>> {
  return {
    public: finish([...matrixEntries('public', input), ...transit(input), ...publicReplies]),
    private: finish([...matrixEntries('private', input), ...privateReplies]),
    etcd: finish([...matrixEntries('etcd', input), ...etcdReplies(input)]),
  };
}

function matrixEntries(kind: SubnetKind, input: NetworkAclInput): Draft[] {
  return input.portMatrix.flatMap(({ from, to, ports, protocol }) => [
    ...(livesIn(to, kind)
      ? cidrsOf(from, kind, input).map((cidr): Draft => ({
          direction: 'ingress',
          cidr,
          protocol,
          ports,
        }))
      : []),
    ...(livesIn(from, kind)
      ? cidrsOf(to, kind, input).map((cidr): Draft => ({
          direction: 'egress',
          cidr,
          protocol,
          ports,
        }))
      : []),
  ]);
}

const livesIn = (peer: Peer, kind: SubnetKind) => peer.kind === 'tier' && home[peer.tier] === kind;

/** Exact subnets where etcd is at one end, the whole VPC otherwise. */
function cidrsOf(peer: Peer, seenFrom: SubnetKind, input: NetworkAclInput): readonly string[] {
  if (peer.kind !== 'tier') return [everywhere];
  const there = home[peer.tier];
  return seenFrom === 'etcd' || there === 'etcd'
    ? input.subnets.map((zone) => zone[there])
    : [input.vpcCidr];
}

/** What machines without a public address send to the internet passes the NAT gateways. */
function transit({ portMatrix, vpcCidr }: NetworkAclInput): Draft[] {
  return portMatrix
    .filter(({ from, to }) => livesIn(from, 'private') && to.kind === 'cidrs')
    .flatMap(({ ports, protocol }): Draft[] => [
      { direction: 'ingress', cidr: vpcCidr, protocol, ports },
      { direction: 'egress', cidr: everywhere, protocol, ports },
    ]);
}

const publicReplies: readonly Draft[] = [
  { direction: 'ingress', cidr: everywhere, protocol: 'tcp', ports: anyReplies },
  { direction: 'egress', cidr: everywhere, protocol: 'tcp', ports: anyReplies },
];

const privateReplies: readonly Draft[] = [
  { direction: 'ingress', cidr: everywhere, protocol: 'tcp', ports: machineReplies },
  { direction: 'egress', cidr: everywhere, protocol: 'tcp', ports: anyReplies },
];

/** The bucket answers from public addresses, though no route but the endpoint's leads there. */
function etcdReplies({ vpcCidr }: NetworkAclInput): readonly Draft[] {
  return [
    { direction: 'ingress', cidr: everywhere, protocol: 'tcp', ports: machineReplies },
    { direction: 'egress', cidr: vpcCidr, protocol: 'tcp', ports: anyReplies },
  ];
}

function finish(drafts: readonly Draft[]): readonly NetworkAclEntry[] {
  const byKey = new Map(drafts.map((draft) => [keyOf(draft), draft]));
  const taken = { ingress: new Set<number>(), egress: new Set<number>() };
  return [...byKey.keys()].sort().map((key) => {
    const draft = byKey.get(key);
    if (!draft) throw new Error(`no entry ${key}`);
    let number = numberOf(key);
    while (taken[draft.direction].has(number)) number += 1;
    taken[draft.direction].add(number);
    return { key, ...draft, number };
  });
}

function keyOf({ direction, protocol, ports, cidr }: Draft): string {
  const range = ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;
  return `${direction}-${protocol}-${range}-${cidr.replaceAll(/[./]/g, '-')}`;
}

/** A number that depends on the entry alone: a further entry renumbers none of the others. */
function numberOf(key: string): number {
  return 1 + (createHash('sha256').update(key).digest().readUInt16BE(0) % 32000);
}
