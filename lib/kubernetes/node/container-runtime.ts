import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineFile, MachineUnit } from '../../machine/machine-config';
import { nodeSoftware } from '../releases';

/**
 * Configuration of containerd 2: systemd cgroups, no stream server but on loopback, no capability
 * and no device that a pod did not ask for, image sandbox pinned.
 *
 * @see https://containerd.io/docs/2.3/cri/config/
 */
export function planContainerdFiles({
  kubernetes,
}: Pick<Blueprint, 'kubernetes'>): readonly MachineFile[] {
  return [
    {
      path: '/etc/containerd/config.toml',
      mode: '0600',
      content: containerdConfig(kubernetes.sandboxRuntime),
    },
    {
      path: '/etc/crictl.yaml',
      content: 'runtime-endpoint: unix:///run/containerd/containerd.sock\ntimeout: 10\n',
    },
  ];
}

function containerdConfig(sandbox: Blueprint['kubernetes']['sandboxRuntime']): string {
  return `version = 3
root = '/var/lib/containerd'
state = '/run/containerd'
oom_score = -999

[grpc]
  address = '/run/containerd/containerd.sock'
  uid = 0
  gid = 0

[plugins.'io.containerd.cri.v1.images']
  snapshotter = 'overlayfs'
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = '${nodeSoftware.pauseImage}'
  [plugins.'io.containerd.cri.v1.images'.registry]
    config_path = '/etc/containerd/certs.d'

[plugins.'io.containerd.cri.v1.runtime']
  enable_unprivileged_icmp = false
  enable_unprivileged_ports = false
  device_ownership_from_security_context = false
  tolerate_missing_hugetlb_controller = true
  restrict_oom_score_adj = false
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ['/opt/cni/bin']
    conf_dir = '/etc/cni/net.d'
  [plugins.'io.containerd.cri.v1.runtime'.containerd]
    default_runtime_name = 'runc'
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
      runtime_type = 'io.containerd.runc.v2'
      privileged_without_host_devices = false
      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
        BinaryName = '/usr/local/sbin/runc'
        SystemdCgroup = true
${
  sandbox === 'gvisor'
    ? `    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runsc]
      runtime_type = 'io.containerd.runsc.v1'
`
    : ''
}
[plugins.'io.containerd.grpc.v1.cri']
  disable_tcp_service = true
  stream_server_address = '127.0.0.1'
  stream_server_port = '0'
  enable_tls_streaming = false
`;
}

/** The service of containerd. */
export function planContainerdUnit(): MachineUnit {
  return {
    name: 'containerd.service',
    content: `[Unit]
Description=containerd, the container runtime
Documentation=https://containerd.io
After=network.target dbus.service

[Service]
Type=notify
ExecStart=/usr/local/bin/containerd --config /etc/containerd/config.toml
Restart=always
RestartSec=5
Delegate=yes
KillMode=process
OOMScoreAdjust=-999
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=0
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`,
  };
}
