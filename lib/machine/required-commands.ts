import type { MachineConfig } from './machine-config';

/**
 * Programs that boot itself needs before it can fetch anything, all part of the official Debian 13
 * image for EC2. `boot` names the one that is missing and stops.
 *
 * @see docs/machine.md
 */
export function requiredCommands(machine: Pick<MachineConfig, 'dataVolume'>): readonly string[] {
  const volume = ['blkid', 'mkfs.ext4', 'mountpoint', 'systemd-escape'];
  return [
    'apt-get',
    'awk',
    'cmp',
    'curl',
    'dpkg',
    'flock',
    'python3',
    'sha256sum',
    'systemctl',
    'systemd-sysusers',
    'systemd-tmpfiles',
    'tar',
    ...(machine.dataVolume === undefined ? [] : volume),
  ];
}
