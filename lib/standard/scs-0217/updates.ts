import type { Clause } from '../clause';
import { at } from '../documents';

/** Keeping the cluster up to date. */
export const updateClauses: readonly Clause[] = [
  {
    id: 'scs-0217/updates/regular',
    source: at('hardening', 'Standard'),
    level: 'MUST',
    statement:
      'Clusters receive Kubernetes bug fixes and security patches regularly, at the pace of SCS-0210.',
    checks: ['versions/minor-version-supported', 'versions/patch-current'],
  },
];
