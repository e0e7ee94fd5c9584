import { celList } from './cel';

/** A demand on pods: holds when the CEL expression is true. */
export interface PodRule {
  readonly expression: string;
  /** What a pod that breaks it is told. */
  readonly message: string;
}

/** Names of the rules. */
export const podRuleNames = [
  'privileged',
  'privilege-escalation',
  'host-namespaces',
  'host-ports',
  'host-probes',
  'capabilities',
  'seccomp',
  'apparmor',
  'selinux',
  'proc-mount',
  'sysctls',
  'volumes',
  'windows',
] as const;

/** Name of a rule; a grant names the rules it lifts. */
export type PodRuleName = (typeof podRuleNames)[number];

/** Settings of the rules that can be chosen. */
export interface PodRuleOptions {
  readonly volumes: readonly string[];
  readonly seccomp: 'required' | 'not-unconfined';
}

/**
 * Volumes that the guide's default policy allows, and generic ephemeral ones, which are claims.
 *
 * @see https://github.com/freach/kubernetes-security-best-practice/blob/master/PSP/default.psp.yaml
 */
export const defaultVolumes: readonly string[] = [
  'configMap',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** Capabilities that container runtimes give by default; asking for them adds nothing. */
const runtimeCapabilities: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** Sysctls that Pod Security baseline allows: those with a namespace of their own. */
const safeSysctls: readonly string[] = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

const seLinuxTypes: readonly string[] = [
  '',
  'container_engine_t',
  'container_init_t',
  'container_kvm_t',
  'container_t',
];

const everyContainer = (expression: string) => `variables.containers.all(c, ${expression})`;
const podContext = 'variables.spec.?securityContext';
const notUnconfined = (profile: string) => `${profile}.?type.orValue('') != 'Unconfined'`;
const safeSeLinux = (options: string) =>
  `(${options}.?type.orValue('') in ${celList(seLinuxTypes)} && ${options}.?user.orValue('') == '' && ${options}.?role.orValue('') == '')`;
const legacyAppArmor = 'container.apparmor.security.beta.kubernetes.io/';
const annotations = 'variables.template.?metadata.?annotations.orValue({})';
const noHost = (handler: string) =>
  `${handler}.?httpGet.?host.orValue('') == '' && ${handler}.?tcpSocket.?host.orValue('') == ''`;

/** The rules by name: the guide's default pod policy and what Pod Security baseline adds to it. */
export function podRules(options: PodRuleOptions): Readonly<Record<PodRuleName, PodRule>> {
  const seccompTypes = celList(['RuntimeDefault', 'Localhost']);
  return {
    privileged: {
      expression: everyContainer('!c.?securityContext.?privileged.orValue(false)'),
      message: 'privileged containers are not allowed: leave securityContext.privileged out',
    },
    'privilege-escalation': {
      expression: everyContainer('!c.?securityContext.?allowPrivilegeEscalation.orValue(true)'),
      message:
        'privilege escalation is not allowed: set securityContext.allowPrivilegeEscalation to false on every container',
    },
    'host-namespaces': {
      expression: ['hostNetwork', 'hostPID', 'hostIPC']
        .map((field) => `!variables.spec.?${field}.orValue(false)`)
        .join(' && '),
      message: 'hostNetwork, hostPID and hostIPC are not allowed',
    },
    'host-ports': {
      expression: everyContainer('c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)'),
      message: 'host ports are not allowed: use a Service',
    },
    'host-probes': {
      expression: everyContainer(
        ['livenessProbe', 'readinessProbe', 'startupProbe']
          .map((probe) => noHost(`c.?${probe}`))
          .concat(['postStart', 'preStop'].map((hook) => noHost(`c.?lifecycle.?${hook}`)))
          .join(' && '),
      ),
      message: 'probes and lifecycle hooks may not name a host: the kubelet would call it',
    },
    capabilities: {
      expression: everyContainer(
        `c.?securityContext.?capabilities.?add.orValue([]).all(a, a in ${celList(runtimeCapabilities)})`,
      ),
      message: "capabilities beyond the container runtime's own may not be added",
    },
    seccomp: {
      expression:
        options.seccomp === 'required'
          ? `${notUnconfined(`${podContext}.?seccompProfile`)} && ${everyContainer(
              `c.?securityContext.?seccompProfile.?type.orValue(${podContext}.?seccompProfile.?type.orValue('')) in ${seccompTypes}`,
            )}`
          : `${notUnconfined(`${podContext}.?seccompProfile`)} && ${everyContainer(
              notUnconfined('c.?securityContext.?seccompProfile'),
            )}`,
      message:
        options.seccomp === 'required'
          ? 'a seccomp profile is required: set securityContext.seccompProfile.type to RuntimeDefault'
          : 'the seccomp profile Unconfined is not allowed',
    },
    apparmor: {
      expression: [
        notUnconfined(`${podContext}.?appArmorProfile`),
        everyContainer(notUnconfined('c.?securityContext.?appArmorProfile')),
        `${annotations}.all(k, !k.startsWith('${legacyAppArmor}') || ${annotations}[k] == 'runtime/default' || ${annotations}[k].startsWith('localhost/'))`,
      ].join(' && '),
      message: 'the AppArmor profile may not be Unconfined',
    },
    selinux: {
      expression: `${safeSeLinux(`${podContext}.?seLinuxOptions`)} && ${everyContainer(
        safeSeLinux('c.?securityContext.?seLinuxOptions'),
      )}`,
      message: 'SELinux options may name a container type only, and no user or role',
    },
    'proc-mount': {
      expression: everyContainer("c.?securityContext.?procMount.orValue('Default') == 'Default'"),
      message: 'procMount may only be Default',
    },
    sysctls: {
      expression: `${podContext}.?sysctls.orValue([]).all(s, s.name in ${celList(safeSysctls)})`,
      message: 'only sysctls with a namespace of their own may be set',
    },
    volumes: {
      expression: `variables.spec.?volumes.orValue([]).all(v, v.all(k, k == 'name' || k in ${celList(options.volumes)}))`,
      message: `volumes may only be of the kinds ${options.volumes.join(', ')}`,
    },
    windows: {
      expression: `variables.spec.?os.?name.orValue('linux') == 'linux' && !${podContext}.?windowsOptions.?hostProcess.orValue(false) && ${everyContainer('!c.?securityContext.?windowsOptions.?hostProcess.orValue(false)')}`,
      message:
        'Windows pods are not allowed: no node runs them, and the other rules do not fit them',
    },
  };
}
