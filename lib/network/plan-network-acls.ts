import { createHash } from 'node:crypto';
import { packetTooBig } from '../aws/hops';
import type { PortMatrix, PortRange } from './port-matrix';
import { forEachKind, type SubnetKind } from './subnet-kinds';
import { planWireFlows, type WireFlow } from './wire-flows';

/** One entry of a network ACL. All of them allow, so that their order means nothing. */
export type NetworkAclEntry = {
  /** Stable and unique within its ACL; also what its number derives from. */
  readonly key: string;
  readonly direction: 'ingress' | 'egress';
  readonly cidr: string;
  readonly number: number;
} & (
  | { readonly protocol: 'tcp' | 'udp'; readonly ports: PortRange }
  | { readonly protocol: 'icmp'; readonly icmp: { readonly type: number; readonly code: number } }
);

/** What the entries are made from. */
export interface NetworkAclInput {
  readonly vpcCidr: string;
  readonly portMatrix: PortMatrix;
}

const everywhere = '0.0.0.0/0';
const directions = ['ingress', 'egress'] as const;

/**
 * Plans the coarse, stateless half of the firewall: which ports may enter and leave each kind of
 * subnet, from the VPC and from anywhere. It is the same for any number of zones, clients and
 * machines. Who exactly may use the ports is for the security groups, which follow connections.
 */
export function planNetworkAcls(
  input: NetworkAclInput,
): Readonly<Record<SubnetKind, readonly NetworkAclEntry[]>> {
  const flows = planWireFlows(input.portMatrix);
  const entries = (kind: SubnetKind) =>
    numbered(
      directions.flatMap((direction) => [
        ...(['tcp', 'udp'] as const).flatMap((protocol) =>
          portEntries(
            flows.filter(
              (flow) =>
                flow.subnets === kind && flow.direction === direction && flow.protocol === protocol,
            ),
            { direction, protocol, vpcCidr: input.vpcCidr },
          ),
        ),
        { direction, cidr: everywhere, protocol: 'icmp', icmp: packetTooBig },
      ]),
    );
  return forEachKind(entries);
}

type Unnumbered<Entry> = Entry extends unknown ? Omit<Entry, 'key' | 'number'> : never;
type Draft = Unnumbered<NetworkAclEntry>;

/** As few entries as say the same: joined ranges, and none for the VPC that hold for everybody. */
function portEntries(
  flows: readonly WireFlow[],
  {
    direction,
    protocol,
    vpcCidr,
  }: Pick<WireFlow, 'direction' | 'protocol'> & { readonly vpcCidr: string },
): Draft[] {
  const of = (scope: WireFlow['scope']) =>
    joined(flows.filter((flow) => flow.scope === scope).map(({ ports }) => ports));
  const anywhere = of('anywhere');
  const inVpc = of('vpc').filter(
    ({ from, to }) => !anywhere.some((wide) => wide.from <= from && to <= wide.to),
  );
  return [
    ...anywhere.map((ports): Draft => ({ direction, cidr: everywhere, protocol, ports })),
    ...inVpc.map((ports): Draft => ({ direction, cidr: vpcCidr, protocol, ports })),
  ];
}

/** Ranges that touch as one. */
function joined(ranges: readonly PortRange[]): readonly PortRange[] {
  const result: PortRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = result.at(-1);
    if (last && range.from <= last.to + 1) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else {
      result.push(range);
    }
  }
  return result;
}

function numbered(drafts: readonly Draft[]): readonly NetworkAclEntry[] {
  const taken = { ingress: new Set<number>(), egress: new Set<number>() };
  return drafts
    .map((draft) => ({ key: keyOf(draft), draft }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, draft }) => {
      let number = numberOf(key);
      while (taken[draft.direction].has(number)) number += 1;
      taken[draft.direction].add(number);
      return { key, ...draft, number };
    });
}

function keyOf(draft: Draft): string {
  const { direction, protocol, cidr } = draft;
  return `${direction}-${protocol}-${detailOf(draft)}-${cidr.replaceAll(/[./]/g, '-')}`;
}

function detailOf(draft: Draft): string {
  if (draft.protocol === 'icmp') return `${draft.icmp.type}-${draft.icmp.code}`;
  const { from, to } = draft.ports;
  return from === to ? `${from}` : `${from}-${to}`;
}

/** A number that depends on the entry alone: a further entry renumbers none of the others. */
function numberOf(key: string): number {
  return 1 + (createHash('sha256').update(key).digest().readUInt16BE(0) % 32000);
}
