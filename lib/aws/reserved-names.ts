/** A beginning, or a whole, that a service keeps for itself. */
export interface ReservedName {
  readonly form: RegExp;
  /** What the form is, for people: `"aws"` or `a name that begins with "aws"`. */
  readonly what: string;
  /** Who keeps it, and for what. */
  readonly why: string;
}

const beginning = (text: string, why: string): ReservedName => ({
  form: new RegExp(`^${text}`),
  what: `a name that begins with "${text}"`,
  why,
});

/**
 * Names that a cluster can't have, since names of resources begin with it.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
 */
export const reservedClusterNames: readonly ReservedName[] = [
  beginning('aws', 'Systems Manager and KMS keep it'),
  beginning('ssm', 'Systems Manager keeps it'),
  beginning('amazon', 'documents of Systems Manager keep it'),
  beginning('amzn', 'documents of Systems Manager and buckets keep it'),
  beginning('xn--', 'buckets may not begin so'),
  beginning('sthree-', 'buckets may not begin so'),
  beginning('sg-', 'security groups may not begin so'),
  {
    form: /^sg$/,
    what: '"sg"',
    why: 'security groups may not begin with "sg-"',
  },
  {
    form: /^internal(-|$)/,
    what: '"internal", alone or before a hyphen',
    why: 'load balancers may not begin with "internal-"',
  },
  {
    form: /^(ec2|compute)$/,
    what: '"ec2" and "compute"',
    why: 'a private zone of that name would hide the names that EC2 gives its machines',
  },
];
