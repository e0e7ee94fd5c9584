import { addFile, addManifest, both, edit, mutation, type Mutation } from './mutation';

const kubeadm = '/etc/kubernetes/kubeadm.yaml';
const kubeletFile = '/var/lib/kubelet/config.yaml';
const anchor = /( {4}- name: admission-control-config-file)/;

const argument = (name: string, value: string) =>
  edit('control-plane', kubeadm, anchor, `    - name: ${name}\n      value: "${value}"\n$1`);
const atEnd = (name: string, value: string) =>
  edit(
    'control-plane',
    kubeadm,
    / {2}extraVolumes:\n/,
    `    - name: ${name}\n      value: "${value}"\n  extraVolumes:\n`,
  );
const pod = (argument_: string, format: 'yaml' | 'json') => {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'second' },
    spec: { containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', argument_] }] },
  };
  return format === 'json'
    ? JSON.stringify(object)
    : `# static\n${JSON.stringify(object, null, 1)}`;
};

/** What each check of the API server must notice: the flag, and the value that violates it. */
const violations: readonly (readonly [check: string, flag: string, value: string])[] = [
  ['api/anonymous-auth-off', 'anonymous-auth', 'true'],
  ['api/service-account-tokens', 'service-account-issuer', ''],
  ['api/second-authentication-method', 'authentication-token-webhook-config-file', ''],
  ['api/no-static-tokens', 'token-auth-file', '/etc/tokens.csv'],
  ['api/authorization-node', 'authorization-mode', 'RBAC'],
  ['api/authorization-second-mode', 'authorization-mode', 'Node'],
  ['api/authorization-rbac', 'authorization-mode', 'Node,ABAC'],
  ['api/authorization-not-always-allow', 'authorization-mode', 'Node,RBAC,AlwaysAllow'],
  ['api/node-restriction', 'disable-admission-plugins', 'NodeRestriction'],
  ['api/always-pull-images', 'disable-admission-plugins', 'AlwaysPullImages'],
  ['api/pod-security-admission', 'disable-admission-plugins', 'PodSecurity'],
  ['api/default-admission-plugins', 'disable-admission-plugins', 'ResourceQuota'],
  ['api/event-rate-limit', 'disable-admission-plugins', 'EventRateLimit'],
  ['api/event-rate-limit-values', 'admission-control-config-file', '/etc/other.yaml'],
  ['api/max-requests-inflight', 'max-requests-inflight', '0'],
  ['api/max-mutating-requests-inflight', 'max-mutating-requests-inflight', '0'],
  ['api/min-request-timeout', 'min-request-timeout', '0'],
  ['api/priority-and-fairness', 'enable-priority-and-fairness', 'false'],
  ['api/insecure-port-absent', 'insecure-port', '8080'],
  ['api/etcd-tls', 'etcd-servers-overrides', '/events#http://10.0.0.1:2379'],
  ['api/kubelet-ca', 'kubelet-certificate-authority', ''],
  ['api/profiling-off', 'profiling', 'true'],
  ['pod-security/cluster-default', 'admission-control-config-file', '/etc/other.yaml'],
  ['pod-security/enforced', 'admission-control-config-file', ''],
  ['pod-security/restricted-in-use', 'admission-control-config-file', '/etc/other.yaml'],
];

const apiServer = violations.flatMap(([check, flag, value]): Mutation[] => [
  mutation(check, 6, `--${flag}=${value}, last`, atEnd(flag, value)),
  mutation(
    check,
    1,
    `a second API server as a static pod in JSON with --${flag}`,
    addFile(
      'control-plane',
      '/etc/kubernetes/manifests/second.json',
      pod(`--${flag}=${value}`, 'json'),
    ),
  ),
  mutation(
    check,
    1,
    `a second API server in a file without extension`,
    addFile('control-plane', '/etc/kubernetes/manifests/second', pod(`--${flag}=${value}`, 'yaml')),
  ),
  mutation(
    check,
    1,
    `kubeadm's patch in JSON`,
    addFile(
      'control-plane',
      '/etc/kubernetes/patches/kube-apiserver0+json.json',
      JSON.stringify([
        { op: 'add', path: '/spec/containers/0/command/-', value: `--${flag}=${value}` },
      ]),
    ),
  ),
  mutation(
    check,
    1,
    `kubeadm's strategic patch with a command`,
    edit(
      'control-plane',
      '/etc/kubernetes/patches/kube-apiserver+strategic.yaml',
      '    - name: kube-apiserver\n',
      `    - name: kube-apiserver\n      command: [kube-apiserver, --${flag}=${value}]\n`,
    ),
  ),
  mutation(
    check,
    1,
    `a container beside it by a patch`,
    edit(
      'control-plane',
      '/etc/kubernetes/patches/kube-apiserver+strategic.yaml',
      /$/,
      `    - name: second\n      image: x\n      args:\n        - --${flag}=${value}\n`,
    ),
  ),
  mutation(
    check,
    1,
    `a systemd unit of another API server`,
    addFile(
      'control-plane',
      '/etc/systemd/system/api.service',
      `[Service]\nExecStart=/bin/sh -c 'kube-apiserver --${flag}=${value}'\n`,
    ),
  ),
  mutation(
    check,
    1,
    `a Deployment of another API server`,
    addManifest(
      'apps/v1',
      'Deployment',
      'api',
      {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'a', command: ['/bin/sh', '-c', `exec kube-apiserver --${flag}=${value}`] },
              ],
            },
          },
        },
      },
      'kube-system',
    ),
  ),
  mutation(
    check,
    3,
    'the program that starts the control plane',
    edit(
      'control-plane',
      '/usr/local/lib/hardened-cluster/start-control-plane',
      /$/,
      `\nsed -i s/x/y/ /etc/kubernetes/manifests/kube-apiserver.yaml # ${flag}\n`,
    ),
  ),
]);

const kubelets: readonly (readonly [check: string, from: RegExp, to: string, flag: string])[] = [
  [
    'kubelet/anonymous-auth-off',
    /anonymous:\n {4}enabled: false/,
    'anonymous:\n    enabled: true',
    'anonymous-auth=true',
  ],
  [
    'kubelet/webhook-authorization',
    /mode: Webhook/,
    'mode: AlwaysAllow',
    'authorization-mode=AlwaysAllow',
  ],
  ['kubelet/read-only-port-off', /readOnlyPort: 0/, 'readOnlyPort: 10255', 'read-only-port=10255'],
  [
    'kubelet/server-tls-bootstrap',
    /serverTLSBootstrap: true/,
    'serverTLSBootstrap: false',
    'rotate-server-certificates=false',
  ],
  [
    'kubelet/rotate-certificates',
    /rotateCertificates: true/,
    'rotateCertificates: false',
    'rotate-certificates=false',
  ],
  [
    'kubelet/health-port-loopback',
    /healthzBindAddress: 127.0.0.1/,
    'healthzBindAddress: 0.0.0.0',
    'healthz-bind-address=0.0.0.0',
  ],
  [
    'kubelet/cadvisor-port-absent',
    /readOnlyPort: 0/,
    'readOnlyPort: 0\ncadvisorPort: 4194',
    'cadvisor-port=4194',
  ],
  [
    'kubelet/authentication-methods',
    /webhook:\n {4}enabled: true/,
    'webhook:\n    enabled: false\n  unknown: {}',
    'authentication-token-webhook=false',
  ],
];

const nodes = kubelets.flatMap(([check, from, to, flag]): Mutation[] => [
  mutation(check, 6, 'its file', edit('worker-general', kubeletFile, from, to)),
  mutation(
    check,
    1,
    'a folder of drop-ins',
    both(
      edit(
        'worker-general',
        '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
        '--config=',
        '--config-dir=/etc/kubelet.d --config=',
      ),
      addFile('worker-general', '/etc/kubelet.d/10.conf', `kind: KubeletConfiguration\n${to}\n`),
    ),
  ),
  mutation(
    check,
    1,
    'KUBELET_EXTRA_ARGS by a drop-in',
    addFile(
      'worker-general',
      '/etc/systemd/system/kubelet.service.d/20.conf',
      `[Service]\nEnvironment=KUBELET_EXTRA_ARGS=--${flag}\n`,
    ),
  ),
  mutation(
    check,
    1,
    '/etc/default/kubelet',
    addFile('worker-general', '/etc/default/kubelet', `KUBELET_EXTRA_ARGS=--${flag}\n`),
  ),
  mutation(
    check,
    1,
    'another file',
    both(
      edit(
        'worker-general',
        '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
        '--config=/var/lib/kubelet/config.yaml',
        '--config=/etc/k.yaml',
      ),
      addFile(
        'worker-general',
        '/etc/k.yaml',
        `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${to}\n`,
      ),
    ),
  ),
  mutation(
    check,
    1,
    "kubeadm's patch of the configuration",
    addFile('control-plane', '/etc/kubernetes/patches/kubeletconfiguration0+merge.yaml', `${to}\n`),
  ),
  mutation(check, 1, "kubeadm's copy", edit('control-plane', kubeadm, from, to)),
  mutation(
    check,
    1,
    'a drop-in for all services',
    addFile(
      'worker-general',
      '/etc/systemd/system/service.d/1.conf',
      `[Service]\nEnvironment=KUBELET_EXTRA_ARGS=--${flag}\n`,
    ),
  ),
]);

/** Violations of the control plane and of kubelets. */
export const kubernetesMutations: readonly Mutation[] = [
  ...apiServer,
  ...nodes,
  ...violations.flatMap(([check, flag]) => [
    mutation(
      check,
      1,
      `kubeadm's extraEnvs beside ${flag}`,
      edit(
        'control-plane',
        kubeadm,
        /apiServer:\n/,
        'apiServer:\n  extraEnvs:\n    - {name: X, value: y}\n',
      ),
    ),
  ]),
  mutation(
    'api/anonymous-auth-off',
    1,
    'an AuthenticationConfiguration beside it',
    both(
      argument('authentication-config', '/etc/kubernetes/policies/authentication.yaml'),
      atEnd('anonymous-auth', ''),
    ),
  ),
  mutation(
    'pod-security/cluster-default',
    6,
    'an exempt user',
    edit(
      'control-plane',
      '/etc/kubernetes/policies/pod-security.yaml',
      'usernames: []',
      'usernames: [system:serviceaccount:shop:default]',
    ),
  ),
  mutation(
    'pod-security/cluster-default',
    6,
    'an exempt runtime class',
    edit(
      'control-plane',
      '/etc/kubernetes/policies/pod-security.yaml',
      'runtimeClasses: []',
      'runtimeClasses: [runc]',
    ),
  ),
  mutation(
    'pod-security/enforced',
    6,
    'an old version',
    edit(
      'control-plane',
      '/etc/kubernetes/policies/pod-security.yaml',
      'enforce-version: latest',
      'enforce-version: v1.0',
    ),
  ),
  mutation(
    'pod-security/restricted-in-use',
    6,
    'only baseline',
    edit(
      'control-plane',
      '/etc/kubernetes/policies/pod-security.yaml',
      /(audit|warn): restricted/g,
      '$1: baseline',
    ),
  ),
  ...(
    [
      'control-plane/loopback-only',
      'control-plane/no-plain-ports',
      'control-plane/profiling-off',
    ] as const
  )
    .flatMap((check) => {
      const flag = {
        'control-plane/loopback-only': 'bind-address=0.0.0.0',
        'control-plane/no-plain-ports': 'port=10251',
        'control-plane/profiling-off': 'profiling=true',
      }[check];
      const [name = '', value = ''] = flag.split('=');
      return [
        mutation(
          check,
          6,
          `--${flag} of the scheduler`,
          edit(
            'control-plane',
            kubeadm,
            /scheduler:\n {2}extraArgs:\n/,
            `scheduler:\n  extraArgs:\n    - {name: profiling, value: "false"}\n`,
          ),
        ),
        mutation(
          check,
          6,
          `--${flag} of the scheduler, last`,
          edit(
            'control-plane',
            kubeadm,
            /value: VersionTLS13\n---/,
            `value: VersionTLS13\n    - name: ${name}\n      value: "${value}"\n---`,
          ),
        ),
        mutation(
          check,
          1,
          'a configuration file in place of flags',
          edit(
            'control-plane',
            kubeadm,
            /scheduler:\n {2}extraArgs:\n/,
            'scheduler:\n  extraArgs:\n    - name: config\n      value: /etc/scheduler.yaml\n',
          ),
        ),
        mutation(
          check,
          1,
          'a patch',
          addFile(
            'control-plane',
            '/etc/kubernetes/patches/kube-scheduler1+merge.yaml',
            `spec:\n  containers:\n    - args: [--${flag}]\n`,
          ),
        ),
        mutation(
          check,
          1,
          'a second scheduler',
          addFile(
            'control-plane',
            '/etc/kubernetes/manifests/scheduler2',
            `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"s"},"spec":{"containers":[{"name":"s","command":["kube-scheduler","--${flag}"]}]}}`,
          ),
        ),
      ];
    })
    .filter(({ title }) => !title.endsWith('of the scheduler')),
  mutation(
    'kube-proxy/health-port-loopback',
    6,
    'all addresses',
    edit(
      'control-plane',
      kubeadm,
      'healthzBindAddress: 127.0.0.1:10256',
      'healthzBindAddress: "[::]:10256"',
    ),
  ),
  mutation(
    'kube-proxy/health-port-loopback',
    6,
    'metrics on all addresses',
    edit('control-plane', kubeadm, 'metricsBindAddress: 127.0.0.1', 'metricsBindAddress: 0.0.0.0'),
  ),
  mutation(
    'kube-proxy/health-port-loopback',
    1,
    'a second configuration',
    edit(
      'control-plane',
      kubeadm,
      /$/,
      '---\nkind: KubeProxyConfiguration\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nhealthzBindAddress: 127.0.0.1:10256\nmetricsBindAddress: 127.0.0.1:1\nmode: ipvs\n',
    ),
  ),
  mutation(
    'kube-proxy/health-port-loopback',
    1,
    'a key that is not known',
    edit('control-plane', kubeadm, 'mode: iptables', 'mode: iptables\nconfigSyncPeriod: 1s'),
  ),
  ...(
    ['certificates/at-most-a-year', 'certificates/ca-lifetime', 'certificates/approver'] as const
  ).flatMap((check) => [
    mutation(
      check,
      3,
      'the program that renews',
      edit(
        'control-plane',
        '/usr/local/lib/hardened-cluster/approve-serving-certificates',
        '\n',
        '\nexit 0\n',
      ),
    ),
    mutation(
      check,
      3,
      'the list of units',
      edit(
        'control-plane',
        '/etc/hardened-cluster/boot/units',
        'approve-serving-certificates.timer\tyes',
        'approve-serving-certificates.timer\tno',
      ),
    ),
    mutation(
      check,
      1,
      'a unit more',
      addFile('control-plane', '/etc/systemd/system/x.service', '[Service]\nExecStart=/bin/true\n'),
    ),
    mutation(
      check,
      1,
      'a drop-in',
      addFile(
        'control-plane',
        '/etc/systemd/system/approve-serving-certificates.service.d/x.conf',
        '[Service]\nExecStart=\nExecStart=/bin/true\n',
      ),
    ),
  ]),
  mutation(
    'certificates/at-most-a-year',
    6,
    'two years of kubeadm',
    edit(
      'control-plane',
      kubeadm,
      'certificateValidityPeriod: 8760h0m0s',
      'certificateValidityPeriod: 17520h',
    ),
  ),
  mutation('certificates/ca-lifetime', 6, 'a hundred years', (facts) => ({
    ...facts,
    certificates: (facts.certificates ?? []).map((found) =>
      found.isCa ? { ...found, validityDays: 36500 } : found,
    ),
  })),
  ...(['distribution/zone-label', 'distribution/region-label'] as const).flatMap((check) => {
    const unit = '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf';
    return [
      mutation(
        check,
        6,
        'no labels',
        edit('worker-general', unit, /--node-labels=\S+/, '--node-labels=a=b'),
      ),
      mutation(
        check,
        1,
        'another unit',
        addFile(
          'worker-general',
          '/etc/systemd/system/k.service',
          '[Service]\nExecStart=/usr/local/bin/kubelet\n',
        ),
      ),
      mutation(
        check,
        1,
        'a drop-in',
        addFile(
          'worker-general',
          '/etc/systemd/system/kubelet.service.d/99.conf',
          '[Service]\nExecStart=\nExecStart=/usr/local/bin/kubelet --node-labels=\n',
        ),
      ),
      mutation(
        check,
        1,
        'an environment file',
        addFile(
          'worker-general',
          '/var/lib/kubelet/kubeadm-flags.env',
          'KUBELET_KUBEADM_ARGS=--node-labels=a=b\n',
        ),
      ),
    ];
  }),
];
