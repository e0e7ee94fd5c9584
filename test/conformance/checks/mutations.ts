import {
  addFile,
  addManifest,
  addResource,
  removeFile,
  removeManifest,
  removeResource,
  replaceInFile,
  setFacts,
  setInputs,
  setManifest,
  type Mutation,
} from './subject/conformant-facts';
import { conformantCertificates } from './subject/certificates';
import { conformantMachines } from './subject/machines';
import { rule } from './subject/resources';

const etcdUnit = (from: string, to: string) =>
  replaceInFile('etcd-0', '/etc/systemd/system/etcd.service', from, to);
const kubeadm = (from: string, to: string) =>
  replaceInFile('control-plane', '/etc/kubernetes/kubeadm.yaml', from, to);
const admission = (from: string, to: string) =>
  replaceInFile('control-plane', '/etc/kubernetes/admission.yaml', from, to);
const kubelet = (from: string, to: string) =>
  replaceInFile('worker-general', '/var/lib/kubelet/config.yaml', from, to);
const sshd = (from: string, to: string) =>
  replaceInFile('bastion', '/etc/ssh/sshd_config', from, to);
const updates = (machine: string) =>
  replaceInFile(
    machine,
    '/etc/apt/apt.conf.d/90-hardening',
    'Unattended-Upgrade "1"',
    'Unattended-Upgrade "0"',
  );
const labels = (from: string, to: string) =>
  replaceInFile('worker-general', '/etc/default/kubelet', from, to);
const argument = (text: string) =>
  kubeadm('apiServer:\n  extraArgs:\n', `apiServer:\n  extraArgs:\n    - ${text}\n`);

const certificates = (name: string, fields: object) =>
  setFacts({
    certificates: conformantCertificates.map((found) =>
      found.name === name ? { ...found, ...fields } : found,
    ),
  });
const withoutMachines = (...names: string[]) =>
  setFacts({ machines: conformantMachines.filter(({ name }) => !names.includes(name)) });
const open = (name: string, to: string, port: number | [number, number]) =>
  addResource(rule(name, to, port, '0.0.0.0/0'));
const capacity = (name: string, count: number) =>
  setInputs('Group', name, { minSize: count, desiredCapacity: count });
const oneZone = (name: string) =>
  setInputs('Group', name, { vpcZoneIdentifiers: ['subnet-private-xa'] });

/** A pod that keeps to every level, with other fields of its container. */
const podWith = (container: object, securityContext: object) =>
  addManifest({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      containers: [
        {
          name: 'web',
          image: 'registry.example.com/web:1',
          resources: { limits: { memory: '64Mi' } },
          ...container,
          securityContext: {
            allowPrivilegeEscalation: false,
            runAsNonRoot: true,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
            ...securityContext,
          },
        },
      ],
    },
  });

/** The smallest change that each check must notice. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'etcd/client-tls': etcdUnit('https://127.0.0.1:2379', 'http://127.0.0.1:2379'),
  'etcd/peer-tls': etcdUnit('peer-urls=https://10.0.1.4:2380', 'peer-urls=http://10.0.1.4:2380'),
  'etcd/no-self-signed-certificates': etcdUnit(
    '--client-cert-auth',
    '--peer-auto-tls=true --client-cert-auth',
  ),
  'etcd/client-certificates-required': etcdUnit(
    '--client-cert-auth=true',
    '--client-cert-auth=false',
  ),
  'etcd/peer-certificates-required': etcdUnit('--peer-client-cert-auth=true', ''),
  'etcd/peer-names-restricted': etcdUnit('--peer-cert-allowed-cn=etcd-peer', ''),
  'etcd/gateway-off': etcdUnit('--enable-grpc-gateway=false', ''),
  'etcd/metrics-private': etcdUnit('http://127.0.0.1:2381', 'http://0.0.0.0:2381'),
  'etcd/compaction-periodic': etcdUnit('mode=periodic', 'mode=revision'),
  'etcd/compaction-retention': etcdUnit('retention=8h', 'retention=1h'),
  'etcd/separate-machines': addFile('etcd-0', '/etc/systemd/system/kubelet.service', '[Service]\n'),
  'etcd/five-members': withoutMachines('etcd-3', 'etcd-4'),
  'etcd/client-port-restricted': addResource(rule('etcd-from-workers', 'etcd', 2379, 'worker')),
  'etcd/peer-port-restricted': addResource(rule('peers-from-vpc', 'etcd', 2380, '10.0.0.0/16')),
  'etcd/host-firewall': replaceInFile(
    'etcd-0',
    '/etc/nftables.conf',
    'policy drop',
    'policy accept',
  ),
  'etcd/separate-ca': kubeadm('pki/etcd/ca.crt', 'pki/ca.crt'),
  'etcd/ca-only-for-etcd': certificates('etcd-ca', { issuer: 'cluster-ca' }),
  'etcd/access-control-enabled': replaceInFile(
    'etcd-0',
    '/usr/local/lib/access',
    'auth enable',
    'auth status',
  ),
  'etcd/api-server-least-privilege': replaceInFile(
    'etcd-0',
    '/etc/hardened-cluster/etcd/access-control',
    'user kube-apiserver kube-apiserver',
    'user kube-apiserver root',
  ),
  'etcd/users-without-passwords': replaceInFile(
    'etcd-0',
    '/usr/local/lib/access',
    ' --no-password',
    ':secret',
  ),
  'etcd/version-without-bypass': setFacts({
    machines: conformantMachines.map((machine) =>
      machine.name === 'etcd-0'
        ? { ...machine, artifacts: [{ name: 'etcd', version: '3.6.10' }] }
        : machine,
    ),
  }),

  'api/anonymous-auth-off': kubeadm(
    'anonymous-auth, value: "false"',
    'anonymous-auth, value: "true"',
  ),
  'api/service-account-tokens': argument('{name: service-account-issuer, value: ""}'),
  'api/second-authentication-method': kubeadm('authentication-token-webhook-config-file', 'x'),
  'api/no-static-tokens': argument('{name: token-auth-file, value: /etc/tokens.csv}'),
  'api/authorization-node': kubeadm('"Node,RBAC"', 'RBAC'),
  'api/authorization-second-mode': kubeadm('"Node,RBAC"', 'Node'),
  'api/authorization-rbac': kubeadm('"Node,RBAC"', '"Node,Webhook"'),
  'api/authorization-not-always-allow': kubeadm('"Node,RBAC"', '"Node,RBAC,AlwaysAllow"'),
  'api/node-restriction': kubeadm('NodeRestriction,', ''),
  'api/always-pull-images': kubeadm(',AlwaysPullImages', ''),
  'api/pod-security-admission': argument('{name: disable-admission-plugins, value: PodSecurity}'),
  'api/default-admission-plugins': argument(
    '{name: disable-admission-plugins, value: ResourceQuota}',
  ),
  'api/event-rate-limit': kubeadm('EventRateLimit,', ''),
  'api/event-rate-limit-values': replaceInFile(
    'control-plane',
    '/etc/kubernetes/event-rate-limit.yaml',
    'burst: 20000',
    'burst: 100000',
  ),
  'api/max-requests-inflight': kubeadm('name: max-requests-inflight', 'name: x'),
  'api/max-mutating-requests-inflight': kubeadm('name: max-mutating-requests-inflight', 'name: x'),
  'api/min-request-timeout': kubeadm('name: min-request-timeout', 'name: x'),
  'api/priority-and-fairness': argument('{name: enable-priority-and-fairness, value: "false"}'),
  'api/insecure-port-absent': argument('{name: insecure-port, value: "8080"}'),
  'api/etcd-tls': kubeadm('https://10.0.1.4:2379', 'http://10.0.1.4:2379'),
  'api/kubelet-ca': kubeadm('kubelet-certificate-authority', 'x'),
  'api/profiling-off': kubeadm('profiling, value: "false"', 'profiling, value: "true"'),
  'control-plane/loopback-only': kubeadm('value: 127.0.0.1}', 'value: 0.0.0.0}'),
  'control-plane/no-plain-ports': kubeadm(
    'scheduler:\n  extraArgs:\n',
    'scheduler:\n  extraArgs:\n    - {name: port, value: "10251"}\n',
  ),
  'control-plane/profiling-off': kubeadm(
    'scheduler:\n  extraArgs:\n    - {name: bind-address, value: 127.0.0.1}\n    - {name: profiling, value: "false"}',
    'scheduler:\n  extraArgs: []',
  ),

  'kubelet/anonymous-auth-off': kubelet('enabled: false', 'enabled: true'),
  'kubelet/webhook-authorization': kubelet('mode: Webhook', 'mode: AlwaysAllow'),
  'kubelet/read-only-port-off': labels('--node-ip', '--read-only-port=10255 --node-ip'),
  'kubelet/server-tls-bootstrap': kubelet('serverTLSBootstrap: true', 'serverTLSBootstrap: false'),
  'kubelet/rotate-certificates': kubelet('rotateCertificates: true', ''),
  'kubelet/health-port-loopback': kubelet(
    'healthzBindAddress: 127.0.0.1',
    'healthzBindAddress: 0.0.0.0',
  ),
  'kubelet/cadvisor-port-absent': labels('--node-ip', '--cadvisor-port=4194 --node-ip'),
  'kubelet/authentication-methods': (facts) =>
    kubelet(
      'x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}',
      '',
    )(kubelet('webhook: {enabled: true}', 'webhook: {enabled: false}')(facts)),
  'kube-proxy/health-port-loopback': kubeadm('127.0.0.1:10256', '0.0.0.0:10256'),

  'exposure/kubernetes-ports': open('etcd-from-outside', 'etcd', 2379),
  'exposure/only-named-ports': open('web', 'worker', 80),
  'exposure/load-balancer-listeners': setInputs('TargetGroup', 'api', { port: 10250 }),
  'exposure/kubelet-internal': open('kubelet-from-outside', 'worker', [10000, 11000]),
  'exposure/kubelet-from-control-plane': addResource(
    rule('kubelet-from-workers', 'worker', 10250, 'worker'),
  ),
  'exposure/default-group-closed': setInputs('DefaultSecurityGroup', 'main', {
    ingress: [{ protocol: '-1', self: true, fromPort: 0, toPort: 0 }],
  }),
  'exposure/api-not-from-everywhere': setInputs('SecurityGroupIngressRule', 'api-from-outside', {
    cidrIpv4: '0.0.0.0/0',
  }),
  'exposure/private-machines': setInputs('RouteTableAssociation', 'private-xa', {
    routeTableId: 'routetable-public',
  }),
  'exposure/etcd-without-internet-route': setInputs('RouteTableAssociation', 'etcd-xa', {
    routeTableId: 'routetable-private',
  }),
  'bastion/only-entry': addResource(rule('ssh-to-worker', 'worker', 22, '198.51.100.0/24')),
  'bastion/not-from-everywhere': setInputs('SecurityGroupIngressRule', 'ssh-to-bastion', {
    cidrIpv4: '0.0.0.0/0',
  }),
  'bastion/jumps-only-from-bastion': addResource(rule('ssh-from-worker', 'etcd', 22, 'worker')),
  'bastion/sessions-recorded': removeFile('bastion', '/usr/local/lib/record'),

  'aws/metadata-tokens-required': setInputs('LaunchTemplate', 'worker', {
    metadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 1 },
  }),
  'aws/metadata-hop-limit': setInputs('LaunchTemplate', 'worker', {
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
  }),
  'aws/roles-not-shared': setInputs('LaunchTemplate', 'worker', {
    iamInstanceProfile: { name: 'profile-control-plane' },
  }),
  'aws/roles-least-privilege': setInputs('RolePolicy', 'control-plane', {
    policy: '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
  }),
  'aws/private-dns-zone': setInputs('Zone', 'main', { vpcs: [] }),
  'machines/volumes-encrypted': setInputs('Instance', 'etcd-0', { rootBlockDevice: {} }),
  'machines/automatic-security-updates': updates('worker-general'),
  'machines/kernel-settings': replaceInFile(
    'worker-general',
    '/etc/sysctl.d/90-hardening.conf',
    'dmesg_restrict = 1',
    'dmesg_restrict = 0',
  ),
  'machines/host-firewall': removeFile('worker-general', '/etc/nftables.conf'),
  'machines/audit-rules': removeFile('worker-general', '/etc/audit/rules.d/90-hardening.rules'),
  'machines/user-data-without-secrets': setFacts({
    machines: conformantMachines.map((machine) => ({ ...machine, userData: 'PASSWORD=hunter2' })),
  }),
  'machines/ssh-keys-only': sshd('PasswordAuthentication no', 'PasswordAuthentication yes'),
  'machines/ssh-no-root': sshd('PermitRootLogin no', 'PermitRootLogin prohibit-password'),
  'machines/ssh-algorithms': sshd('MACs hmac-sha2-512-etm@openssh.com', 'MACs hmac-sha1'),

  'pod-security/cluster-default': admission('enforce: baseline', 'enforce: privileged'),
  'pod-security/enforced': admission('enforce: baseline, ', ''),
  'pod-security/namespaces-labelled': setManifest('Namespace', 'shop', {
    metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
  }),
  'pod-security/privileged-only-system': admission('[kube-system]', '[kube-system, shop]'),
  'pod-security/restricted-in-use': admission(
    'audit: restricted, warn: restricted',
    'audit: baseline',
  ),
  'pod-security/default-pod-policy': removeManifest('ValidatingAdmissionPolicyBinding', 'pods'),
  'workloads/pods-baseline': podWith({}, { privileged: true }),
  'workloads/pods-default-policy': podWith({}, { allowPrivilegeEscalation: true }),
  'workloads/pods-restricted': podWith({}, { runAsUser: 0 }),
  'workloads/limits': podWith({ resources: { limits: { cpu: '1' } } }, {}),
  'rbac/no-dangerous-powers': (facts) =>
    addManifest({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
      roleRef: { kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'shop' }],
    })(
      addManifest({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'reader' },
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
      })(facts),
    ),
  'admission/exec-guard': setManifest('ValidatingAdmissionPolicyBinding', 'exec', {
    spec: { policyName: 'exec', validationActions: ['Warn'] },
  }),
  'images/allow-list': removeManifest('ValidatingAdmissionPolicy', 'images'),
  'rbac/no-dashboard-admin': setManifest('ClusterRoleBinding', 'break-glass', {
    subjects: [{ kind: 'ServiceAccount', name: 'kubernetes-dashboard', namespace: 'kube-system' }],
  }),
  'rbac/no-nodes-proxy': addManifest({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'monitoring' },
    rules: [{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }],
  }),
  'service-accounts/default-automount-off': removeManifest('ServiceAccount', 'default'),
  'service-accounts/default-automount-off-without-rbac': (facts) =>
    removeManifest('ServiceAccount', 'default')(kubeadm('"Node,RBAC"', '"Node,Webhook"')(facts)),
  'service-accounts/new-namespaces': removeManifest('ValidatingAdmissionPolicy', 'tokens'),
  'network-policies/default-deny': setManifest('NetworkPolicy', 'default-deny', {
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  }),
  'network-policies/every-namespace': removeManifest('GlobalNetworkPolicy', 'default-deny'),
  'network-policies/provider': removeManifest('DaemonSet', 'calico-node'),
  'network-policies/metadata-denied': removeManifest('GlobalNetworkPolicy', 'closed'),
  'network-policies/dashboard-denied': setManifest('NetworkPolicy', 'deny-dashboard', {
    spec: {
      podSelector: { matchLabels: { 'k8s-app': 'kubernetes-dashboard' } },
      policyTypes: ['Ingress'],
      ingress: [{}],
    },
  }),
  'workloads/kube-bench-scheduled': removeManifest('CronJob', 'kube-bench'),
  'workloads/dashboard-not-exposed': addManifest({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes-dashboard', namespace: 'kube-system' },
    spec: { type: 'NodePort' },
  }),

  'versions/minor-version-supported': setFacts({ kubernetesVersion: '1.34.9' }),
  'versions/patch-current': setFacts({ today: '2026-10-24' }),
  'versions/critical-patch-in-two-weeks': setFacts({ today: '2026-10-08' }),
  'versions/critical-patch-in-two-days': setFacts({ today: '2026-09-26' }),
  'versions/newest-minor-version-offered': setFacts({ today: '2027-04-27' }),
  'versions/every-minor-version-offered': setFacts({ today: '2027-03-01' }),
  'versions/tested': setFacts({ kubernetesVersion: '1.34.9' }),
  'certificates/at-most-a-year': certificates('etcd-0-peer', { validityDays: 730 }),
  'certificates/approver': removeFile('control-plane', '/usr/local/lib/approve'),
  'certificates/ca-lifetime': certificates('cluster-ca', { validityDays: 36500 }),
  'backup/scheduled': removeFile('etcd-0', '/etc/systemd/system/etcd-backup.timer'),
  'backup/at-least-weekly': replaceInFile(
    'etcd-0',
    '/etc/systemd/system/etcd-backup.timer',
    'OnUnitActiveSec=15min',
    'OnCalendar=monthly',
  ),
  'backup/thinned-out': removeResource('BucketLifecycleConfiguration', 'main'),
  'backup/encrypted': removeResource('BucketServerSideEncryptionConfiguration', 'main'),
  'distribution/control-plane-machines': oneZone('control-plane'),
  'distribution/control-plane-count': capacity('control-plane', 2),
  'distribution/etcd-quorum': withoutMachines('etcd-4'),
  'distribution/control-plane-zones': oneZone('control-plane'),
  'distribution/control-plane-several-per-zone': capacity('control-plane', 3),
  'distribution/worker-zones': oneZone('worker'),
  'distribution/worker-each-zone': capacity('worker', 2),
  'distribution/zone-label': labels('topology.kubernetes.io/zone', 'zone'),
  'distribution/region-label': labels('topology.kubernetes.io/region', 'region'),
  'distribution/host-id-label': setInputs('LaunchTemplate', 'worker', {
    placement: { tenancy: 'host' },
  }),
};
