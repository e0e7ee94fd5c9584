import type { Facts, MachineFact } from '../facts';
import { documentsOfKind, machineDocuments, type MachineDocument } from '../readers/documents';
import { memoize } from '../readers/memoize';
import { isMapping, listAt, mappingsAt, textAt, textsAt, valueAt } from '../readers/values';

/** Keys of each configuration, level by level, that readers understand. */
const keys: Readonly<Record<string, string>> = {
  ClusterConfiguration:
    'apiVersion kind clusterName kubernetesVersion controlPlaneEndpoint certificatesDir encryptionAlgorithm caCertificateValidityPeriod certificateValidityPeriod imageRepository networking etcd apiServer controllerManager scheduler dns proxy',
  'ClusterConfiguration.etcd': 'external',
  'ClusterConfiguration.etcd.external': 'endpoints caFile certFile keyFile',
  'ClusterConfiguration.apiServer': 'certSANs extraArgs extraVolumes timeoutForControlPlane',
  'ClusterConfiguration.controllerManager': 'extraArgs extraVolumes',
  'ClusterConfiguration.scheduler': 'extraArgs extraVolumes',
  'ClusterConfiguration.networking': 'dnsDomain podSubnet serviceSubnet',
  'ClusterConfiguration.dns': 'imageRepository imageTag disabled',
  InitConfiguration:
    'apiVersion kind localAPIEndpoint nodeRegistration patches skipPhases certificateKey timeouts',
  'InitConfiguration.localAPIEndpoint': 'advertiseAddress bindPort',
  'InitConfiguration.nodeRegistration':
    'name criSocket imagePullPolicy imagePullSerial taints kubeletExtraArgs ignorePreflightErrors',
  'InitConfiguration.patches': 'directory',
  KubeProxyConfiguration:
    'apiVersion kind mode clusterCIDR bindAddress bindAddressHardFail healthzBindAddress metricsBindAddress enableProfiling nodePortAddresses iptables nftables clientConnection conntrack',
  AdmissionConfiguration: 'apiVersion kind plugins',
  PodSecurityConfiguration: 'apiVersion kind defaults exemptions',
  'PodSecurityConfiguration.exemptions': 'usernames runtimeClasses namespaces',
  AuthenticationConfiguration: 'apiVersion kind jwt anonymous',
};

/** Kinds that a machine may hold once, and where. */
const once: Readonly<Record<string, string>> = {
  ClusterConfiguration: '/etc/kubernetes/kubeadm.yaml',
  InitConfiguration: '/etc/kubernetes/kubeadm.yaml',
  KubeProxyConfiguration: '/etc/kubernetes/kubeadm.yaml',
  AdmissionConfiguration: '/etc/kubernetes/policies/admission.yaml',
  PodSecurityConfiguration: '/etc/kubernetes/policies/pod-security.yaml',
  AuthenticationConfiguration: '/etc/kubernetes/policies/authentication.yaml',
};

/** What the configuration of a control-plane machine or worker says that no reader understands. */
export const unreadKubernetesFiles = memoize((facts: Facts): readonly string[] =>
  (facts.machines ?? []).flatMap((machine) => [
    ...machineDocuments(machine).flatMap(unreadDocument),
    ...repeated(machine),
    ...differingKubelets(machine),
    ...unreadPatches(machine),
  ]),
);

function unreadDocument({ machine, path, kind, content }: MachineDocument): string[] {
  const at = `${machine.name}: ${path}`;
  return [
    ...Object.entries(keys).flatMap(([where, known]) => {
      const [own, ...steps] = where.split('.');
      const value = own === kind ? valueAt(content, ...steps) : undefined;
      if (!isMapping(value)) return [];
      const words = known.split(' ');
      return Object.keys(value)
        .filter((key) => !words.includes(key))
        .map((key) => `${at}: ${[...steps, key].join('.')} of ${kind} is not understood`);
    }),
    ...(kind === 'InitConfiguration' &&
    textAt(content, 'patches', 'directory') !== '/etc/kubernetes/patches'
      ? [`${at}: the folder of kubeadm's patches is not understood`]
      : []),
    ...(kind === 'Pod' ? [`${at}: a static pod beside those of kubeadm`] : []),
    ...(kind === 'JoinConfiguration' || kind === 'UpgradeConfiguration'
      ? [`${at}: ${kind} is not understood`]
      : []),
    ...(kind === 'AdmissionConfiguration'
      ? mappingsAt(content, 'plugins').flatMap((row) =>
          Object.keys(row).every((key) => ['name', 'path', 'configuration'].includes(key))
            ? []
            : [`${at}: a row of plugins is not understood`],
        )
      : []),
    ...(kind === 'PodSecurityConfiguration' ? podSecurity(at, content) : []),
  ];
}

function podSecurity(at: string, content: unknown): string[] {
  const versions = ['enforce', 'audit', 'warn']
    .map((mode) => [mode, textAt(content, 'defaults', `${mode}-version`) ?? 'latest'] as const)
    .filter(([, version]) => version !== 'latest')
    .map(([mode, version]) => `${at}: ${mode}-version ${version} is older than the cluster`);
  const exempt = ['usernames', 'runtimeClasses']
    .filter((key) => listAt(content, 'exemptions', key).length > 0)
    .map((key) => `${at}: exempt ${key}: ${textsAt(content, 'exemptions', key).join(', ')}`);
  return [...versions, ...exempt];
}

function repeated(machine: MachineFact): string[] {
  return Object.entries(once).flatMap(([kind, path]) => {
    const found = machineDocuments(machine).filter((document) => document.kind === kind);
    return found.length > 1 || found.some((document) => document.path !== path)
      ? [`${machine.name}: ${kind} in ${found.map((document) => document.path).join(' and ')}`]
      : [];
  });
}

/** kubeadm writes its copy over the kubelet's file: both must say the same. */
function differingKubelets(machine: MachineFact): string[] {
  const found = machineDocuments(machine).filter(({ kind }) => kind === 'KubeletConfiguration');
  const texts = new Set(found.map(({ content }) => JSON.stringify(content)));
  return texts.size > 1
    ? [`${machine.name}: ${found.map(({ path }) => path).join(' and ')} differ`]
    : [];
}

const containerKeys = new Set([
  'name',
  'securityContext',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'resources',
]);

/** Patches harden containers and set their probes; what they are told is in the flags. */
function unreadPatches({ name, files }: MachineFact): string[] {
  return Object.entries(files)
    .filter(([path]) => path.startsWith('/etc/kubernetes/patches/'))
    .flatMap(([path, { content }]) =>
      content
        .split('\n')
        .map((line) => /^(\s*)(?:- )?([A-Za-z][\w.-]*):/.exec(line))
        .filter((match) => match !== null)
        .flatMap((match) => {
          const [, indent = '', key = ''] = match;
          const fine =
            indent.length === 0
              ? key === 'spec'
              : indent.length === 2
                ? key === 'containers'
                : indent.length <= 6
                  ? containerKeys.has(key)
                  : !['command', 'args', 'env', 'privileged', 'value'].includes(key);
          return fine ? [] : [`${name}: ${path}: ${key} is not understood`];
        })
        .concat(
          /^\s*[[{]|: *[[{|>&*]/m.test(content) ? [`${name}: ${path} is not understood`] : [],
        ),
    );
}

/** The audit policy records something, and the encryption begins with a real provider. */
export function emptySafeguards(facts: Facts): readonly string[] {
  const audit = (facts.machines ?? []).flatMap(({ name, files }) => {
    const content = files['/etc/kubernetes/policies/audit.yaml']?.content;
    return content === undefined ||
      /^\s*-?\s*level: (Metadata|Request|RequestResponse)$/m.test(content)
      ? []
      : [`${name}: the audit policy records nothing`];
  });
  const encryption = (documentsOfKind(facts, 'EncryptionConfiguration') ?? []).flatMap(
    ({ machine, path, content }) =>
      mappingsAt(content, 'resources').flatMap((row) =>
        'identity' in (mappingsAt(row, 'providers')[0] ?? { identity: {} })
          ? [`${machine.name}: ${path}: the first provider encrypts nothing`]
          : [],
      ),
  );
  return [...audit, ...encryption];
}
