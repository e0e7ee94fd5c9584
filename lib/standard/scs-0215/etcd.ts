import type { Clause } from '../clause';
import { at } from '../documents';

const compaction = at('robustness', 'etcd compaction');
const backup = at('robustness', 'etcd backup');

/** Compaction and backup of etcd. */
export const etcdMaintenanceClauses: readonly Clause[] = [
  {
    id: 'scs-0215/etcd/compaction',
    source: compaction,
    level: 'MUST',
    statement: 'etcd is cleaned up regularly.',
    checks: ['etcd/compaction-periodic', 'etcd/compaction-retention'],
  },
  {
    id: 'scs-0215/etcd/compaction-mode',
    source: compaction,
    level: 'MUST',
    statement: 'auto-compaction-mode is periodic.',
    checks: ['etcd/compaction-periodic'],
  },
  {
    id: 'scs-0215/etcd/compaction-retention',
    source: compaction,
    level: 'MUST',
    statement: 'auto-compaction-retention is 8h.',
    checks: ['etcd/compaction-retention'],
  },
  {
    id: 'scs-0215/etcd/backup',
    source: backup,
    level: 'MUST',
    statement: 'etcd is backed up regularly.',
    checks: ['backup/scheduled'],
  },
  {
    id: 'scs-0215/etcd/backup-weekly',
    source: backup,
    level: 'MUST',
    statement: 'A backup is made once a week at the very least.',
    checks: ['backup/at-least-weekly'],
  },
  {
    id: 'scs-0215/etcd/backup-thinning',
    source: backup,
    level: 'RECOMMENDED',
    statement: 'Backups are kept the more sparsely the older they are.',
    checks: ['backup/thinned-out'],
  },
  {
    id: 'scs-0215/etcd/backup-encrypted',
    source: backup,
    level: 'RECOMMENDED',
    statement: 'Backups are encrypted.',
    checks: ['backup/encrypted'],
  },
];
