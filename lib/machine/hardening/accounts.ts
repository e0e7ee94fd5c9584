import type { MachineFile } from '../machine-config';

/** Accounts and their limits: no core dumps, idle shells end, cron for root alone. */
export function accountFiles(): readonly MachineFile[] {
  return [
    {
      path: '/etc/security/limits.d/90-hardened-cluster.conf',
      content: '* hard core 0\nroot hard core 0\n',
    },
    {
      path: '/etc/systemd/coredump.conf.d/90-hardened-cluster.conf',
      content: '[Coredump]\nStorage=none\nProcessSizeMax=0\n',
    },
    {
      path: '/etc/systemd/system.conf.d/90-hardened-cluster.conf',
      content: '[Manager]\nDumpCore=no\nDefaultLimitCORE=0\nCtrlAltDelBurstAction=none\n',
    },
    {
      // Read by shells of people alone: services have no profile.
      path: '/etc/profile.d/hardened-cluster.sh',
      content: 'umask 027\nTMOUT=900\nreadonly TMOUT\nexport TMOUT\n',
    },
    { path: '/etc/cron.allow', content: 'root\n', mode: '0600' },
    { path: '/etc/at.allow', content: 'root\n', mode: '0600' },
    { path: '/etc/issue', content: notice },
    { path: '/etc/issue.net', content: notice },
  ];
}

const notice = 'For authorised use only. Sessions are recorded.\n';
