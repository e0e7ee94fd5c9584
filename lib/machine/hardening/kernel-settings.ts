import type { MachineFile, MachineRole } from '../machine-config';

type Settings = Readonly<Record<string, string | number>>;

/** For every machine. */
const common: Settings = {
  // Addresses, pointers and the ring buffer are for root; processes are traced by their parents.
  'kernel.randomize_va_space': 2,
  'kernel.kptr_restrict': 2,
  'kernel.dmesg_restrict': 1,
  'kernel.yama.ptrace_scope': 1,
  'kernel.perf_event_paranoid': 3,
  'kernel.unprivileged_bpf_disabled': 1,
  // Debian's own; the dash lets a kernel without it pass. Runtimes make theirs as root.
  '-kernel.unprivileged_userns_clone': 0,
  'net.core.bpf_jit_harden': 2,
  'kernel.kexec_load_disabled': 1,
  'kernel.sysrq': 0,
  'kernel.core_uses_pid': 1,
  'kernel.core_pattern': '|/bin/false',
  'dev.tty.ldisc_autoload': 0,
  'vm.unprivileged_userfaultfd': 0,
  'vm.mmap_min_addr': 65536,
  'fs.suid_dumpable': 0,
  'fs.protected_hardlinks': 1,
  'fs.protected_symlinks': 1,
  'fs.protected_fifos': 2,
  'fs.protected_regular': 2,
  // No routing tricks from the network.
  'net.ipv4.conf.all.accept_redirects': 0,
  'net.ipv4.conf.default.accept_redirects': 0,
  'net.ipv4.conf.all.secure_redirects': 0,
  'net.ipv4.conf.default.secure_redirects': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv4.conf.default.send_redirects': 0,
  'net.ipv4.conf.all.accept_source_route': 0,
  'net.ipv4.conf.default.accept_source_route': 0,
  'net.ipv4.conf.all.log_martians': 1,
  'net.ipv4.conf.default.log_martians': 1,
  'net.ipv4.icmp_echo_ignore_broadcasts': 1,
  'net.ipv4.icmp_ignore_bogus_error_responses': 1,
  'net.ipv4.tcp_syncookies': 1,
  'net.ipv4.tcp_rfc1337': 1,
  'net.ipv6.conf.all.accept_redirects': 0,
  'net.ipv6.conf.default.accept_redirects': 0,
  'net.ipv6.conf.all.accept_ra': 0,
  'net.ipv6.conf.default.accept_ra': 0,
  'net.ipv6.conf.all.accept_source_route': 0,
  'net.ipv6.conf.default.accept_source_route': 0,
  // The VPC is IPv4: nothing here may be reached another way.
  'net.ipv6.conf.all.disable_ipv6': 1,
  'net.ipv6.conf.default.disable_ipv6': 1,
};

/** Machines that are no router. */
const host: Settings = {
  'net.ipv4.ip_forward': 0,
  'net.ipv4.conf.all.rp_filter': 1,
  'net.ipv4.conf.default.rp_filter': 1,
  'kernel.panic': 60,
};

/**
 * Machines that run pods. The first six are what the kubelet insists on by `protectKernelDefaults`.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/cm/container_manager_linux.go
 */
const node: Settings = {
  'vm.overcommit_memory': 1,
  'vm.panic_on_oom': 0,
  'kernel.panic': 10,
  'kernel.panic_on_oops': 1,
  'kernel.keys.root_maxkeys': 1000000,
  'kernel.keys.root_maxbytes': 25000000,
  'net.ipv4.ip_forward': 1,
  'net.bridge.bridge-nf-call-iptables': 1,
  // Calico asks for loose or strict filtering and sets its own interfaces itself.
  'net.ipv4.conf.all.rp_filter': 1,
  'net.ipv4.conf.default.rp_filter': 1,
  'net.ipv4.neigh.default.gc_thresh1': 1024,
  'net.ipv4.neigh.default.gc_thresh2': 4096,
  'net.ipv4.neigh.default.gc_thresh3': 8192,
  'fs.inotify.max_user_instances': 8192,
  'fs.inotify.max_user_watches': 524288,
};

/** etcd: the database is one large memory map, and a wait for swap would cost its leadership. */
const etcd: Settings = { 'vm.swappiness': 0, 'vm.overcommit_memory': 1 };

const byRole: Readonly<Record<MachineRole, Settings>> = {
  bastion: host,
  etcd: { ...host, ...etcd },
  'control-plane': node,
  worker: node,
};

/** Kernel settings of a role as the file that systemd-sysctl applies, sorted by name. */
export function kernelSettingsFile(role: MachineRole): MachineFile {
  const settings = Object.entries({ ...common, ...byRole[role] }).sort(([a], [b]) =>
    a.replace(/^-/, '') < b.replace(/^-/, '') ? -1 : 1,
  );
  return {
    path: '/etc/sysctl.d/90-hardened-cluster.conf',
    content: settings.map(([name, value]) => `${name} = ${value}\n`).join(''),
  };
}
