import type { Clause } from './clause';

/** Names of the documents, as reports print them. */
export const documents = {
  hardening: 'SCS-0217-v1 Kubernetes cluster hardening',
  versionPolicy: 'SCS-0210-v2 SCS K8S Version Policy',
  nodeDistribution: 'SCS-0214-v2 Kubernetes Node Distribution and Availability',
  robustness: 'SCS-0215-v1 Robustness features for K8s clusters',
  guide: 'Kubernetes Security - Best Practice Guide',
  guideAws: 'Kubernetes Security - Best Practice Guide, AWS chapter',
  guideKops: 'Kubernetes Security - Best Practice Guide, kops chapter',
} as const;

/** Where a clause stands. */
export function at(document: keyof typeof documents, section: string): Clause['source'] {
  return { document: documents[document], section };
}
