import type { Clause } from './clause';
import { at } from './documents';

const source = at('versionPolicy', 'Decision');

/** Version policy. */
export const versionPolicyClauses: readonly Clause[] = [
  {
    id: 'scs-0210/versions/latest-minor-version',
    source,
    level: 'MUST',
    statement: 'The latest minor version is on offer within 4 months of its release.',
    checks: ['versions/newest-minor-version-offered'],
  },
  {
    id: 'scs-0210/versions/latest-patch',
    source,
    level: 'MUST',
    statement: 'The latest patch version is provided within 1 month of its release.',
    checks: ['versions/patch-current'],
  },
  {
    id: 'scs-0210/versions/critical-patch',
    source,
    level: 'MUST',
    statement: 'A patch that fixes a CVE with a CVSS base score of 8 or more comes within 2 weeks.',
    checks: ['versions/critical-patch-in-two-weeks'],
  },
  {
    id: 'scs-0210/versions/critical-patch-two-days',
    source,
    level: 'RECOMMENDED',
    statement: 'Such a patch comes within 2 days.',
    checks: ['versions/critical-patch-in-two-days'],
  },
  {
    id: 'scs-0210/versions/tested',
    source,
    level: 'MUST',
    statement:
      'A version is tested before production runs it, at least with the CNCF end-to-end tests.',
    checks: ['versions/tested'],
  },
  {
    id: 'scs-0210/versions/supported-as-upstream',
    source,
    level: 'MUST',
    statement: 'Versions are supported as long as upstream supports them.',
    checks: ['versions/every-minor-version-offered'],
  },
  {
    id: 'scs-0210/versions/not-after-end-of-life',
    source,
    level: 'RECOMMENDED',
    statement: 'Versions are not supported after their end of life.',
    checks: ['versions/minor-version-supported'],
  },
];
