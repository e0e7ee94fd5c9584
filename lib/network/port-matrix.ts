import type { ClauseId } from '../standard/clause-id';

/** Where machines and endpoints live; each is one security group. */
export type Tier =
  | 'public-load-balancer'
  | 'internal-load-balancer'
  | 'bastion'
  | 'control-plane'
  | 'worker'
  | 'etcd'
  | 'endpoints';

/** One end of an allowed flow. */
export type Peer =
  | { readonly kind: 'tier'; readonly tier: Tier }
  /** Addresses named in the configuration, or `0.0.0.0/0` for egress to the internet. */
  | {
      readonly kind: 'cidrs';
      readonly name:
        'api-clients' | 'private-api-clients' | 'node-port-clients' | 'ssh-clients' | 'internet';
      readonly cidrs: readonly string[];
    }
  /** AWS-managed prefix list of the S3 gateway endpoint. */
  | { readonly kind: 'prefix-list'; readonly service: 's3' };

/** One row: who may talk to whom, on which ports, and why. */
export interface PortRule {
  /** Stable and unique, such as `etcd-clients`. Names of security-group rules derive from it. */
  readonly id: string;
  readonly from: Peer;
  readonly to: Peer;
  readonly ports: PortRange;
  readonly protocol: 'tcp' | 'udp';
  /** Reason in a few words, at most 200 ASCII characters: it becomes the rule's description. */
  readonly why: string;
  readonly clauses: readonly ClauseId[];
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Every allowed flow; what is not listed is denied. */
export type PortMatrix = readonly PortRule[];
