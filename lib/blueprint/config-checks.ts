import { kubernetesReleases } from '../standard/kubernetes-releases';
import { protectedSettings, type FlagOwner } from '../standard/protected-settings';
import { contains, overlaps, parseCidr } from './ipv4';
import type { Problem } from './problem';
import type { BlueprintConfig } from './schema/blueprint-schema';
import { compareVersions, minorOf } from './version';

type ConfigCheck = (config: BlueprintConfig, today: string) => Problem[];

/** Everything the schema alone can't see. Empty when all is well. */
export function checkConfig(config: BlueprintConfig, today: string): Problem[] {
  return configChecks.flatMap((check) => check(config, today));
}

/** Networks from which SSH and, in the profile strict, anything at all is refused. */
const everywhere = '0.0.0.0/0';

const checkZones: ConfigCheck = ({ region, zones = [] }) => [
  ...zones.flatMap((zone, index) =>
    new RegExp(`^${region}[a-h]$`).test(zone)
      ? []
      : [
          {
            path: `zones[${index}]`,
            got: zone,
            expected: `a zone of ${region} such as "${region}a"`,
          },
        ],
  ),
  ...duplicates(zones, (index) => `zones[${index}]`, 'zone'),
];

const checkNetworks: ConfigCheck = ({ network, zones }) => {
  const named = (['vpcCidr', 'podCidr', 'serviceCidr'] as const).map((key) => ({
    path: `network.${key}`,
    text: network[key],
    parsed: parseCidr(network[key]),
  }));
  const collisions = named.flatMap((a, index) =>
    named
      .slice(index + 1)
      .filter((b) => a.parsed && b.parsed && overlaps(a.parsed, b.parsed))
      .map((b) => ({
        path: b.path,
        got: b.text,
        expected: `a network outside ${a.path} (${a.text}) such as "10.96.0.0/16"`,
      })),
  );
  return [...collisions, ...checkSizes(network, zones?.length ?? 3)];
};

function checkSizes(network: BlueprintConfig['network'], zoneCount: number): Problem[] {
  const bounds = [
    { key: 'vpcCidr', from: 16, to: zoneCount > 4 ? 21 : 24, example: '10.0.0.0/16' },
    { key: 'podCidr', from: 8, to: 20, example: '10.244.0.0/16' },
    { key: 'serviceCidr', from: 12, to: 24, example: '10.96.0.0/16' },
  ] as const;
  return bounds.flatMap(({ key, from, to, example }) => {
    const prefix = parseCidr(network[key])?.prefix ?? 0;
    if (prefix >= from && prefix <= to) return [];
    const zonesNote = key === 'vpcCidr' ? ` for ${zoneCount} zones` : '';
    return [
      {
        path: `network.${key}`,
        got: network[key],
        expected: `a network from /${from} to /${to}${zonesNote} such as "${example}"`,
      },
    ];
  });
}

const checkAccess: ConfigCheck = ({ access, bastion, profile, network }) => {
  const ssh = bastion.access === 'ssh';
  const vpc = parseCidr(network.vpcCidr);
  const strictLists = profile === 'strict' ? (['apiCidrs', 'nodePortCidrs'] as const) : [];
  return [
    ...(ssh && access.sshCidrs.length === 0
      ? [
          {
            path: 'access.sshCidrs',
            got: [],
            expected:
              'the networks that may reach the bastion, such as ["203.0.113.0/24"], or bastion.access "session-manager"',
          },
        ]
      : []),
    ...access.sshCidrs.flatMap((cidr, index) => {
      const prefix = parseCidr(cidr)?.prefix ?? 0;
      return prefix >= 8
        ? []
        : [
            {
              path: `access.sshCidrs[${index}]`,
              got: cidr,
              expected:
                'a named network of /8 or smaller such as "203.0.113.0/24": SSH is never opened to everyone (guide/bastion-host)',
            },
          ];
    }),
    ...strictLists.flatMap((key) =>
      access[key].flatMap((cidr, index) =>
        cidr === everywhere
          ? [
              {
                path: `access.${key}[${index}]`,
                got: cidr,
                expected: 'a named network such as "203.0.113.0/24" in the profile strict',
              },
            ]
          : [],
      ),
    ),
    ...access.nodePortCidrs.flatMap((cidr, index) => {
      const parsed = parseCidr(cidr);
      return vpc && parsed && contains(vpc, parsed)
        ? [
            {
              path: `access.nodePortCidrs[${index}]`,
              got: cidr,
              expected: 'a network outside the VPC: pods reach Services by their cluster address',
            },
          ]
        : [];
    }),
  ];
};

const checkBastion: ConfigCheck = ({ bastion }) =>
  bastion.access === 'ssh' && bastion.authorizedKeys.length + bastion.userCaKeys.length === 0
    ? [
        {
          path: 'bastion',
          got: { authorizedKeys: [], userCaKeys: [] },
          expected:
            'at least one of authorizedKeys (such as ["ssh-ed25519 AAAA... ada@example.com"]) and userCaKeys',
        },
      ]
    : [];

const checkKubernetesVersion: ConfigCheck = ({ kubernetes }, today) => {
  const supported = kubernetesReleases.filter(({ endOfLife }) => endOfLife >= today);
  const expected = `one of the supported minors ${supported
    .map(({ minor, endOfLife }) => `"${minor}" (until ${endOfLife})`)
    .join(', ')}, or a version of one`;
  return supported.some(({ minor }) => minor === minorOf(kubernetes.version))
    ? []
    : [{ path: 'kubernetes.version', got: kubernetes.version, expected }];
};

const checkEtcd: ConfigCheck = ({ etcd, profile }) => {
  const allowed = { standard: [3, 5, 7], strict: [5, 7], development: [1, 3, 5, 7] }[profile];
  const floor = etcd.version.startsWith('3.5.') ? '3.5.32' : '3.6.13';
  return [
    ...(allowed.includes(etcd.members)
      ? []
      : [
          {
            path: 'etcd.members',
            got: etcd.members,
            expected: `one of ${allowed.join(', ')} in the profile ${profile}`,
          },
        ]),
    ...(compareVersions(etcd.version, floor) >= 0
      ? []
      : [
          {
            path: 'etcd.version',
            got: etcd.version,
            expected: `at least "${floor}": earlier versions have access-control bypasses`,
          },
        ]),
    ...(etcd.quotaBytes <= (etcd.dataVolume.sizeGibibytes * 1024 ** 3) / 2
      ? []
      : [
          {
            path: 'etcd.quotaBytes',
            got: etcd.quotaBytes,
            expected:
              'at most half of etcd.dataVolume.sizeGibibytes, so that a snapshot and the log fit beside the database',
          },
        ]),
  ];
};

const checkControlPlane: ConfigCheck = ({ controlPlane, profile }) =>
  profile === 'development' || controlPlane.machines >= 3
    ? []
    : [
        {
          path: 'controlPlane.machines',
          got: controlPlane.machines,
          expected: `at least 3 in the profile ${profile} (scs-0214)`,
        },
      ];

const checkPools: ConfigCheck = ({ workers }) => [
  ...duplicates(
    workers.map(({ name }) => name),
    (index) => `workers[${index}].name`,
    'pool name',
  ),
  ...workers.flatMap((pool, index) =>
    pool.minimum <= pool.maximum
      ? []
      : [
          {
            path: `workers[${index}].maximum`,
            got: pool.maximum,
            expected: `at least the minimum, ${pool.minimum}`,
          },
        ],
  ),
  ...duplicates(
    workers.flatMap(({ nodePorts }) => nodePorts).map(String),
    () => 'workers[].nodePorts',
    'listener port',
  ),
];

const checkNamespaces: ConfigCheck = ({ namespaces, profile }) => [
  ...duplicates(
    namespaces.map(({ name }) => name),
    (index) => `namespaces[${index}].name`,
    'namespace',
  ),
  ...namespaces.flatMap(({ name, podSecurity }, index) => [
    ...(/^(kube-|hardened-|calico-)/.test(name) || name === 'default'
      ? [
          {
            path: `namespaces[${index}].name`,
            got: name,
            expected: 'a name of your own: this one belongs to the system',
          },
        ]
      : []),
    ...(profile === 'strict' && podSecurity !== undefined && podSecurity !== 'restricted'
      ? [
          {
            path: `namespaces[${index}].podSecurity`,
            got: podSecurity,
            expected: '"restricted" in the profile strict',
          },
        ]
      : []),
  ]),
];

const checkWaivers: ConfigCheck = ({ waivers }, today) =>
  waivers.flatMap(({ expires }, index) =>
    expires >= today
      ? []
      : [
          {
            path: `waivers[${index}].expires`,
            got: expires,
            expected: `a day from ${today} on: an expired waiver must be renewed or removed`,
          },
        ],
  );

const checkFlags: ConfigCheck = ({ kubernetes, etcd, waivers }) => {
  const waived = new Set(waivers.map(({ clause }) => clause));
  const owners: readonly { owner: FlagOwner; path: string; flags: Record<string, string> }[] = [
    ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const).map(
      (owner) => ({ owner, path: `kubernetes.flags.${owner}`, flags: kubernetes.flags[owner] }),
    ),
    { owner: 'etcd', path: 'etcd.flags', flags: etcd.flags },
  ];
  return owners.flatMap(({ owner, path, flags }) =>
    protectedSettings
      .filter(
        (setting) =>
          setting.owner === owner && setting.flag in flags && !waived.has(setting.clause),
      )
      .map(({ flag, clause }) => ({
        path: `${path}.${flag}`,
        got: flags[flag],
        expected: `no value: ${clause} fixes it; a waiver of that clause with a reason and an expiry date lifts this`,
      })),
  );
};

function duplicates(
  names: readonly string[],
  path: (index: number) => string,
  what: string,
): Problem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: path(index), got: name, expected: `a ${what} that is not used before` }],
  );
}

const configChecks: readonly ConfigCheck[] = [
  checkZones,
  checkNetworks,
  checkAccess,
  checkBastion,
  checkKubernetesVersion,
  checkEtcd,
  checkControlPlane,
  checkPools,
  checkNamespaces,
  checkWaivers,
  checkFlags,
];
