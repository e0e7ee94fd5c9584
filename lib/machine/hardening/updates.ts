import type { MachineFile, MachineRole } from '../machine-config';

/**
 * Security updates, installed by themselves. Restarts are left to a replacement of the machine, one
 * at a time: a machine that restarts by itself could take a quorum with it.
 */
export function updateFiles(role: MachineRole): readonly MachineFile[] {
  return [
    {
      path: '/etc/apt/apt.conf.d/90-hardened-cluster',
      content: [
        ...(role === 'etcd'
          ? // No route to a mirror: its updates come with a new machine image.
            ['APT::Periodic::Enable "0";']
          : [
              'APT::Periodic::Enable "1";',
              'APT::Periodic::Update-Package-Lists "1";',
              'APT::Periodic::Unattended-Upgrade "1";',
              'APT::Periodic::AutocleanInterval "7";',
              '#clear Unattended-Upgrade::Origins-Pattern;',
              'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian-Security";',
              'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";',
              'Unattended-Upgrade::Automatic-Reboot "false";',
              'Unattended-Upgrade::SyslogEnable "true";',
            ]),
        'Acquire::AllowInsecureRepositories "false";',
        'Acquire::AllowDowngradeToInsecureRepositories "false";',
        'APT::Get::AllowUnauthenticated "false";',
        'APT::Install-Recommends "false";',
        '',
      ].join('\n'),
    },
  ];
}
