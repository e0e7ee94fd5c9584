import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineFile, MachineUnit } from '../../machine/machine-config';
import { renderCommandLine, type Flags } from '../control-plane/flags';
import { planKubeletConfiguration, type KubeletRole } from './kubelet-configuration';
import { paths } from '../paths';
import { renderYaml } from '../yaml';

/** What is particular to the kubelets of one group of machines. */
export interface KubeletOptions {
  readonly role: KubeletRole;
  /** Labels that the kubelet gives its own node, beyond zone and region. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly object[];
}

/** Configuration and command line of the kubelet. */
export function planKubeletFiles(
  blueprint: Blueprint,
  options: KubeletOptions,
): readonly MachineFile[] {
  return [
    {
      path: paths.kubeletConfig,
      mode: '0600',
      template: true,
      content: renderYaml(planKubeletConfiguration(blueprint, options.role, options.taints)),
    },
    {
      // The part of the service that says how the kubelet runs: for root only (CIS 4.1.1).
      path: '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
      mode: '0600',
      template: true,
      content: `[Service]
ExecStart=/usr/local/bin/kubelet \\
${renderCommandLine(planKubeletFlags(options))
  .map((word) => `  ${word}`)
  .join(' \\\n')}
`,
    },
  ];
}

/** What the configuration file has no field for. */
export function planKubeletFlags({ role, labels = {} }: KubeletOptions): Flags {
  const nodeLabels = {
    ...labels,
    // Both are among the labels that NodeRestriction lets a kubelet set for itself.
    'topology.kubernetes.io/region': '@HC_REGION@',
    'topology.kubernetes.io/zone': '@HC_ZONE@',
  };
  return {
    config: paths.kubeletConfig,
    kubeconfig: paths.kubeletKubeconfig,
    ...(role === 'worker' ? { 'bootstrap-kubeconfig': paths.kubeletBootstrapKubeconfig } : {}),
    'hostname-override': '@HC_INSTANCE_ID@',
    'node-ip': '@HC_PRIVATE_IP@',
    'node-labels': Object.entries(nodeLabels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`),
  };
}

/** The service of the kubelet; on the control plane its start script starts it. */
export function planKubeletUnit(role: KubeletRole): MachineUnit {
  return {
    name: 'kubelet.service',
    enable: role === 'worker',
    content: `[Unit]
Description=kubelet, the Kubernetes node agent
Documentation=https://kubernetes.io/docs/
After=containerd.service network-online.target
Wants=network-online.target
Requires=containerd.service
StartLimitIntervalSec=0

[Service]
RuntimeDirectory=kubelet
# The resolver of the machine: the stub on loopback would lead the cluster's DNS back to itself.
ExecStartPre=/bin/sh -c 'if [ -e /run/systemd/resolve/resolv.conf ]; then f=/run/systemd/resolve/resolv.conf; else f=/etc/resolv.conf; fi; ln -sfn "$$f" /run/kubelet/resolv.conf'
Restart=always
RestartSec=5
LimitCORE=0
UMask=0077

[Install]
WantedBy=multi-user.target
`,
  };
}
