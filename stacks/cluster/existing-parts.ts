import type * as pulumi from '@pulumi/pulumi';
import type { Blueprint } from '../../lib/blueprint/blueprint';
import type { Problem } from '../../lib/blueprint/problem';
import type { ExistingVpc } from '../network/existing-vpc';
import type { ClusterDnsArgs } from '../network/cluster-dns';
import type { ExistingCa } from '../trust/cluster-pki';
import type { EncryptionKeysArgs } from '../trust/encryption-keys';

/**
 * Parts of a cluster that exist already, each by ids that may be outputs of other resources or stacks.
 * What is not named is made. See docs/components.md and docs/decisions/0106-existing-parts.md.
 */
export interface ExistingParts {
  /**
   * A VPC whose primary range is `network.vpcCidr`; the subnets of the cluster are cut from
   * `network.subnetCidr`. @default a new VPC
   */
  readonly vpc?: ExistingVpc;
  /** KMS keys by what they encrypt. @default new keys */
  readonly keyArns?: NonNullable<EncryptionKeysArgs['existing']>;
  /** A private Route 53 zone for the names of the cluster. @default a new zone */
  readonly dnsZone?: NonNullable<ClusterDnsArgs['existing']>;
  /**
   * A bucket for the access logs of the load balancers; its policy lets
   * `delivery.logs.amazonaws.com` write. @default a new bucket
   */
  readonly accessLogBucket?: pulumi.Input<string>;
  /** CAs by name: `etcd-ca`, `cluster-ca`, `front-proxy-ca`. @default new CAs */
  readonly cas?: Readonly<Record<string, ExistingCa>>;
}

const keys: readonly string[] = ['vpc', 'keyArns', 'dnsZone', 'accessLogBucket', 'cas'];

/** What of the existing parts can't be built with a configuration, as far as it is known at once. */
export function problemsOfExisting(
  existing: ExistingParts,
  { network }: Pick<Blueprint, 'network'>,
): readonly Problem[] {
  return [
    ...Object.keys(existing)
      .filter((key) => !keys.includes(key))
      .map((key) => ({ path: `existing.${key}`, got: key, expected: keys.join(', ') })),
    ...(existing.vpc && network.dnsFirewall !== 'off'
      ? [
          {
            path: 'network.dnsFirewall',
            got: network.dnsFirewall,
            expected:
              '"off": it would filter the names of everything in the VPC. Whose it is can put a DnsFirewall in',
          },
        ]
      : []),
  ];
}
