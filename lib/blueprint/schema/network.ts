import * as z from 'zod';
import { bucketNames, cidrs, count, domain, roleArn, vpcNetwork, text } from '../values';

/** Address ranges and routes. */
export const network = z.strictObject({
  vpcCidr: vpcNetwork()
    .default('10.0.0.0/16')
    .describe('Addresses of the VPC; /16 to /24, all other ranges outside it.'),
  subnetCidr: vpcNetwork()
    .optional()
    .describe(
      'Part of the VPC that the subnets of the cluster are cut from; all of it when left out. The rest stays free for others, as in a VPC that the cluster shares.',
    ),
  podCidr: vpcNetwork().default('10.244.0.0/16').describe('Addresses of pods.'),
  serviceCidr: vpcNetwork().default('10.96.0.0/16').describe('Addresses of Services.'),
  natGateways: z
    .enum(['per-zone', 'single'])
    .default('per-zone')
    .describe('One NAT gateway a zone, or a single one that takes the egress down with its zone.'),
  podEncryption: z
    .enum(['none', 'wireguard'])
    .default('none')
    .describe('Whether pod traffic between nodes is encrypted.'),
  workloadBuckets: bucketNames().describe(
    'S3 buckets of the region that pods use by IAM roles of their own; no other bucket is reached by the endpoint of the nodes.',
  ),
  imageBuckets: bucketNames().describe(
    'Further S3 buckets of the region that image registries redirect to, for reading alone; those of registry.k8s.io, quay.io and Docker Hub are known.',
  ),
  dnsFirewall: z
    .enum(['tunnelling', 'allow-list', 'off'])
    .default('tunnelling')
    .describe(
      'What the resolver of the VPC refuses: names that carry data, or every name that is not allowed.',
    ),
  dnsAllowedDomains: z
    .array(domain())
    .default([])
    .describe(
      'Names that dnsFirewall "allow-list" resolves besides those that the cluster needs, such as "*.example.com".',
    ),
  flowLogRetentionDays: count(1, 3653)
    .default(365)
    .describe('Days that VPC flow logs are kept; a value CloudWatch Logs offers.'),
});

/** Inbound access from outside the VPC. */
export const access = z.strictObject({
  apiCidrs: cidrs().describe(
    'Networks that may reach the API server on 6443 from outside the VPC; empty for a private API.',
  ),
  privateApiCidrs: cidrs()
    .default([])
    .describe(
      'Networks behind a VPN, peering or transit gateway that may reach the API server on 6443 by the load balancer inside the VPC.',
    ),
  nodePortCidrs: cidrs()
    .default([])
    .describe('Networks that may reach NodePort Services (30000-32767) from outside the VPC.'),
  sshCidrs: cidrs().default([]).describe('Networks that may reach port 22 of the bastion.'),
  permissionsBoundaryArn: text(
    /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
    'the ARN of an IAM policy such as "arn:aws:iam::123456789012:policy/boundary"',
  )
    .optional()
    .describe('A policy that no role of the cluster goes beyond, where the account asks for one.'),
  deployerRoleArns: z
    .array(roleArn())
    .default([])
    .describe(
      "IAM roles that deploy: nobody else writes to the cluster's buckets. The one that deploys when left out.",
    ),
});
