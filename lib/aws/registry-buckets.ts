/** A bucket of a public image registry that its callers are redirected to inside one region. */
export interface RegistryBucket {
  readonly registry: string;
  readonly bucket: string;
  /** Where the bucket lies: only callers of this region reach it by a gateway endpoint. */
  readonly region: string;
  readonly source: string;
}

const kubernetes =
  'https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/app/buckets.go';

/**
 * Buckets of public registries that hold image layers. A request to S3 of another region takes the
 * NAT gateway and never meets the policy of the endpoint.
 *
 * The requests carry the signature of the registry's own account, or none: no condition on the
 * caller can hold for them, so that the buckets are named and open for reading alone. ECR is not
 * among them, since no machine has credentials for it.
 *
 * Read 2026-11-26.
 */
export const registryBuckets: readonly RegistryBucket[] = [
  ...[
    'ap-northeast-1',
    'ap-south-1',
    'ap-southeast-1',
    'eu-central-1',
    'eu-west-1',
    'eu-west-2',
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
  ].map((region) => ({
    registry: 'registry.k8s.io',
    bucket: `prod-registry-k8s-io-${region}`,
    region,
    source: kubernetes,
  })),
  {
    registry: 'quay.io',
    bucket: 'quayio-production-s3',
    region: 'us-east-1',
    source:
      'https://docs.redhat.com/en/documentation/openshift_container_platform/4.20/html/installation_configuration/configuring-firewall',
  },
  {
    registry: 'docker.io',
    bucket: 'docker-images-prod',
    region: 'us-east-1',
    source: 'https://docs.docker.com/desktop/setup/allow-list/',
  },
];

/** Names of the buckets that image layers come from inside a region, sorted. */
export function registryBucketsOf(region: string): readonly string[] {
  return registryBuckets
    .filter((candidate) => candidate.region === region)
    .map(({ bucket }) => bucket)
    .sort();
}
