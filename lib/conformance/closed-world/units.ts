import type { MachineFact } from '../facts';
import { memoize } from '../readers/memoize';
import { parseUnit } from '../readers/systemd-unit';

const lib = '/usr/local/lib/hardened-cluster';
const program = (name: string) => new RegExp(`^${lib}/${name}$`);

/** Units of this project, each with the one command that it runs (undefined: none of its own). */
const knownUnits: Readonly<Record<string, RegExp | undefined>> = {
  'apply-manifests.service': program('apply-manifests'),
  'apply-manifests.timer': undefined,
  'approve-serving-certificates.service': program('approve-serving-certificates'),
  'approve-serving-certificates.timer': undefined,
  'aws-iam-authenticator.service':
    /^\/usr\/bin\/env AWS_REGION=\$\{HC_REGION\} .*\/usr\/local\/bin\/aws-iam-authenticator server\b/,
  'containerd.service': /^\/usr\/local\/bin\/containerd --config \/etc\/containerd\/config\.toml$/,
  'etcd-access-control.service': program('etcd-access-control'),
  'etcd-add-members.service': program('etcd-add-members'),
  'etcd-add-members.timer': undefined,
  'etcd-backup.service': program('etcd-backup'),
  'etcd-backup.timer': undefined,
  'etcd-defragment.service': program('etcd-defragment'),
  'etcd-defragment.timer': undefined,
  'etcd-renew-certificates.service': program('etcd-renew-certificates'),
  'etcd-renew-certificates.timer': undefined,
  'etcd.service': new RegExp(`^${lib}/etcd-start( +--[a-z][a-z0-9-]*=[^\\s"'\`$;|&<>]*)*$`),
  'hardened-cluster-control-plane.service': program('start-control-plane'),
  'hardened-cluster-firewall.service':
    /^\/usr\/sbin\/nft -f \/etc\/hardened-cluster\/firewall\.nft$/,
  'hardened-cluster-logs.service': program('ship-logs'),
  'hardened-cluster-sessions.service': program('collect-sessions'),
  'hardened-cluster-sessions.socket': undefined,
  'kube-apiserver-probe.socket': undefined,
  'kube-apiserver-probe@.service': program('answer-probe'),
  'kubelet.service': /^\/usr\/local\/bin\/kubelet( +--[a-z][a-z0-9-]*=[^\s"'`$;|&<>]*)*$/,
  'renew-certificates.service': program('renew-certificates'),
  'renew-certificates.timer': undefined,
  'ssh.service': undefined,
};

const drops: Readonly<Record<string, string>> = {
  '10-kubeadm.conf': 'kubelet.service',
  '90-hardened-cluster.conf': 'ssh.service',
};

/** Directives that change how a process is kept, not what it is told or which it is. */
const harmless = new Set(
  `Description Documentation DefaultDependencies Wants Before After Conflicts Requires Type
  RemainAfterExit CapabilityBoundingSet NoNewPrivileges ProtectSystem ProtectHome PrivateTmp
  ProtectKernelModules RestrictAddressFamilies SystemCallArchitectures WantedBy StartLimitIntervalSec
  Restart RestartSec RestartSteps RestartMaxDelaySec StateDirectory StateDirectoryMode UMask
  PrivateDevices ProtectKernelTunables ProtectKernelLogs ProtectControlGroups ProtectClock
  ProtectHostname ProtectProc ProcSubset RestrictNamespaces RestrictRealtime RestrictSUIDSGID
  LockPersonality MemoryDenyWriteExecute SystemCallFilter MemoryMax MemoryHigh OOMPolicy CPUQuota
  LogsDirectory LogsDirectoryMode PrivateNetwork ListenStream SocketMode DirectoryMode DynamicUser
  RuntimeDirectory RuntimeDirectoryMode LoadCredential TimeoutStartSec AmbientCapabilities RemoveIPC
  SystemCallErrorNumber OnBootSec OnUnitInactiveSec AccuracySec User Group SupplementaryGroups
  ReadWritePaths OnUnitActiveSec OnCalendar RequiresMountsFor RestartPreventExitStatus TimeoutStopSec
  LimitNOFILE OOMScoreAdjust IOSchedulingClass IOSchedulingPriority RandomizedDelaySec
  RuntimeDirectoryPreserve KillSignal SocketBindDeny SocketBindAllow Delegate KillMode LimitNPROC
  LimitCORE TasksMax Accept MaxConnections CollectMode StandardInput StandardOutput StandardError
  RuntimeMaxSec IPAddressDeny IPAddressAllow Nice CPUWeight IOWeight WatchdogSec Persistent
  FixedRandomDelay ReadOnlyPaths InaccessiblePaths Slice SyslogIdentifier`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Directives that are harmless with these values alone. */
const fixed: Readonly<Record<string, RegExp>> = {
  ConditionPathExists:
    /^\/etc\/(ssh\/authorized_keys\.d|kubernetes\/manifests\/kube-scheduler\.yaml)$/,
  EnvironmentFile: /^\/etc\/hardened-cluster\/machine\.env$/,
  ExecStartPre:
    /^\/bin\/sh -c 'if \[ -e \/run\/systemd\/resolve\/resolv\.conf \]; then f=\/run\/systemd\/resolve\/resolv\.conf; else f=\/etc\/resolv\.conf; fi; ln -sfn "\$\$f" \/run\/kubelet\/resolv\.conf'$/,
};

/** What the units of a machine do beyond what readers understand. */
export const unreadUnits = memoize((machine: MachineFact): readonly string[] => [
  ...Object.entries(machine.files).flatMap(([path, { content }]) => {
    const match = /^\/etc\/systemd\/system\/(?:([^/]+)\.d\/)?([^/]+)$/.exec(path);
    if (!match) return [];
    const [, over, file = ''] = match;
    const unit = over ?? file;
    if (!(unit in knownUnits) || (over !== undefined && drops[file] !== over)) {
      return [`${machine.name}: ${path} is a unit that no reader understands`];
    }
    return unreadDirectives(`${machine.name}: ${path}`, unit, content);
  }),
  ...startings(machine),
  ...notEnabled(machine),
]);

function unreadDirectives(location: string, unit: string, content: string): string[] {
  const directives = parseUnit(content);
  if (directives.length === 0) return [`${location} is empty: systemd takes it as masked`];
  return directives.flatMap(({ name, value }) => {
    if (name === 'ExecStart') {
      const one = value.replace(/\s+/g, ' ');
      return knownUnits[unit]?.test(one) === true
        ? []
        : [`${location}: ExecStart=${one.slice(0, 100)}`];
    }
    if (harmless.has(name) || fixed[name]?.test(value) === true) return [];
    return [`${location}: ${name}=${value.slice(0, 100)} is not understood`];
  });
}

/** A service starts one program, once. */
function startings({ name, files }: MachineFact): string[] {
  return Object.entries(knownUnits).flatMap(([unit, command]) => {
    if (command === undefined) return [];
    const paths = Object.keys(files).filter(
      (path) =>
        path === `/etc/systemd/system/${unit}` || path.startsWith(`/etc/systemd/system/${unit}.d/`),
    );
    if (paths.length === 0) return [];
    const starts = paths
      .flatMap((path) => parseUnit(files[path]?.content ?? ''))
      .filter((directive) => directive.name === 'ExecStart');
    return starts.length === 1 && starts[0]?.section === 'Service'
      ? []
      : [`${name}: ${unit} has ${starts.length} lines ExecStart, expected one in [Service]`];
  });
}

/** Boot enables what its list says; a unit that wants to be started by a target must be on it. */
function notEnabled({ name, files }: MachineFact): string[] {
  const list = files['/etc/hardened-cluster/boot/units'];
  if (!list) return [`${name}: /etc/hardened-cluster/boot/units is missing: no unit is enabled`];
  const rows = list.content.split('\n').map((line) => line.split('\t'));
  const enabled = new Set(rows.filter(([, on]) => on === 'yes').map(([unit]) => unit));
  const listed = new Set(rows.map(([unit]) => unit));
  const units = Object.keys(files).flatMap(
    (path) => /^\/etc\/systemd\/system\/([^/]+)$/.exec(path)?.[1] ?? [],
  );
  return units.flatMap((unit) => {
    const wanted =
      unit !== 'kubelet.service' &&
      parseUnit(files[`/etc/systemd/system/${unit}`]?.content ?? '').some(
        (directive) => directive.section === 'Install',
      );
    if (wanted && !enabled.has(unit))
      return [`${name}: ${unit} is there, but boot does not enable it`];
    if (unit.endsWith('.timer') && !enabled.has(unit)) return [`${name}: ${unit} is never started`];
    return listed.has(unit) ? [] : [`${name}: ${unit} is not in the list of boot`];
  });
}
