import type { Blueprint } from '../blueprint/blueprint';
import type { PortMatrix, Tier } from '../network/port-matrix';
import { subnetKindOf, type SubnetKind } from '../network/subnet-kinds';

/** One row of a band, as wide as all zones together. */
export interface TierRow {
  /** Key of the peer, or `nat` for the gateways, which no rule of the matrix names. */
  readonly key: string;
  /** Kind of the subnets that it lives in; one band of the picture each. */
  readonly band: SubnetKind;
  readonly title: string;
  readonly detail: string;
  /** Groups of like machines that spread over the zones, one below the other. */
  readonly bars: readonly { readonly name: string; readonly detail: string }[];
  /** Machines that stand in a certain zone. */
  readonly placed: readonly {
    readonly name: string;
    readonly detail: string;
    readonly zone: string;
  }[];
}

/** The rows of the picture from top to bottom: the tiers of the port matrix and the NAT gateways. */
export function listTierRows(
  blueprint: Blueprint,
  etcdAddresses: Readonly<Record<string, string>>,
  portMatrix: PortMatrix,
): readonly TierRow[] {
  const { bastion, controlPlane, workers, etcd, zones, network } = blueprint;
  const used = new Set(
    portMatrix
      .flatMap(({ from, to }) => [from, to])
      .flatMap((peer) => (peer.kind === 'tier' ? [peer.tier] : [])),
  );
  const row = (tier: Tier, title: string, rest: Partial<TierRow>): TierRow[] =>
    used.has(tier)
      ? [
          {
            key: `tier:${tier}`,
            band: subnetKindOf(tier, portMatrix),
            title,
            detail: '',
            bars: [],
            placed: [],
            ...rest,
          },
        ]
      : [];
  // Only a bastion that is reached by SSH needs a public address.
  const ssh = bastion.access === 'ssh';
  const bastionRow = row('bastion', 'Bastion', {
    detail: ssh ? 'reached by SSH' : 'reached by Session Manager, no open port',
    bars: [{ name: 'bastion', detail: `1 × ${machine(bastion)}, replaced in any zone` }],
  });
  const natZones = network.natGateways === 'single' ? zones.slice(0, 1) : zones;
  return [
    ...row('public-load-balancer', 'Public load balancer', {
      detail: 'in each zone',
    }),
    ...(ssh ? bastionRow : []),
    {
      key: 'nat',
      band: 'public',
      title: 'NAT gateways',
      detail: 'for HTTPS from the private subnets',
      bars: [],
      placed: natZones.map((zone) => ({ name: 'NAT gateway', detail: '', zone })),
    },
    ...(ssh ? [] : bastionRow),
    ...row('internal-load-balancer', 'Internal load balancer', {
      detail: `${blueprint.names.api}, in each zone`,
    }),
    ...row('control-plane', 'Control plane', {
      detail: 'identical machines, spread over the zones',
      bars: [
        {
          name: 'control-plane',
          detail: `${controlPlane.machines} × ${machine(controlPlane)}`,
        },
      ],
    }),
    ...row('worker', 'Workers', {
      detail: workers.length === 1 ? '1 pool' : `${workers.length} pools`,
      bars: workers.map((pool) => ({
        name: pool.name,
        detail: `${pool.minimum}-${pool.maximum} × ${machine(pool)}${pool.capacity === 'spot' ? ', spot' : ''}`,
      })),
    }),
    ...row('endpoints', 'Interface endpoints', { detail: 'AWS APIs inside the VPC' }),
    ...row('etcd', 'etcd', {
      detail: `${etcd.members.length === 1 ? '1 member' : `${etcd.members.length} members`}, ${machine(etcd)}; no route to the internet`,
      placed: etcd.members.map(({ name, zone }) => ({
        name,
        detail: etcdAddresses[name] ?? '',
        zone,
      })),
    }),
  ];
}

function machine(part: { readonly instanceType: string; readonly architecture: string }): string {
  return `${part.instanceType} (${part.architecture})`;
}
