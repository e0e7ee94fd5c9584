import { libraryFile, programFile } from '../../machine/program-file';
import type { MachineFile, MachineUnit } from '../../machine/machine-config';
import { paths } from '../paths';

/** Scripts of the jobs that only control-plane machines have. */
export function planControlPlaneScripts(): readonly MachineFile[] {
  const programs = [
    'apply-manifests.sh',
    'approve-serving-certificates.sh',
    'issue-probe-credential.sh',
    'evaluate-serving-certificates.py',
    'renew-certificates.sh',
    'start-control-plane.sh',
    'write-encryption-config.sh',
  ].map((name) => programFile(`control-plane/${name}`));
  return [libraryFile('aws/aws_client.py'), ...programs];
}

/** The start of the control plane and what goes on beside it. */
export function planControlPlaneUnits(): readonly MachineUnit[] {
  return [
    {
      name: 'hardened-cluster-control-plane.service',
      content: `[Unit]
Description=Start of this machine's control plane
After=containerd.service aws-iam-authenticator.service kube-apiserver-probe.socket network-online.target
Wants=containerd.service aws-iam-authenticator.service kube-apiserver-probe.socket network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${paths.scripts}/start-control-plane
Restart=on-failure
RestartSec=10
UMask=0077

[Install]
WantedBy=multi-user.target
`,
    },
    ...job('apply-manifests', 'Manifests of the cluster', '5min', 'OnUnitInactiveSec=5min'),
    ...job(
      'approve-serving-certificates',
      'Serving certificates of kubelets',
      '2min',
      'OnUnitInactiveSec=15s',
    ),
    ...job('renew-certificates', 'Certificates of this machine', '1h', 'OnUnitInactiveSec=1d'),
  ];
}

function job(
  verb: string,
  description: string,
  afterBoot: string,
  again: string,
): readonly MachineUnit[] {
  return [
    {
      name: `${verb}.service`,
      enable: false,
      content: `[Unit]
Description=${description}
After=hardened-cluster-control-plane.service
ConditionPathExists=/etc/kubernetes/manifests/kube-scheduler.yaml

[Service]
Type=oneshot
ExecStart=${paths.scripts}/${verb}
TimeoutStartSec=15min
UMask=0077
`,
    },
    {
      name: `${verb}.timer`,
      content: `[Unit]
Description=${description}

[Timer]
OnBootSec=${afterBoot}
${again}
RandomizedDelaySec=5s

[Install]
WantedBy=timers.target
`,
    },
  ];
}
