import type { MachineFile } from '../machine-config';

/** A journal that outlives a restart, and that no flood of lines can take the disk with. */
export function journalFile(): MachineFile {
  return {
    path: '/etc/systemd/journald.conf.d/90-hardened-cluster.conf',
    content: [
      '[Journal]',
      'Storage=persistent',
      'Compress=yes',
      'Seal=yes',
      'SplitMode=none',
      'SystemMaxUse=1G',
      'SystemKeepFree=1G',
      'MaxRetentionSec=30day',
      'RateLimitIntervalSec=30s',
      'RateLimitBurst=20000',
      'ForwardToSyslog=no',
      'ForwardToWall=no',
      'Audit=yes',
      '',
    ].join('\n'),
  };
}
