/** What a sandboxed service of the tier needs beside the sandbox. */
export interface SandboxNeeds {
  /** Folders it may write to. @default none */
  readonly writable?: readonly string[];
  /** Capabilities it keeps, such as `CAP_CHOWN`. @default none */
  readonly capabilities?: readonly string[];
}

/**
 * Lines of a `[Service]` section: a read-only system, no devices, no capabilities, nothing of other
 * processes, and only the system calls of a network service.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
 */
export function renderSandbox({ writable = [], capabilities = [] }: SandboxNeeds = {}): string {
  const lines = [
    `AmbientCapabilities=`,
    `CapabilityBoundingSet=${capabilities.join(' ')}`,
    'LockPersonality=yes',
    'MemoryDenyWriteExecute=yes',
    'NoNewPrivileges=yes',
    'PrivateDevices=yes',
    'PrivateTmp=yes',
    'ProcSubset=pid',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHome=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectProc=invisible',
    'ProtectSystem=strict',
    ...(writable.length === 0 ? [] : [`ReadWritePaths=${writable.join(' ')}`]),
    'RemoveIPC=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'SystemCallArchitectures=native',
    'SystemCallErrorNumber=EPERM',
    'SystemCallFilter=@system-service',
    `SystemCallFilter=~@privileged @resources${capabilities.includes('CAP_CHOWN') ? '\nSystemCallFilter=@chown' : ''}`,
    'UMask=0077',
  ];
  return `${lines.join('\n')}\n`;
}
