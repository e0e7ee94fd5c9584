import { addFile, both, edit, mutation, removeFile, type Mutation } from './mutation';

const unit = '/etc/systemd/system/etcd.service';
const programs = '/usr/local/lib/hardened-cluster';
const list = '/etc/hardened-cluster/etcd/access-control';

/** What each check of etcd's flags must notice, spelled as a flag. */
const violations: readonly (readonly [check: string, flag: string, from: RegExp, to: string])[] = [
  [
    'etcd/client-tls',
    'listen-client-urls=http://0.0.0.0:2379',
    /listen-client-urls=https/,
    'listen-client-urls=http',
  ],
  [
    'etcd/peer-tls',
    'listen-peer-urls=http://0.0.0.0:2380',
    /listen-peer-urls=https/,
    'listen-peer-urls=http',
  ],
  [
    'etcd/no-self-signed-certificates',
    'peer-auto-tls=true',
    /peer-auto-tls=false/,
    'peer-auto-tls=true',
  ],
  [
    'etcd/client-certificates-required',
    'client-cert-auth=false',
    /--client-cert-auth=true/,
    '--client-cert-auth=false',
  ],
  [
    'etcd/peer-certificates-required',
    'peer-client-cert-auth=false',
    /--peer-client-cert-auth=true/,
    '--peer-client-cert-auth=0',
  ],
  [
    'etcd/peer-names-restricted',
    'peer-cert-allowed-cn=',
    /--peer-cert-allowed-cn=etcd-peer/,
    '--peer-cert-allowed-cn=',
  ],
  [
    'etcd/gateway-off',
    'enable-grpc-gateway=true',
    /enable-grpc-gateway=false/,
    'enable-grpc-gateway=true',
  ],
  [
    'etcd/metrics-private',
    'listen-metrics-urls=http://0.0.0.0:2381',
    /listen-metrics-urls=http:\/\/127.0.0.1/,
    'listen-metrics-urls=http://[::]',
  ],
  [
    'etcd/compaction-periodic',
    'auto-compaction-mode=revision',
    /compaction-mode=periodic/,
    'compaction-mode=revision',
  ],
  ['etcd/compaction-retention', 'auto-compaction-retention=0', /retention=8h/, 'retention=800h'],
];

const environmentName = (flag: string) => {
  const [name = '', value = ''] = flag.split('=');
  return `ETCD_${name.toUpperCase().replaceAll('-', '_')}=${value}`;
};

/** Other places where the same setting can come from. */
const sources = violations.flatMap(([check, flag, from, to]): Mutation[] => [
  mutation(check, 6, `flag --${flag}`, edit('etcd-0', unit, from, to)),
  mutation(
    check,
    6,
    `flag --${flag} once more, at the end`,
    edit('etcd-3', unit, /\nUser=/, ` --${flag}\nUser=`),
  ),
  mutation(
    check,
    1,
    `environment ${environmentName(flag)}`,
    both(edit('etcd-0', unit, /\nUser=/, `\nEnvironment=${environmentName(flag)}\nUser=`)),
  ),
  mutation(
    check,
    1,
    `environment file with ${environmentName(flag)}`,
    both(
      edit('etcd-1', unit, /\nUser=/, '\nEnvironmentFile=-/etc/default/etcd\nUser='),
      addFile('etcd-1', '/etc/default/etcd', `${environmentName(flag)}\n`),
    ),
  ),
  mutation(
    check,
    1,
    `drop-in that starts etcd with --${flag}`,
    addFile(
      'etcd-2',
      `${unit}.d/50.conf`,
      `[Service]\nExecStart=\nExecStart=/usr/local/bin/etcd --${flag}\n`,
    ),
  ),
  mutation(
    check,
    1,
    `drop-in for all services with ${environmentName(flag)}`,
    addFile(
      'etcd-2',
      '/etc/systemd/system/service.d/50.conf',
      `[Service]\nEnvironment=${environmentName(flag)}\n`,
    ),
  ),
  mutation(
    check,
    1,
    `the manager's environment with ${environmentName(flag)}`,
    addFile(
      'etcd-0',
      '/etc/systemd/system.conf.d/99.conf',
      `[Manager]\nDefaultEnvironment=${environmentName(flag)}\n`,
    ),
  ),
  mutation(
    check,
    1,
    `a second unit of etcd with --${flag}`,
    addFile(
      'etcd-4',
      '/etc/systemd/system/etcd2.service',
      `[Service]\nExecStart=/usr/local/bin/etcd --${flag}\n[Install]\nWantedBy=multi-user.target\n`,
    ),
  ),
  mutation(
    check,
    3,
    `etcd-start that adds --${flag}`,
    edit('etcd-0', `${programs}/etcd-start`, /\nexec /, `\nset -- "$@" --${flag}\nexec `),
  ),
]);

const every = violations.map(([check]) => check);

/** Violations of etcd's configuration and access control. */
export const etcdMutations: readonly Mutation[] = [
  ...sources,
  mutation(
    every,
    1,
    '--config-file, at which etcd ignores every flag',
    edit('etcd-0', unit, /--data-dir/, '--config-file=/etc/etcd.yaml \\\n  --data-dir'),
  ),
  mutation(
    every,
    1,
    'ETCD_CONFIG_FILE',
    edit('etcd-0', unit, /\nUser=/, '\nEnvironment="ETCD_CONFIG_FILE=/etc/etcd.yaml"\nUser='),
  ),
  mutation(
    every,
    1,
    'etcd through sh -c',
    edit('etcd-0', unit, /ExecStart=\S+/, "ExecStart=/bin/sh -c 'exec etcd' --"),
  ),
  mutation(
    every,
    1,
    'ExecStartPre that rewrites the unit',
    edit(
      'etcd-0',
      unit,
      /\nUser=/,
      '\nExecStartPre=+/usr/bin/sed -i s/https/http/ /etc/systemd/system/etcd.service\nUser=',
    ),
  ),
  mutation(
    'etcd/client-tls',
    6,
    'an empty certificate',
    edit('etcd-0', unit, /--cert-file=\S+/, '--cert-file='),
  ),
  mutation(
    'etcd/client-certificates-required',
    6,
    'no CA',
    edit('etcd-0', unit, /--trusted-ca-file=\S+/, '--trusted-ca-file='),
  ),
  mutation(
    'etcd/metrics-private',
    6,
    'a plain HTTP listener for clients',
    edit(
      'etcd-0',
      unit,
      /--logger=zap/,
      '--logger=zap --listen-client-http-urls=http://0.0.0.0:2378',
    ),
  ),

  mutation(
    'etcd/access-control-enabled',
    3,
    'the unit is not enabled',
    edit(
      'etcd-0',
      '/etc/hardened-cluster/boot/units',
      'etcd-access-control.service\tyes',
      'etcd-access-control.service\tno',
    ),
  ),
  mutation(
    'etcd/access-control-enabled',
    3,
    'the unit is masked',
    edit('etcd-0', '/etc/systemd/system/etcd-access-control.service', /[^]*/, ''),
  ),
  mutation(
    'etcd/access-control-enabled',
    3,
    'the script exits first',
    edit('etcd-0', `${programs}/etcd-access-control`, '\n', '\nexit 0\n'),
  ),
  mutation(
    'etcd/access-control-enabled',
    3,
    'the script ends with auth disable',
    edit('etcd-0', `${programs}/etcd-access-control`, /$/, '\netcdctl auth disable\n'),
  ),
  mutation(
    'etcd/access-control-enabled',
    3,
    'a condition that never holds',
    edit(
      'etcd-1',
      '/etc/systemd/system/etcd-access-control.service',
      '[Service]',
      'ConditionPathExists=/nowhere\n[Service]',
    ),
  ),
  mutation(
    'etcd/access-control-enabled',
    3,
    'another unit turns it off',
    addFile(
      'etcd-0',
      '/etc/systemd/system/zz.service',
      '[Service]\nExecStart=/usr/local/bin/etcdctl auth disable\n',
    ),
  ),
  mutation(
    'etcd/access-control-enabled',
    3,
    'a program for cron turns it off',
    addFile('etcd-0', '/etc/cron.d/x', '* * * * * root etcdctl auth disable\n'),
  ),
  mutation(
    'etcd/access-control-enabled',
    3,
    'the program is not put in place',
    edit(
      'etcd-0',
      '/etc/hardened-cluster/boot/files',
      `${programs}/etcd-access-control\t0755`,
      `${programs}/etcd-access-control\t0000`,
    ),
  ),

  ...(
    [
      [4, 'prefix ""', 'readwrite prefix /registry/', 'readwrite prefix ""'],
      [4, 'from a key on', 'readwrite prefix /registry/', 'readwrite from-key /registry/'],
      [4, 'a range to \\0', 'readwrite prefix /registry/', 'readwrite range / \\0'],
      [4, 'prefix /', 'readwrite prefix /registry/', 'readwrite prefix /'],
      [4, 'prefix /reg', 'readwrite prefix /registry/', 'readwrite prefix /reg'],
      [4, 'an escaped prefix', 'readwrite prefix /registry/', 'readwrite prefix \\x00'],
      [4, 'reads everything', 'read key compact_rev_key', 'read prefix c'],
      [6, 'the role root', 'user kube-apiserver kube-apiserver', 'user kube-apiserver root'],
      [
        6,
        'a second role',
        'user kube-apiserver kube-apiserver',
        'user kube-apiserver kube-apiserver\nuser kube-apiserver root',
      ],
      [5, 'another user of role root', 'user root root', 'user root root\nuser worker root'],
      [4, 'reads prefix /', 'read key compact_rev_key', 'read prefix /'],
      [4, 'reads prefix ""', 'read key compact_rev_key', 'read prefix ""'],
      [4, 'health may write', 'read key health', 'readwrite prefix h'],
    ] as const
  ).map(([kind, title, from, to]) =>
    mutation('etcd/api-server-least-privilege', kind, title, edit(/^etcd-/, list, from, to)),
  ),
  mutation(
    'etcd/api-server-least-privilege',
    2,
    "the API server's certificate is that of root",
    (facts) => ({
      ...facts,
      certificates: (facts.certificates ?? []).map((found) =>
        found.name.endsWith('-etcd-client') ? { ...found, subject: { commonName: 'root' } } : found,
      ),
    }),
  ),
  mutation('etcd/api-server-least-privilege', 2, 'a second certificate of root', (facts) => ({
    ...facts,
    certificates: (facts.certificates ?? []).flatMap((found) =>
      found.name.endsWith('-etcd-client')
        ? [
            found,
            {
              ...found,
              name: found.name.replace('etcd-client', 'etcd-spare'),
              subject: { commonName: 'root' },
            },
          ]
        : [found],
    ),
  })),
  mutation(
    ['etcd/ca-only-for-etcd', 'etcd/separate-ca'],
    2,
    'server certificates of the cluster CA',
    (facts) => ({
      ...facts,
      certificates: (facts.certificates ?? []).map((found) =>
        found.name.endsWith('etcd-0-server')
          ? { ...found, issuer: found.issuer.replace('etcd-ca', 'cluster-ca') }
          : found,
      ),
    }),
  ),
  mutation('etcd/ca-only-for-etcd', 2, 'the CA is signed by the cluster CA', (facts) => ({
    ...facts,
    certificates: (facts.certificates ?? []).map((found) =>
      found.name.endsWith('etcd-ca')
        ? { ...found, issuer: found.issuer.replace('etcd-ca', 'cluster-ca') }
        : found,
    ),
  })),
  mutation('etcd/ca-only-for-etcd', 2, 'the CA signs a kubelet', (facts) => ({
    ...facts,
    certificates: (facts.certificates ?? []).flatMap((found) =>
      found.name.endsWith('etcd-client')
        ? [found, { ...found, name: 'kubelet', subject: { commonName: 'system:node:a' } }]
        : [found],
    ),
  })),
  mutation(
    ['etcd/separate-ca', 'etcd/client-certificates-required', 'etcd/ca-only-for-etcd'],
    2,
    'members trust the cluster CA',
    edit(
      'etcd-0',
      '/etc/hardened-cluster/boot/secrets',
      /etcd\/members\/etcd-0\/ca\t/,
      'control-plane/cluster-ca\t',
    ),
  ),
  mutation(
    'etcd/separate-ca',
    6,
    'the API server trusts its own CA for etcd',
    edit('control-plane', '/etc/kubernetes/kubeadm.yaml', 'pki/etcd/ca.crt', 'pki/ca.crt'),
  ),
  mutation(
    'etcd/separate-ca',
    2,
    "the file of etcd's CA holds the cluster CA",
    edit(
      'control-plane',
      '/etc/hardened-cluster/boot/secrets',
      'control-plane/etcd-ca',
      'control-plane/cluster-ca',
    ),
  ),
  mutation(
    'etcd/separate-ca',
    1,
    'a patch of kubeadm',
    addFile(
      'control-plane',
      '/etc/kubernetes/patches/kube-apiserver1+json.yaml',
      '- op: add\n  path: /spec/containers/0/command/-\n  value: --etcd-cafile=/etc/kubernetes/pki/ca.crt\n',
    ),
  ),

  mutation(
    'etcd/users-without-passwords',
    3,
    'a program that sets a password',
    edit('etcd-0', `${programs}/etcd-access-control`, '--no-password', '--new-user-password=x'),
  ),
  mutation(
    'etcd/users-without-passwords',
    3,
    'a second program sets one',
    addFile(
      'etcd-0',
      `${programs}/set-password`,
      '#!/bin/sh\nprintf x | etcdctl user passwd root --interactive=false\n',
    ),
  ),
  mutation(
    'etcd/users-without-passwords',
    1,
    'a unit sets one',
    addFile(
      'etcd-0',
      '/etc/systemd/system/pw.service',
      '[Service]\nExecStart=/usr/local/bin/etcdctl user passwd root\n',
    ),
  ),
  mutation(
    'etcd/users-without-passwords',
    3,
    'the library sets one',
    edit('etcd-0', `${programs}/etcd-lib.sh`, '\n', '\nalias user="user --new-user-password=x"\n'),
  ),

  mutation('etcd/version-without-bypass', 6, '3.6.10', (facts) => ({
    ...facts,
    machines: (facts.machines ?? []).map((machine) => ({
      ...machine,
      artifacts: (machine.artifacts ?? []).map((artifact) =>
        artifact.name === 'etcd' ? { ...artifact, version: '3.6.10' } : artifact,
      ),
    })),
  })),
  mutation('etcd/version-without-bypass', 6, 'one member of 3.5.29', (facts) => ({
    ...facts,
    machines: (facts.machines ?? []).map((machine) =>
      machine.name === 'etcd-3'
        ? { ...machine, artifacts: [{ name: 'etcd', version: '3.5.29' }] }
        : machine,
    ),
  })),
  mutation('etcd/version-without-bypass', 6, '3.4', (facts) => ({
    ...facts,
    machines: (facts.machines ?? []).map((machine) =>
      machine.name === 'etcd-3'
        ? { ...machine, artifacts: [{ name: 'etcd', version: '3.4.40' }] }
        : machine,
    ),
  })),
  mutation(
    'etcd/version-without-bypass',
    3,
    'another binary is started',
    edit('etcd-0', unit, /ExecStart=\S+/, 'ExecStart=/opt/etcd/etcd'),
  ),
  mutation('etcd/version-without-bypass', 7, 'no version is named', (facts) => ({
    ...facts,
    machines: (facts.machines ?? []).map((machine) => ({ ...machine, artifacts: [] })),
  })),

  mutation(
    'etcd/separate-machines',
    5,
    'a kubelet on an etcd machine',
    addFile(
      'etcd-0',
      '/etc/systemd/system/kubelet.service',
      '[Service]\nExecStart=/usr/local/bin/kubelet\n',
    ),
  ),
  mutation(
    'etcd/separate-machines',
    5,
    'etcd as a static pod in JSON without extension',
    addFile(
      'control-plane',
      '/etc/kubernetes/manifests/etcd',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"etcd"},"spec":{"containers":[{"name":"etcd","command":["etcd"]}]}}',
    ),
  ),
  mutation(
    'etcd/separate-machines',
    5,
    'etcd on a worker by another unit',
    addFile(
      'worker-general',
      '/etc/systemd/system/store.service',
      '[Service]\nExecStart=/usr/local/bin/etcd\n',
    ),
  ),
  mutation(
    'etcd/separate-machines',
    5,
    'local etcd in kubeadm',
    edit(
      'control-plane',
      '/etc/kubernetes/kubeadm.yaml',
      /etcd:\n {2}external:/,
      'etcd:\n  local: {dataDir: /x}\n  external:',
    ),
  ),
  mutation(['etcd/five-members', 'etcd/separate-machines'], 7, 'no machines of etcd', (facts) => ({
    ...facts,
    machines: (facts.machines ?? []).filter(({ role }) => role !== 'etcd'),
  })),
  mutation('etcd/five-members', 7, 'four members', (facts) => ({
    ...facts,
    machines: (facts.machines ?? []).filter(({ name }) => name !== 'etcd-4'),
  })),
  mutation(
    'etcd/five-members',
    3,
    'a member that is not started',
    edit('etcd-4', '/etc/hardened-cluster/boot/units', 'etcd.service\tyes', 'etcd.service\tno'),
  ),
  mutation(
    'etcd/five-members',
    3,
    'a member that is a learner by its program',
    edit('etcd-4', `${programs}/etcd-start`, '\n', '\nexit 0\n'),
  ),
  mutation('distribution/etcd-quorum', 7, 'two members', (facts) => ({
    ...facts,
    machines: (facts.machines ?? []).filter(({ name }) => !/etcd-[234]/.test(name)),
  })),
  mutation(
    'distribution/etcd-quorum',
    3,
    'members that are not started',
    edit(/^etcd-/, '/etc/hardened-cluster/boot/units', 'etcd.service\tyes', 'etcd.service\tno'),
  ),
  mutation(
    'distribution/etcd-quorum',
    1,
    'a drop-in that ends etcd',
    addFile('etcd-0', `${unit}.d/9.conf`, '[Service]\nExecStartPre=/bin/false\n'),
  ),
  mutation('distribution/etcd-quorum', 6, 'an even number', (facts) => ({
    ...facts,
    machines: (facts.machines ?? []).filter(({ name }) => name !== 'etcd-1'),
  })),

  ...(['backup/scheduled', 'backup/at-least-weekly'] as const).flatMap((check) => [
    mutation(
      check,
      3,
      'the timer is not enabled',
      edit(
        'etcd-0',
        '/etc/hardened-cluster/boot/units',
        'etcd-backup.timer\tyes',
        'etcd-backup.timer\tno',
      ),
    ),
    mutation(
      check,
      3,
      'the program exits first',
      edit('etcd-0', `${programs}/etcd-backup`, '\n', '\nexit 0\n'),
    ),
    mutation(
      check,
      3,
      'the timer starts another unit',
      edit(
        'etcd-0',
        '/etc/systemd/system/etcd-backup.timer',
        '[Timer]',
        '[Timer]\nUnit=etcd.service',
      ),
    ),
    mutation(
      check,
      1,
      'a drop-in empties the timer',
      addFile(
        'etcd-0',
        '/etc/systemd/system/etcd-backup.timer.d/x.conf',
        '[Timer]\nOnUnitActiveSec=\n',
      ),
    ),
    mutation(
      check,
      3,
      'the service is masked',
      edit('etcd-0', '/etc/systemd/system/etcd-backup.service', /[^]*/, ''),
    ),
    mutation(check, 3, 'no timer', removeFile('etcd-0', '/etc/systemd/system/etcd-backup.timer')),
  ]),
  mutation(
    'backup/at-least-weekly',
    6,
    'once in two months',
    edit(
      'etcd-0',
      '/etc/systemd/system/etcd-backup.timer',
      /OnUnitActiveSec=\S+/,
      'OnUnitActiveSec=9w',
    ),
  ),
  mutation(
    'backup/at-least-weekly',
    6,
    'once a year',
    edit(
      'etcd-0',
      '/etc/systemd/system/etcd-backup.timer',
      /OnUnitActiveSec=\S+/,
      'OnCalendar=yearly',
    ),
  ),
];
