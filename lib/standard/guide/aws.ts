import type { Clause } from '../clause';
import { at } from '../documents';

/** The AWS chapter. */
export const awsClauses: readonly Clause[] = [
  {
    id: 'guide/aws/host-privileges',
    source: at('guideAws', 'Host privileges'),
    level: 'critical',
    statement: 'Pods do not inherit the AWS rights of their node.',
    replacement:
      'kiam is archived and kube2iam no longer needed: IMDSv2 with hop limit 1, a network policy against 169.254.169.254, IAM roles for service accounts, and small roles of one tier each.',
    checks: [
      'aws/metadata-hop-limit',
      'network-policies/metadata-denied',
      'aws/roles-not-shared',
      'aws/roles-least-privilege',
    ],
  },
  {
    id: 'guide/aws/metadata-api',
    source: at('guideAws', 'Metadata API'),
    level: 'critical',
    statement: 'Pods cannot reach the EC2 metadata service, nor find secrets in it.',
    replacement:
      'IMDSv2 with hop limit 1 and a network policy take the place of the iptables rule of kube2iam.',
    checks: [
      'aws/metadata-tokens-required',
      'aws/metadata-hop-limit',
      'network-policies/metadata-denied',
      'machines/user-data-without-secrets',
    ],
  },
];
