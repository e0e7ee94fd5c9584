import { containersOf } from './pods';
import { isMapping, listAt, mappingsAt, textAt, textsAt, valueAt, type Mapping } from '../values';

/** A pod as far as the standards look at it. */
export interface SecuredPod {
  readonly spec: Mapping;
  readonly annotations: Mapping;
}

const baselineCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const safeSysctls = new Set(
  'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports net.ipv4.ip_unprivileged_port_start net.ipv4.ping_group_range net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_keepalive_time net.ipv4.tcp_rmem net.ipv4.tcp_syncookies net.ipv4.tcp_wmem'.split(
    ' ',
  ),
);
const selinuxTypes = [
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
  undefined,
  '',
];
const restrictedVolumes = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);
const handlers = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/**
 * What a pod has that the baseline level of the Pod Security Standards refuses, by field.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
 */
export function baselineViolations({ spec, annotations }: SecuredPod): readonly string[] {
  const podContext = valueAt(spec, 'securityContext');
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => isTrue(spec[key])),
    ...mappingsAt(spec, 'volumes')
      .filter((volume) => isMapping(volume.hostPath))
      .map((volume) => `hostPath ${textAt(volume, 'hostPath', 'path') ?? ''}`),
    ...mappingsAt(podContext, 'sysctls')
      .map((sysctl) => textAt(sysctl, 'name') ?? '')
      .filter((name) => !safeSysctls.has(name))
      .map((name) => `sysctl ${name}`),
    ...contextViolations(podContext, 'pod'),
    ...Object.entries(annotations)
      .filter(([key]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/'))
      .filter(([, value]) => !/^(|runtime\/default|localhost\/.*)$/.test(String(value)))
      .map(([, value]) => `AppArmor ${String(value)}`),
    ...containersOf(spec).flatMap((container) => containerViolations(container, spec)),
  ];
}

function containerViolations(container: Mapping, spec: Mapping): string[] {
  const context = valueAt(container, 'securityContext');
  const name = nameOf(container);
  const hosts = [
    ...handlers.map((key) => container[key]),
    valueAt(container, 'lifecycle', 'postStart'),
    valueAt(container, 'lifecycle', 'preStop'),
  ]
    .flatMap((handler) => ['httpGet', 'tcpSocket'].map((way) => textAt(handler, way, 'host') ?? ''))
    .filter((host) => host !== '');
  return [
    ...(isTrue(valueAt(context, 'privileged')) ? [`${name}: privileged`] : []),
    ...textsAt(context, 'capabilities', 'add')
      .filter((capability) => !baselineCapabilities.has(capability))
      .map((capability) => `${name}: capability ${capability}`),
    ...mappingsAt(container, 'ports')
      .filter((port) => ![undefined, null, 0, '0'].includes(port.hostPort as number))
      .map((port) => `${name}: hostPort ${String(port.hostPort)}`),
    ...hosts.map((host) => `${name}: probe or hook of host ${host}`),
    // In a user namespace of its own, as containers in containers need it, the level allows it.
    ...(spec.hostUsers === false ? [] : procMountViolations(container)),
    ...contextViolations(context, name),
  ];
}

function procMountViolations(container: Mapping): string[] {
  const mount = textAt(container, 'securityContext', 'procMount') ?? '';
  return ['', 'Default'].includes(mount) ? [] : [`${nameOf(container)}: procMount ${mount}`];
}

/** Fields that pods and containers share. */
function contextViolations(context: unknown, name: string): string[] {
  const selinux = valueAt(context, 'seLinuxOptions');
  return [
    ...(isTrue(valueAt(context, 'windowsOptions', 'hostProcess')) ? [`${name}: hostProcess`] : []),
    ...(textAt(context, 'seccompProfile', 'type') === 'Unconfined'
      ? [`${name}: seccompProfile Unconfined`]
      : []),
    ...(textAt(context, 'appArmorProfile', 'type') === 'Unconfined'
      ? [`${name}: appArmorProfile Unconfined`]
      : []),
    ...(selinuxTypes.includes(textAt(selinux, 'type')) &&
    !textAt(selinux, 'user') &&
    !textAt(selinux, 'role')
      ? []
      : [`${name}: seLinuxOptions`]),
  ];
}

/**
 * What the default pod policy of the guide refuses beyond the baseline level: privilege escalation,
 * volumes of other types, no seccomp profile.
 */
export function defaultPolicyViolations({ spec }: SecuredPod): readonly string[] {
  const windows = isWindows(spec);
  return [
    ...mappingsAt(spec, 'volumes').flatMap((volume) => {
      const types = Object.keys(volume).filter((key) => key !== 'name' && key !== 'hostPath');
      return types.filter((type) => !restrictedVolumes.has(type)).map((type) => `volume ${type}`);
    }),
    ...(windows
      ? []
      : containersOf(spec).flatMap((container) => [
          ...(valueAt(container, 'securityContext', 'allowPrivilegeEscalation') === false
            ? []
            : [`${nameOf(container)}: allowPrivilegeEscalation`]),
          ...(hasSeccomp(container) || hasSeccomp(spec)
            ? []
            : [`${nameOf(container)}: no seccompProfile`]),
        ])),
  ];
}

/**
 * What the restricted level refuses beyond those: root, and capabilities.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function restrictedViolations({ spec }: SecuredPod): readonly string[] {
  const windows = isWindows(spec);
  return [
    // Root of a user namespace of its own is nobody on the node.
    ...(spec.hostUsers === false ? [] : rootViolations(spec)),
    ...containersOf(spec).flatMap((container) => {
      const context = valueAt(container, 'securityContext');
      const name = nameOf(container);
      const dropsAll = listAt(context, 'capabilities', 'drop').includes('ALL');
      const added = textsAt(context, 'capabilities', 'add').filter(
        (capability) => capability !== 'NET_BIND_SERVICE',
      );
      return [
        ...(spec.hostUsers === false ? procMountViolations(container) : []),
        ...(dropsAll || windows ? [] : [`${name}: capabilities not dropped (ALL)`]),
        ...(windows ? [] : added.map((capability) => `${name}: adds ${capability}`)),
      ];
    }),
  ];
}

function rootViolations(spec: Mapping): string[] {
  const podContext = valueAt(spec, 'securityContext');
  return [
    ...(isRoot(podContext) ? ['pod: runAsUser 0'] : []),
    ...(valueAt(podContext, 'runAsNonRoot') === false ? ['pod: runAsNonRoot is false'] : []),
    ...containersOf(spec).flatMap((container) => {
      const context = valueAt(container, 'securityContext');
      const name = nameOf(container);
      const nonRoot = valueAt(context, 'runAsNonRoot') ?? valueAt(podContext, 'runAsNonRoot');
      return [
        ...(isTrue(nonRoot) ? [] : [`${name}: may run as root (runAsNonRoot)`]),
        ...(isRoot(context) ? [`${name}: runAsUser 0`] : []),
      ];
    }),
  ];
}

function hasSeccomp(holder: Mapping): boolean {
  const type = textAt(holder, 'securityContext', 'seccompProfile', 'type');
  return type === 'RuntimeDefault' || type === 'Localhost';
}

function isRoot(context: unknown): boolean {
  return textAt(context, 'runAsUser') === '0';
}

function isWindows(spec: Mapping): boolean {
  return textAt(spec, 'os', 'name') === 'windows';
}

/** True, or what the API server refuses but another reader may take for it. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

function nameOf(container: Mapping): string {
  return textAt(container, 'name') ?? 'container';
}
