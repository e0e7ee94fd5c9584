import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineFile, MachineRole } from '../machine-config';

/** The accounts that people log in to; Debian's own `admin` may not log in anywhere. */
export const personAccounts = {
  /** On the bastion: may jump on, and nothing else. */
  bastion: { name: 'jump', id: 1501 },
  /** On all other machines, with sudo. */
  machine: { name: 'ops', id: 1500 },
} as const;

/** Account of people on machines of a role. */
export function personAccount(role: MachineRole): { readonly name: string; readonly id: number } {
  return role === 'bastion' ? personAccounts.bastion : personAccounts.machine;
}

/** Account, keys and rights of people on machines of a role. */
export function personFiles(
  { bastion, name }: Blueprint,
  role: MachineRole,
): readonly MachineFile[] {
  const account = personAccount(role);
  return [
    {
      path: '/etc/sysusers.d/hardened-cluster-ssh-accounts.conf',
      content: `u ${account.name} ${account.id} "People, by SSH" /home/${account.name} /bin/bash\n`,
    },
    {
      path: '/etc/tmpfiles.d/hardened-cluster-ssh-accounts.conf',
      content: `d /home/${account.name} 0700 ${account.name} ${account.name} -\n`,
    },
    {
      // Not writable by the account, so that it cannot add keys.
      path: `/etc/ssh/authorized_keys.d/${account.name}`,
      content: bastion.authorizedKeys.map((key) => `${key.trim()}\n`).join(''),
    },
    {
      path: '/etc/ssh/user-ca-keys',
      content: bastion.userCaKeys.map((key) => `${key.trim()}\n`).join(''),
    },
    {
      // A certificate must name this cluster, so that one for another cluster is of no use here.
      path: `/etc/ssh/authorized_principals.d/${account.name}`,
      content: `${name}-${account.name}\n`,
    },
    {
      // Read last: nothing before it gives more. Debian's image lets `admin` become root.
      path: '/etc/sudoers.d/zz-hardened-cluster',
      content: [
        'Defaults use_pty,!visiblepw,timestamp_timeout=0,log_allowed,log_denied',
        'admin ALL=(ALL:ALL) !ALL',
        role === 'bastion' ? 'jump ALL=(ALL:ALL) !ALL' : 'ops ALL=(ALL:ALL) NOPASSWD: ALL',
        '',
      ].join('\n'),
      mode: '0440',
    },
  ];
}
