import type { MachineFact, MachineFileFact } from '../../../../lib/conformance/facts';
import type { MachineRole } from '../../../../lib/machine/machine-config';

const file = (content: string, mode = '0644'): MachineFileFact => ({
  content,
  mode,
  owner: 'root:root',
});

const sysctl = `kernel.randomize_va_space = 2
kernel.kptr_restrict = 2
kernel.dmesg_restrict = 1
kernel.unprivileged_bpf_disabled = 1
fs.protected_hardlinks = 1
fs.protected_symlinks = 1
fs.suid_dumpable = 0
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv4.tcp_syncookies = 1
`;

const sshd = `PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
PermitRootLogin no
KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256
Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com
MACs hmac-sha2-512-etm@openssh.com
ForceCommand /usr/local/lib/record
`;

const nftables = `table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    tcp dport 22 accept
  }
}
`;

const base = {
  '/etc/sysctl.d/90-hardening.conf': file(sysctl),
  '/etc/ssh/sshd_config': file(sshd),
  '/etc/nftables.conf': file(nftables),
  '/usr/local/lib/record': file('#!/bin/sh\nexec tlog-rec "$@"\n', '0755'),
  '/usr/local/lib/ship': file('#!/bin/sh\n# Logs_20140328.PutLogEvents\n', '0755'),
  '/etc/audit/rules.d/90-hardening.rules': file('-a always,exit -F path=/etc/passwd -F perm=wa\n'),
  '/etc/apt/apt.conf.d/90-hardening': file(
    'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
  ),
};

const etcdUnit = `[Service]
ExecStart=/usr/local/bin/etcd \\
  --listen-client-urls=https://10.0.1.4:2379,https://127.0.0.1:2379 \\
  --advertise-client-urls=https://10.0.1.4:2379 \\
  --cert-file=/etc/etcd/pki/server.pem \\
  --key-file=/etc/etcd/pki/server.pem \\
  --trusted-ca-file=/etc/etcd/pki/ca.crt \\
  --client-cert-auth=true \\
  --listen-peer-urls=https://10.0.1.4:2380 \\
  --initial-advertise-peer-urls=https://10.0.1.4:2380 \\
  --peer-cert-file=/etc/etcd/pki/peer.pem \\
  --peer-key-file=/etc/etcd/pki/peer.pem \\
  --peer-trusted-ca-file=/etc/etcd/pki/ca.crt \\
  --peer-client-cert-auth=true \\
  --peer-cert-allowed-cn=etcd-peer \\
  --enable-grpc-gateway=false \\
  --listen-metrics-urls=http://127.0.0.1:2381 \\
  --auto-compaction-mode=periodic \\
  --auto-compaction-retention=8h
`;

const accessScript = `#!/bin/sh
etcdctl user add kube-apiserver --no-password
etcdctl auth enable
`;

const accessControl = `role kube-apiserver
permission kube-apiserver readwrite prefix /registry/
permission kube-apiserver read key compact_rev_key
user root root
user kube-apiserver kube-apiserver
`;

const kubeadm = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.6
certificateValidityPeriod: 8760h0m0s
etcd:
  external:
    endpoints: [https://10.0.1.4:2379]
    caFile: /etc/kubernetes/pki/etcd/ca.crt
    certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt
    keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key
apiServer:
  extraArgs:
    - {name: anonymous-auth, value: "false"}
    - {name: admission-control-config-file, value: /etc/kubernetes/admission.yaml}
    - {name: authentication-token-webhook-config-file, value: /etc/kubernetes/webhook.yaml}
    - {name: authorization-mode, value: "Node,RBAC"}
    - {name: enable-admission-plugins, value: "NodeRestriction,PodSecurity,EventRateLimit,AlwaysPullImages"}
    - {name: kubelet-certificate-authority, value: /etc/kubernetes/pki/ca.crt}
    - {name: max-requests-inflight, value: "400"}
    - {name: max-mutating-requests-inflight, value: "200"}
    - {name: min-request-timeout, value: "1800"}
    - {name: profiling, value: "false"}
controllerManager:
  extraArgs:
    - {name: bind-address, value: 127.0.0.1}
    - {name: cluster-signing-duration, value: 720h}
    - {name: profiling, value: "false"}
scheduler:
  extraArgs:
    - {name: bind-address, value: 127.0.0.1}
    - {name: profiling, value: "false"}
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
`;

const admission = `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      defaults: {enforce: baseline, audit: restricted, warn: restricted}
      exemptions: {namespaces: [kube-system]}
  - name: EventRateLimit
    path: event-rate-limit.yaml
`;

const eventRateLimit = `apiVersion: eventratelimit.admission.k8s.io/v1alpha1
kind: Configuration
limits:
  - {type: Server, qps: 5000, burst: 20000}
`;

const kubelet = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
serverTLSBootstrap: true
rotateCertificates: true
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}
authorization: {mode: Webhook}
`;

const node = {
  '/var/lib/kubelet/config.yaml': file(kubelet),
  '/etc/default/kubelet': file(
    'KUBELET_ARGS="--node-labels=topology.kubernetes.io/region=x,topology.kubernetes.io/zone=xa --node-ip=10.0.0.9"\n',
  ),
};

function machine(
  name: string,
  role: MachineRole,
  files: MachineFact['files'],
  artifacts: NonNullable<MachineFact['artifacts']> = [],
): MachineFact {
  return {
    name,
    role,
    files: { ...base, ...files },
    userData: '#!/bin/sh\necho hello\n',
    artifacts,
  };
}

const etcdFiles = {
  '/etc/systemd/system/etcd.service': file(etcdUnit),
  '/etc/systemd/system/etcd-access.service': file('[Service]\nExecStart=/usr/local/lib/access\n'),
  '/usr/local/lib/access': file(accessScript, '0755'),
  '/etc/hardened-cluster/etcd/access-control': file(accessControl),
  '/etc/systemd/system/etcd-backup.timer': file('[Timer]\nOnUnitActiveSec=15min\n'),
  '/etc/systemd/system/etcd-backup.service': file('[Service]\nExecStart=/usr/local/lib/backup\n'),
  '/usr/local/lib/backup': file(
    '#!/bin/sh\netcdctl snapshot save /var/lib/etcd/snapshot\n',
    '0755',
  ),
};

/** A conformant cluster's machines, as small as they can be. */
export const conformantMachines: readonly MachineFact[] = [
  machine('bastion', 'bastion', {}),
  ...['etcd-0', 'etcd-1', 'etcd-2', 'etcd-3', 'etcd-4'].map((name) =>
    machine(name, 'etcd', etcdFiles, [{ name: 'etcd', version: '3.6.14' }]),
  ),
  machine('control-plane', 'control-plane', {
    ...node,
    '/etc/kubernetes/kubeadm.yaml': file(kubeadm),
    '/etc/kubernetes/admission.yaml': file(admission),
    '/etc/kubernetes/event-rate-limit.yaml': file(eventRateLimit),
    '/usr/local/lib/approve': file('#!/bin/sh\nkubectl certificate approve "$1"\n', '0755'),
  }),
  machine('worker-general', 'worker', node),
];
