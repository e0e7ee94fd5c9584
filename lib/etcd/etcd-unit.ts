import type { MachineUnit } from '../machine/machine-config';
import { etcdPaths } from './etcd-paths';
import { renderFlags, type EtcdFlagValue } from './flags';
import { renderSandbox } from './sandbox';

/**
 * The unit of etcd itself. It says that it is ready when the member has joined a quorum.
 *
 * Exit status 78 means that nothing but an operator helps; then the unit stays failed.
 */
export function renderEtcdUnit(flags: Readonly<Record<string, EtcdFlagValue>>): MachineUnit {
  const command = [`${etcdPaths.scripts}/etcd-start`, ...renderFlags(flags)];
  return {
    name: 'etcd.service',
    content: `[Unit]
Description=etcd member
Documentation=https://etcd.io/docs/
Wants=network-online.target time-sync.target
After=network-online.target time-sync.target
RequiresMountsFor=${etcdPaths.volume}
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=${command.join(' \\\n  ')}
User=etcd
Group=etcd
Restart=always
RestartSec=2
RestartPreventExitStatus=78
# Members come up in any order: without a quorum this waits.
TimeoutStartSec=infinity
TimeoutStopSec=60
RuntimeDirectory=etcd
RuntimeDirectoryMode=0700
LimitNOFILE=65536
OOMScoreAdjust=-900
IOSchedulingClass=best-effort
IOSchedulingPriority=0
${renderSandbox({ writable: [etcdPaths.volume] })}
[Install]
WantedBy=multi-user.target
`,
  };
}
