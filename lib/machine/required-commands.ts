import type { MachineConfig, MachineRole } from './machine-config';

/**
 * Programs that the machine image has to have: what the machine calls (its user-data, its programs, its
 * units) and neither an artifact nor a package of the plan brings. All are in the official Debian 13 image
 * for EC2. `boot` names the one that is missing and stops.
 *
 * @see docs/machine.md
 */
export function requiredCommands({
  role,
  dataVolume,
}: Pick<MachineConfig, 'dataVolume' | 'role'>): readonly string[] {
  const names = [...everywhere, ...ofRole[role], ...(dataVolume === undefined ? [] : ofVolume)];
  return [...new Set(names)].sort();
}

const everywhere = words(`
  apt-get awk cat chmod chown cmp cp curl cut dpkg dpkg-deb dpkg-query find flock grep head journalctl
  mkdir mktemp mv od python3 rm sed sha256sum sha512sum sleep sshd stat sync systemctl systemd-sysusers
  systemd-tmpfiles tar touch tr uniq`);

const ofVolume = words('blkid mkfs.ext4 mountpoint systemd-escape');

const ofRole: Readonly<Record<MachineRole, readonly string[]>> = {
  bastion: [],
  etcd: words('date df ls openssl rmdir sort tail wc'),
  'control-plane': words('base64 env ln openssl sh sort'),
  worker: words('ln sh'),
};

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
