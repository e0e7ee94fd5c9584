import type { MachineFile, MachineRole } from '../machine-config';

/** File systems, protocols and buses that no machine here uses, and that had holes. */
const refused = [
  'af_802154',
  'appletalk',
  'atm',
  'ax25',
  'bluetooth',
  'can',
  'cramfs',
  'dccp',
  'decnet',
  'econet',
  'firewire_core',
  'freevxfs',
  'gfs2',
  'hfs',
  'hfsplus',
  'ipx',
  'jffs2',
  'ksmbd',
  'n_hdlc',
  'netrom',
  'p8022',
  'p8023',
  'psnap',
  'rds',
  'rose',
  'sctp',
  'squashfs',
  'thunderbolt',
  'tipc',
  'udf',
  'usb_storage',
  'vivid',
  'x25',
] as const;

/** What pods and the pod network need; also for the kernel settings of the bridge. */
const nodeModules = ['br_netfilter', 'nf_conntrack', 'overlay', 'vxlan'] as const;

/** Modules that are loaded at start, and those that never are. */
export function kernelModuleFiles(role: MachineRole): readonly MachineFile[] {
  const node = role === 'control-plane' || role === 'worker';
  return [
    {
      path: '/etc/modprobe.d/hardened-cluster.conf',
      content: refused.map((name) => `install ${name} /bin/false\nblacklist ${name}\n`).join(''),
    },
    {
      path: '/etc/modules-load.d/hardened-cluster.conf',
      content: (node ? nodeModules : []).map((name) => `${name}\n`).join(''),
    },
  ];
}
