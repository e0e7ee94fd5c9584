import type { MachinePart } from './machine-config';
import { programFile, programFolder } from './program-file';

/**
 * Recording of SSH sessions: what the SSH server starts instead of a shell, and the collector that
 * root owns and that people can only add to.
 */
export function planSessionRecording(): MachinePart {
  return {
    files: [programFile('sessions/record-session.py'), programFile('sessions/collect-sessions.py')],
    units: [
      { name: 'hardened-cluster-sessions.socket', content: socket, early: true },
      { name: 'hardened-cluster-sessions.service', content: service, enable: false },
    ],
  };
}

const socket = `[Unit]
Description=Collector of recorded sessions

[Socket]
ListenStream=/run/hardened-cluster-sessions/collector
SocketMode=0666
DirectoryMode=0755

[Install]
WantedBy=sockets.target
`;

const service = `[Unit]
Description=Collector of recorded sessions
Requires=hardened-cluster-sessions.socket

[Service]
ExecStart=${programFolder}/collect-sessions
Restart=always
LogsDirectory=hardened-cluster/sessions
LogsDirectoryMode=0700
UMask=0077
# To make a file append-only (to remove that again, one must be root on the machine), to take the terminal
# of the SSH server over, and to see that no other process holds it.
CapabilityBoundingSet=CAP_LINUX_IMMUTABLE CAP_CHOWN CAP_DAC_READ_SEARCH CAP_SYS_PTRACE
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateNetwork=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallFilter=@chown
TasksMax=256
MemoryMax=1G
OOMPolicy=continue
`;
