/**
 * What a fourth zone means to the cluster `prod` of the tests, in the program's inputs and on the real
 * engine: see "What a change touches" in docs/aws.md.
 */
export const fourthZone = {
  /** Names of what it adds: those with its name or one of its subnets. */
  added: /eu-central-1d|10-0-(96|104|112|120)-0/,
  /** Updated in place: they hold a list of subnets. */
  updated: [
    'Group prod-bastion',
    'Group prod-control-plane',
    'Group prod-worker-general',
    'LoadBalancer prod-internal',
    'LoadBalancer prod-public',
    'VpcEndpoint prod-endpoints-ec2',
    'VpcEndpoint prod-endpoints-kms',
    'VpcEndpoint prod-endpoints-logs',
    'VpcEndpoint prod-endpoints-ssm',
    'VpcEndpoint prod-endpoints-sts',
  ],
} as const;
