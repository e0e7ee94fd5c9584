import type { PortMatrix, Tier } from './port-matrix';

/** The kinds of subnets, one a zone each; each kind has a network ACL of its own. */
export const subnetKinds = ['public', 'private', 'control-plane', 'etcd'] as const;

/** One of {@link subnetKinds}. */
export type SubnetKind = (typeof subnetKinds)[number];

/** One value for each kind of subnets. */
export function forEachKind<T>(valueOf: (kind: SubnetKind) => T): Readonly<Record<SubnetKind, T>> {
  return {
    public: valueOf('public'),
    private: valueOf('private'),
    'control-plane': valueOf('control-plane'),
    etcd: valueOf('etcd'),
  };
}

/**
 * Where a tier lives. Control-plane machines share their subnets with nothing but their own load balancer,
 * so that addresses tell them from workers. A bastion that nobody reaches by SSH needs no public subnet.
 */
export function subnetKindOf(tier: Tier, matrix: PortMatrix): SubnetKind {
  switch (tier) {
    case 'public-load-balancer':
      return 'public';
    case 'bastion':
      return matrix.some(
        ({ from, to }) => from.kind === 'cidrs' && to.kind === 'tier' && to.tier === 'bastion',
      )
        ? 'public'
        : 'private';
    case 'worker':
    case 'endpoints':
      return 'private';
    case 'internal-load-balancer':
    case 'control-plane':
      return 'control-plane';
    case 'etcd':
      return 'etcd';
  }
}

/**
 * Whether packets of a tier carry the addresses of its clients. The public load balancer hands them
 * on, so that audit logs name who called. The one inside the VPC can't: an API server is its own
 * client by way of it, and such a connection never comes about with the address kept.
 */
export function keepsClients(tier: Tier): boolean {
  return tier === 'public-load-balancer';
}
