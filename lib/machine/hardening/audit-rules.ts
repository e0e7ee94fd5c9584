import type { MachineFile, MachineRole } from '../machine-config';

/** Watches of files and folders: `w` writes, `a` attribute changes. */
const watched: Readonly<Record<string, readonly string[]>> = {
  accounts: [
    '/etc/group',
    '/etc/gshadow',
    '/etc/pam.d',
    '/etc/passwd',
    '/etc/security',
    '/etc/shadow',
    '/etc/sudoers',
    '/etc/sudoers.d',
  ],
  logging: ['/etc/audit', '/etc/systemd/journald.conf.d'],
  machine: ['/etc/hardened-cluster', '/usr/local/lib/hardened-cluster'],
  programs: ['/usr/local/bin', '/usr/local/sbin'],
  ssh: ['/etc/ssh'],
  system: ['/etc/modprobe.d', '/etc/sysctl.d', '/etc/systemd/system'],
};

const watchedByRole: Readonly<Record<MachineRole, Readonly<Record<string, readonly string[]>>>> = {
  bastion: {},
  etcd: { etcd: ['/etc/etcd'] },
  'control-plane': {
    kubernetes: ['/etc/containerd', '/etc/kubernetes', '/var/lib/kubelet/config.yaml'],
  },
  worker: {
    kubernetes: ['/etc/containerd', '/etc/kubernetes', '/var/lib/kubelet/config.yaml'],
  },
};

/** Calls of both word sizes; `auid` is the login user, whatever the effective user. */
const calls = [
  { key: 'modules', filter: '-S init_module,finit_module,delete_module' },
  { key: 'mounts', filter: '-S mount,umount2 -F auid>=1000 -F auid!=unset' },
  { key: 'root-commands', filter: '-S execve,execveat -F euid=0 -F auid>=1000 -F auid!=unset' },
  { key: 'time', filter: '-S adjtimex,settimeofday,clock_settime' },
] as const;

/**
 * Rules of the kernel's audit, for augenrules. The last one locks them until the next start.
 *
 * Watches are written as `-F path=` or `-F dir=`: the older `-w` slows down every system call.
 */
export function auditRulesFile(role: MachineRole): MachineFile {
  const watches = Object.entries({ ...watched, ...watchedByRole[role] }).flatMap(([key, paths]) =>
    paths.flatMap((path) => watch(path, key)),
  );
  const syscalls = calls.flatMap(({ key, filter }) =>
    ['b64', 'b32'].map((word) => `-a always,exit -F arch=${word} ${filter} -F key=${key}`),
  );
  return {
    path: '/etc/audit/rules.d/90-hardened-cluster.rules',
    content: `${[
      '-D',
      '-b 16384',
      '--backlog_wait_time 60000',
      '# A full log must not stop the machine; the journal keeps what is lost here.',
      '-f 1',
      '# A path that a machine does not have yet is no error.',
      '-c',
      ...watches,
      ...syscalls,
      '-e 2',
    ].join('\n')}\n`,
    mode: '0640',
  };
}

function watch(path: string, key: string): string[] {
  const kind = files.has(path) || /\.[a-z]+$/.test(path) ? 'path' : 'dir';
  const folder = path.endsWith('.d') || path.endsWith('.conf.d') ? 'dir' : kind;
  return ['b64', 'b32'].map(
    (word) => `-a always,exit -F arch=${word} -F ${folder}=${path} -F perm=wa -F key=${key}`,
  );
}

const files = new Set(['/etc/group', '/etc/gshadow', '/etc/passwd', '/etc/shadow', '/etc/sudoers']);
