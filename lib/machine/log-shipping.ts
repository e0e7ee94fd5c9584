import type { Blueprint } from '../blueprint/blueprint';
import { logGroupPrefix, planLogGroups } from './log-groups';
import type { MachinePart, MachineRole } from './machine-config';
import { libraryFile, programFile, programFolder } from './program-file';

/** What is shipped to a log group, whatever the group: the files of a pattern, or the journal. */
const sources: Readonly<
  Record<string, { readonly pattern: string; readonly streamPerFile: boolean }>
> = {
  audit: { pattern: '/var/log/kubernetes/audit/audit*.log', streamPerFile: false },
  sessions: { pattern: '/var/log/hardened-cluster/sessions/*.cast', streamPerFile: true },
};

/**
 * The shipper of logs to CloudWatch Logs, on the Python of the image: etcd machines reach no mirror for
 * an agent. Root without rights, but for reading what root alone may read.
 *
 * @see docs/decisions/0076-own-log-shipper.md
 */
export function planLogShipping(blueprint: Blueprint, role: MachineRole): MachinePart {
  const groups = planLogGroups(blueprint).filter(({ writers }) => writers.includes(role));
  const prefix = logGroupPrefix(blueprint);
  const configuration = {
    sources: groups.map(({ key }) => ({
      ...(sources[key] === undefined
        ? { kind: 'journal', name: 'journal' }
        : { kind: 'files', name: key, ...sources[key] }),
      group: `${prefix}/${key}`,
    })),
  };
  return {
    files: [
      libraryFile('aws/aws_client.py'),
      programFile('logs/ship-logs.py'),
      {
        path: '/etc/hardened-cluster/ship-logs.json',
        content: `${JSON.stringify(configuration, undefined, 2)}\n`,
      },
    ],
    units: [{ name: 'hardened-cluster-logs.service', content: unit, early: true }],
  };
}

const unit = `[Unit]
Description=Shipping of logs to CloudWatch Logs
Wants=network-online.target
After=network-online.target systemd-journald.service
StartLimitIntervalSec=0

[Service]
ExecStart=${programFolder}/ship-logs
Restart=always
RestartSec=10
StateDirectory=hardened-cluster-logs
StateDirectoryMode=0700
UMask=0077
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
ProcSubset=pid
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
MemoryMax=256M
# An entry that journalctl has no memory for is left out; the shipper goes on.
OOMPolicy=continue
CPUQuota=50%

[Install]
WantedBy=multi-user.target
`;
