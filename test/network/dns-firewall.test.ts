import { describe, expect, test } from '@jest/globals';
import { planDnsFirewall } from '../../lib/network/plan-dns-firewall';
import { makeBlueprint, minimalInput } from '../support/cluster/blueprint-inputs';
import { registerCluster } from '../support/cluster/record-cluster';

type Network = NonNullable<Parameters<typeof makeBlueprint>[0]>['network'];

const planOf = (network: Network, region = 'eu-central-1') =>
  planDnsFirewall(makeBlueprint({ network, region }));

/** What the first rule that fits decides, as Route 53 does; a leading `*` stands for any labels. */
function decide(network: Network, name: string): string {
  const matches = (domain: string) =>
    domain.startsWith('*') ? name.endsWith(domain.slice(1)) : name === domain;
  const rules = planOf(network)?.rules ?? [];
  const rule = [...rules]
    .sort((a, b) => a.priority - b.priority)
    .find((each) => 'domains' in each && each.domains.some(matches));
  return rule?.action ?? 'resolved';
}

describe('planDnsFirewall', () => {
  test('refuses names that carry data, and never those of the cluster', () => {
    expect(planOf({})).toEqual({
      rules: [
        {
          key: 'own',
          priority: 100,
          action: 'allow',
          domains: [
            '*.eu-central-1.amazonaws.com',
            '*.eu-central-1.compute.internal',
            '*.prod.internal',
            'prod.internal',
          ],
        },
        { key: 'tunnelling', priority: 200, action: 'block-tunnelling' },
      ],
      failOpen: true,
    });
  });

  test.each([
    ['api.prod.internal', 'allow'],
    ['etcd-0.prod.internal', 'allow'],
    ['ip-10-0-8-10.eu-central-1.compute.internal', 'allow'],
    ['ssm.eu-central-1.amazonaws.com', 'allow'],
    ['prod-etcd-123456789012.s3.eu-central-1.amazonaws.com', 'allow'],
    ['cdn-aws.deb.debian.org', 'allow'],
    ['registry.k8s.io', 'allow'],
    ['cdn01.quay.io', 'allow'],
    ['shop.example.com', 'allow'],
    ['example.com', 'block'],
    ['c2VjcmV0.attacker.example', 'block'],
    ['evilquay.io', 'block'],
  ])('with a list, answers %s: %s', (name, action) => {
    expect(
      decide({ dnsFirewall: 'allow-list', dnsAllowedDomains: ['shop.example.com'] }, name),
    ).toBe(action);
  });

  test('names instances of us-east-1 as EC2 does', () => {
    expect(planOf({}, 'us-east-1')?.rules[0]).toMatchObject({
      domains: ['*.ec2.internal', '*.prod.internal', '*.us-east-1.amazonaws.com', 'prod.internal'],
    });
  });

  test('is not there when it is off', () => {
    expect(planOf({ dnsFirewall: 'off' })).toBeUndefined();
  });
});

describe('DnsFirewall', () => {
  test('is on the VPC with all its rules before any machine starts', async () => {
    const { resources } = await registerCluster({
      ...minimalInput,
      network: { dnsFirewall: 'allow-list' },
    });
    const of = (kind: string) => resources.filter(({ type }) => type.endsWith(`:${kind}`));
    expect(
      of('ResolverFirewallRule')
        .map(({ inputs }) => [inputs.priority, inputs.action, inputs.blockResponse])
        .sort(),
    ).toEqual([
      [100, 'ALLOW', undefined],
      [200, 'ALLOW', undefined],
      [900, 'BLOCK', 'NODATA'],
    ]);
    const [association] = of('ResolverFirewallRuleGroupAssociation');
    expect(association?.inputs.vpcId).toBe('prod-network-Vpc-id');
    expect(of('ResolverFirewallConfig')[0]?.inputs.firewallFailOpen).toBe('DISABLED');
    const machines = [...of('Instance'), ...of('Group')];
    expect(machines.length).toBeGreaterThan(5);
    for (const { dependencies } of machines) expect(dependencies).toContain(association?.urn);
  });
});
