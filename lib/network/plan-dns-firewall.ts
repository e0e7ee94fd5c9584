import { dnsSuffixOf, partitionOf } from '../aws/regions';
import type { Blueprint } from '../blueprint/blueprint';

/** One rule of a DNS firewall; the first that fits a name decides, what none fits is resolved. */
export type DnsFirewallRule = {
  /** Stable and unique; names of resources derive from it. */
  readonly key: string;
  /** Lower ones come first. */
  readonly priority: number;
} & (
  | { readonly action: 'allow' | 'block'; readonly domains: readonly string[] }
  /** Names that carry data, as AWS recognises them. */
  | { readonly action: 'block-tunnelling' }
);

/** What the resolver of the VPC answers. */
export interface DnsFirewallPlan {
  readonly rules: readonly DnsFirewallRule[];
  /** Whether names are resolved while the firewall itself is impaired. */
  readonly failOpen: boolean;
}

/**
 * Where the software of machines and the images of the cluster's own pods come from, redirects of the
 * registries included.
 */
const upstreamDomains = [
  '*.debian.org',
  'registry.k8s.io',
  '*.pkg.dev',
  'quay.io',
  '*.quay.io',
  'docker.io',
  '*.docker.io',
  '*.docker.com',
  '*.r2.cloudflarestorage.com',
  '*.s3.amazonaws.com',
  '*.s3.us-east-1.amazonaws.com',
  '*.s3.dualstack.us-east-1.amazonaws.com',
] as const;

/** Plans the DNS firewall of the VPC; undefined where there is none. */
export function planDnsFirewall(
  blueprint: Pick<Blueprint, 'network' | 'region' | 'names'>,
): DnsFirewallPlan | undefined {
  const { dnsFirewall, dnsAllowedDomains } = blueprint.network;
  const own: DnsFirewallRule = {
    key: 'own',
    priority: 100,
    action: 'allow',
    domains: ownDomains(blueprint),
  };
  switch (dnsFirewall) {
    case 'off':
      return undefined;
    case 'tunnelling':
      return {
        rules: [own, { key: 'tunnelling', priority: 200, action: 'block-tunnelling' }],
        failOpen: true,
      };
    case 'allow-list':
      return {
        rules: [
          own,
          {
            key: 'allowed',
            priority: 200,
            action: 'allow',
            domains: [...new Set([...upstreamDomains, ...dnsAllowedDomains])].sort(),
          },
          { key: 'others', priority: 900, action: 'block', domains: ['*'] },
        ],
        failOpen: false,
      };
  }
}

/** Names inside the VPC and of the AWS APIs of the region: everything that etcd machines ask for. */
function ownDomains({ names, region }: Pick<Blueprint, 'region' | 'names'>): readonly string[] {
  const suffix = dnsSuffixOf(partitionOf(region));
  const instances = region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
  return [names.domain, `*.${names.domain}`, `*.${instances}`, `*.${region}.${suffix}`].sort();
}
