import { overlaps, parseCidr } from '../../lib/blueprint/ipv4';
import { BlueprintError } from '../../lib/blueprint/problem';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import { makeBlueprint, minimalInput, today } from '../support/cluster/blueprint-inputs';
import { vpcCidrPool } from '../support/etcd/etcd-network';

/** Every message of a refused configuration. */
function refusal(input: unknown, day = today): string[] {
  try {
    resolveBlueprint(input, { today: day });
  } catch (error) {
    if (error instanceof BlueprintError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const pool = { name: 'general' };

describe('resolveBlueprint', () => {
  it('needs nothing but what only the user can know', () => {
    const blueprint = makeBlueprint();
    expect(blueprint.zones).toEqual(['eu-central-1a', 'eu-central-1b', 'eu-central-1c']);
    expect(blueprint.kubernetes.version).toBe('1.36.6');
    expect(blueprint.etcd.members).toEqual([
      { name: 'etcd-0', zone: 'eu-central-1a' },
      { name: 'etcd-1', zone: 'eu-central-1b' },
      { name: 'etcd-2', zone: 'eu-central-1c' },
      { name: 'etcd-3', zone: 'eu-central-1a' },
      { name: 'etcd-4', zone: 'eu-central-1b' },
    ]);
    expect(blueprint.names.api).toBe('api.prod.internal');
    expect(blueprint.nonConformities).toEqual([]);
    expect(Object.isFrozen(blueprint.network)).toBe(true);
  });

  it('takes any network that the real suite draws its VPCs from', () => {
    const [pool, ...defaults] = [
      vpcCidrPool,
      makeBlueprint().network.podCidr,
      makeBlueprint().network.serviceCidr,
    ].map((cidr) => parseCidr(cidr) ?? { base: 0, prefix: 0 });
    for (const network of defaults) expect(pool && overlaps(pool, network)).toBe(false);
    for (const vpcCidr of ['10.128.0.0/24', '10.191.255.0/24']) {
      expect(makeBlueprint({ network: { vpcCidr } }).network.vpcCidr).toBe(vpcCidr);
    }
  });

  it('moves no etcd member when a zone is appended', () => {
    const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
    const more = makeBlueprint({
      zones: [...zones, 'eu-central-1d'],
      controlPlane: { machines: 4 },
    });
    expect(more.etcd.members).toEqual(makeBlueprint({ zones }).etcd.members);
  });

  it('fills in the profile below what the user says', () => {
    const strict = makeBlueprint({ profile: 'strict', images: { requireDigests: false } });
    expect(strict.kubernetes.podSecurity.enforce).toBe('restricted');
    expect(strict.network.podEncryption).toBe('wireguard');
    expect(strict.images.requireDigests).toBe(false);
  });

  it('says why a development cluster does not conform', () => {
    expect(makeBlueprint({ profile: 'development' }).nonConformities).toEqual([
      'one etcd member: its loss is an outage',
      'one control-plane machine',
      'one NAT gateway for every zone',
      'the profile development is for trying things out',
    ]);
  });

  const refusals: readonly (readonly [string, object, unknown])[] = [
    [
      'an unknown key',
      { ...minimalInput, nmae: 'prod' },
      'nmae: got "prod", expected no such key (see docs/configuration.md for the keys there are); did you mean "name"?',
    ],
    [
      'a nested unknown key',
      { ...minimalInput, etcd: { membres: 3 } },
      'etcd.membres: got 3, expected no such key (see docs/configuration.md for the keys there are); did you mean "members"?',
    ],
    [
      'a missing name',
      { ...minimalInput, name: undefined },
      'name: got nothing, expected a lower-case name of at most 32 letters, digits and hyphens, such as "team-a"',
    ],
    [
      'a malformed CIDR',
      { ...minimalInput, network: { vpcCidr: '10.0.0.0/33' } },
      'network.vpcCidr: got "10.0.0.0/33", expected an IPv4 CIDR such as "10.0.0.0/16", with no bits set behind the prefix',
    ],
    [
      'the same network twice',
      {
        ...minimalInput,
        access: { apiCidrs: ['192.0.2.0/24', '192.0.2.0/24'], sshCidrs: ['192.0.2.0/24'] },
      },
      'access.apiCidrs[1]: got "192.0.2.0/24", expected a network not named before',
    ],
    [
      'overlapping CIDRs',
      { ...minimalInput, network: { podCidr: '10.0.128.0/20' } },
      'network.podCidr: got "10.0.128.0/20", expected a network outside network.vpcCidr (10.0.0.0/16) such as "10.96.0.0/16"',
    ],
    [
      'a VPC that is too small',
      { ...minimalInput, network: { vpcCidr: '10.0.0.0/25' } },
      'network.vpcCidr: got "10.0.0.0/25", expected a network from /16 to /24 for 3 zones such as "10.0.0.0/16"',
    ],
    [
      'an even number of etcd members',
      { ...minimalInput, etcd: { members: 4 } },
      'etcd.members: got 4, expected one of 3, 5, 7 in the profile standard',
    ],
    [
      'three etcd members in the profile strict',
      { ...minimalInput, profile: 'strict', etcd: { members: 3 } },
      'etcd.members: got 3, expected one of 5, 7 in the profile strict',
    ],
    [
      'an etcd below the security floor',
      { ...minimalInput, etcd: { version: '3.6.12' } },
      'etcd.version: got "3.6.12", expected at least "3.6.13": earlier versions have access-control bypasses',
    ],
    [
      'fewer control-plane machines than zones',
      { ...minimalInput, zones: ['a', 'b', 'c', 'd'].map((zone) => `eu-central-1${zone}`) },
      'controlPlane.machines: got 3, expected at least 4 in the profile standard: three, and one in each zone (scs-0214/distribution/control-plane-zones)',
    ],
    [
      'another retention of compaction than the standard wants',
      { ...minimalInput, etcd: { compactionRetentionHours: 4 } },
      'etcd.compactionRetentionHours: got 4, expected 8: scs-0215/etcd/compaction-retention fixes it; a waiver of that clause with a reason and an expiry date lifts this',
    ],
    [
      'an end-of-life Kubernetes',
      { ...minimalInput, kubernetes: { version: '1.34' } },
      'kubernetes.version: got "1.34", expected one of the supported minor versions "1.35" (until 2027-02-28), "1.36" (until 2027-06-28), "1.37" (until 2027-10-28), or a version of one',
    ],
    [
      'a malformed Kubernetes version',
      { ...minimalInput, kubernetes: { version: 'latest' } },
      'kubernetes.version: got "latest", expected a Kubernetes version such as "1.36" or "1.36.4"',
    ],
    [
      'SSH from everywhere',
      { ...minimalInput, access: { apiCidrs: [], sshCidrs: ['0.0.0.0/0'] } },
      'access.sshCidrs[0]: got "0.0.0.0/0", expected a named network of /8 or smaller such as "203.0.113.0/24": SSH is never opened to everyone (guide/bastion-host)',
    ],
    [
      "a zone that is not of the region's form",
      { ...minimalInput, zones: ['eu-west-1a'] },
      'zones[0]: got "eu-west-1a", expected a zone of eu-central-1 such as "eu-central-1a"',
    ],
    [
      'a protected flag',
      { ...minimalInput, etcd: { flags: { 'client-cert-auth': 'false' } } },
      'etcd.flags.client-cert-auth: got "false", expected no value: scs-0217/etcd/cn-authentication fixes it; a waiver of that clause with a reason and an expiry date lifts this',
    ],
    [
      'a setting that voids clauses without naming them',
      {
        ...minimalInput,
        kubernetes: {
          flags: {
            'kube-apiserver': { 'runtime-config': 'admissionregistration.k8s.io/v1=false' },
          },
        },
      },
      'kubernetes.flags.kube-apiserver.runtime-config: got "admissionregistration.k8s.io/v1=false", expected no value: scs-0217/pod-security/policies-active fixes it; a waiver of that clause with a reason and an expiry date lifts this',
    ],
    [
      'a setting on no list',
      { ...minimalInput, kubernetes: { flags: { 'kube-apiserver': { vmodule: 'auth=9' } } } },
      'kubernetes.flags.kube-apiserver.vmodule: got "auth=9", expected a setting that is known to weaken nothing: a waiver of scs-0217/endpoints/secured with a reason and an expiry date lifts this',
    ],
    ...(
      [
        ['kube-apiserver', 'feature-gates', 'AllAlpha=true'],
        ['kube-apiserver', 'service-node-port-range', '1024-65000'],
        ['kube-apiserver', 'audit-policy-file', ''],
        ['kube-apiserver', 'v', '9'],
        ['kubelet', 'allowedUnsafeSysctls', '["*"]'],
        ['kube-controller-manager', 'controllers', '*,-serviceaccount-token'],
      ] as const
    ).map(([owner, flag, value]): readonly [string, object, unknown] => [
      `${flag}: ${value}`,
      { ...minimalInput, kubernetes: { flags: { [owner]: { [flag]: value } } } },
      expect.stringContaining('a waiver of'),
    ]),
    [
      'an expired waiver',
      {
        ...minimalInput,
        waivers: [
          { clause: 'guide/api/profiling', reason: 'Profiling a leak', expires: '2026-11-21' },
        ],
      },
      'waivers[0].expires: got "2026-11-21", expected a day from 2026-11-22 on: an expired waiver must be renewed or removed',
    ],
    [
      'a waiver of no clause',
      {
        ...minimalInput,
        waivers: [{ clause: 'guide/nothing', reason: 'A slip of the pen', expires: '2026-12-31' }],
      },
      'waivers[0].clause: got "guide/nothing", expected the id of a clause, as "hardened-cluster explain" lists them',
    ],
    [
      'a duplicate pool',
      { ...minimalInput, workers: [pool, pool] },
      'workers[1].name: got "general", expected a pool name that is not used before',
    ],
    [
      'a duplicate namespace',
      { ...minimalInput, namespaces: [{ name: 'shop' }, { name: 'shop' }] },
      'namespaces[1].name: got "shop", expected a namespace that is not used before',
    ],
    [
      "a namespace of the system's",
      { ...minimalInput, namespaces: [{ name: 'kube-public' }] },
      'namespaces[0].name: got "kube-public", expected a name of your own: this one belongs to the system',
    ],
    [
      'SSH without a key',
      { ...minimalInput, bastion: {} },
      'bastion: got {"authorizedKeys":[],"userCaKeys":[]}, expected at least one of authorizedKeys (such as ["ssh-ed25519 AAAA... ada@example.com"]) and userCaKeys',
    ],
    [
      'everything open in the profile strict',
      {
        ...minimalInput,
        profile: 'strict',
        access: { ...minimalInput.access, apiCidrs: ['0.0.0.0/0'] },
      },
      'access.apiCidrs[0]: got "0.0.0.0/0", expected a named network of /8 or smaller such as "203.0.113.0/24" in the profile strict',
    ],
  ];

  it.each(refusals)('fails when given %s', (_what, input, message) => {
    expect(refusal(input)).toEqual([message]);
  });

  it('lets a waiver lift a protected flag, and warns of it', () => {
    const blueprint = makeBlueprint({
      etcd: { flags: { 'client-cert-auth': 'false' } },
      waivers: [
        {
          clause: 'scs-0217/etcd/cn-authentication',
          reason: 'Rehearsing a migration',
          expires: '2026-12-31',
        },
      ],
    });
    expect(blueprint.etcd.flags).toEqual({ 'client-cert-auth': 'false' });
    expect(blueprint.warnings).toContain(
      'waivers: scs-0217/etcd/cn-authentication is waived until 2026-12-31',
    );
  });

  it('collects every problem and throws once', () => {
    expect(
      refusal({ ...minimalInput, name: 'UPPER', region: 'mars', etcd: { members: 99 } }),
    ).toHaveLength(3);
  });

  it('refuses a minor version on the day after its end of life', () => {
    const input = { ...minimalInput, kubernetes: { version: '1.35' } };
    expect(refusal(input, '2027-02-28')).toEqual([]);
    expect(refusal(input, '2027-03-01')).toHaveLength(1);
  });
});
