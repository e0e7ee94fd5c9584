import type { MachineConfig } from './machine-config';
import { readProgram, programFolder } from './program-file';

/** What only the cloud knows of a machine when it starts. All plain text, none of it a secret. */
export interface MachineRuntime {
  readonly cluster: string;
  readonly region: string;
  readonly accountId: string;
  /** Bucket of the cluster. */
  readonly bucket: string;
  readonly bundleKey: string;
  readonly bundleSha256: string;
  /** Such as `vol-0123456789abcdef0`. */
  readonly dataVolumeId?: string;
  /** Address of the OIDC issuer of service-account tokens. */
  readonly serviceAccountIssuer?: string;
  /** What ends the names of the log groups. */
  readonly logGroupSuffix?: string;
}

/** What EC2 accepts, before base64. */
export const maximumUserDataBytes = 16 * 1024;

/**
 * Renders the user-data of a machine: it installs a unit that fetches the bundle, verifies it and
 * starts boot, now and at each start of the machine.
 *
 * @throws Error once, with every fact that does not match its pattern, or when EC2 would refuse the size.
 */
export function renderUserData(
  machine: Pick<MachineConfig, 'name' | 'role'>,
  runtime: MachineRuntime,
): string {
  const script = [
    '#!/bin/sh',
    '# Fetches the bundle of this machine and starts its boot. Holds no secret.',
    'set -eu',
    'umask 022',
    'root=${HC_ROOT:-}',
    `mkdir -p "$root/etc/hardened-cluster" "$root/etc/systemd/system" "$root${programFolder}"`,
    ...heredoc('/etc/hardened-cluster/machine.env', renderMachineEnv(machine, runtime)),
    ...heredoc(`${programFolder}/lib.sh`, stripComments(readProgram('boot/lib.sh'))),
    ...heredoc(`${programFolder}/fetch-bundle`, stripComments(readProgram('boot/fetch-bundle.sh'))),
    `chmod 0755 "$root${programFolder}/fetch-bundle"`,
    ...heredoc('/etc/systemd/system/hardened-cluster-boot.service', bootUnit),
    'systemctl daemon-reload',
    'systemctl enable --now --no-block hardened-cluster-boot.service',
    '',
  ].join('\n');
  const bytes = Buffer.byteLength(script);
  if (bytes > maximumUserDataBytes) {
    throw new Error(
      `user-data of ${machine.name}: got ${bytes} bytes, expected at most ${maximumUserDataBytes}`,
    );
  }
  return script;
}

/**
 * Tried again for ever, after 10 seconds at first and five minutes in the end: what a new cluster lacks
 * in its first minutes (rights, artifacts, a route) comes later, and nobody else would start it then.
 */
const bootUnit = `[Unit]
Description=Boot of the hardened cluster's machine
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${programFolder}/fetch-bundle
Restart=on-failure
RestartSec=10
RestartSteps=6
RestartMaxDelaySec=300
TimeoutStartSec=1h

[Install]
WantedBy=multi-user.target
`;

/** Characters that shell and systemd read alike, without quotes. */
const plain = /^[A-Za-z0-9._/-]+$/;

const patterns: Readonly<Record<keyof MachineRuntime, RegExp>> = {
  cluster: /^[a-z][a-z0-9-]*$/,
  region: /^[a-z]{2}(-[a-z]+)+-\d$/,
  accountId: /^\d{12}$/,
  bucket: plain,
  bundleKey: plain,
  bundleSha256: /^[0-9a-f]{64}$/,
  dataVolumeId: plain,
  logGroupSuffix: /^-[a-z0-9-]+$/,
  serviceAccountIssuer: /^https:\/\/[A-Za-z0-9._/-]+$/,
};

function renderMachineEnv(
  machine: Pick<MachineConfig, 'name' | 'role'>,
  runtime: MachineRuntime,
): string {
  const values: Readonly<Record<string, string | undefined>> = { ...runtime };
  const problems = Object.entries(patterns).flatMap(([name, pattern]) => {
    const value = values[name];
    const optional = /^(dataVolumeId|logGroupSuffix|serviceAccountIssuer)$/.test(name);
    if (value === undefined && optional) return [];
    return value !== undefined && pattern.test(value)
      ? []
      : [`${machine.name}: ${name}: got ${JSON.stringify(value)}, expected ${String(pattern)}`];
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const facts: Readonly<Record<string, string>> = {
    HC_CLUSTER: runtime.cluster,
    HC_MACHINE: machine.name,
    HC_ROLE: machine.role,
    HC_REGION: runtime.region,
    HC_ACCOUNT_ID: runtime.accountId,
    HC_BUCKET: runtime.bucket,
    HC_BUNDLE_KEY: runtime.bundleKey,
    HC_BUNDLE_SHA256: runtime.bundleSha256,
    HC_DATA_VOLUME_ID: runtime.dataVolumeId ?? '',
    HC_SERVICE_ACCOUNT_ISSUER: runtime.serviceAccountIssuer ?? '',
    HC_LOG_GROUP_SUFFIX: runtime.logGroupSuffix ?? '',
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function heredoc(path: string, content: string): string[] {
  return [`cat >"$root${path}" <<'HC_END'`, content.replace(/\n$/, ''), 'HC_END'];
}

/** Comments stay in the sources: user-data has little room. */
function stripComments(script: string): string {
  return script.replace(/^\s*#(?!!).*\n/gm, '').replace(/\n{2,}/g, '\n');
}
