import { describe, expect, test } from '@jest/globals';
import type { Facts, ResourceFact } from '../../../lib/conformance/facts';
import { roleOf } from '../../../lib/conformance/readers/cloud-roles';
import { readExposures } from '../../../lib/conformance/readers/exposure';
import { readIngressRules } from '../../../lib/conformance/readers/firewall-rules';
import { readHosts } from '../../../lib/conformance/readers/hosts';
import { publicSubnets } from '../../../lib/conformance/readers/routes';

function resource(type: string, name: string, inputs: ResourceFact['inputs']): ResourceFact {
  return { urn: `urn:${type}:${name}`, type, name, id: `${name}-id`, arn: `${name}-arn`, inputs };
}

const facts = (...resources: ResourceFact[]): Facts => ({ source: 'state', resources });
const vpc = resource('aws:ec2/vpc:Vpc', 'vpc', { cidrBlock: '10.0.0.0/16' });
const subnet = (inputs: ResourceFact['inputs'] = {}) =>
  resource('aws:ec2/subnet:Subnet', 'subnet', { vpcId: 'vpc-id', ...inputs });
const table = resource('aws:ec2/routeTable:RouteTable', 'table', {
  vpcId: 'vpc-id',
  routes: [{ cidrBlock: '0.0.0.0/0', gatewayId: 'igw-0abc' }],
});
const association = resource('aws:ec2/routeTableAssociation:RouteTableAssociation', 'a', {
  subnetId: 'subnet-id',
  routeTableId: 'table-id',
});
const group = (ingress: readonly object[] = []) =>
  resource('aws:ec2/securityGroup:SecurityGroup', 'group', { ingress });
const instance = (inputs: ResourceFact['inputs'] = {}) =>
  resource('aws:ec2/instance:Instance', 'machine', {
    subnetId: 'subnet-id',
    vpcSecurityGroupIds: ['group-id'],
    ...inputs,
  });

describe('subnets', () => {
  test('are public by routes of the table itself, or by the main table of the VPC', () => {
    const main = resource('aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation', 'm', {
      vpcId: 'vpc-id',
      routeTableId: 'table-id',
    });
    const urns = ['urn:aws:ec2/subnet:Subnet:subnet'];
    expect([...(publicSubnets(facts(vpc, subnet(), table, association)) ?? [])]).toEqual(urns);
    expect([...(publicSubnets(facts(vpc, subnet(), table, main)) ?? [])]).toEqual(urns);
    expect([...(publicSubnets(facts(vpc, subnet(), table)) ?? [])]).toEqual([]);
    const byDefault = resource('aws:ec2/defaultRouteTable:DefaultRouteTable', 'd', table.inputs);
    expect([...(publicSubnets(facts(vpc, subnet(), byDefault)) ?? [])]).toEqual(urns);
  });
});

describe('hosts', () => {
  const address = (...resources: ResourceFact[]) =>
    readHosts(facts(vpc, group(), ...resources))?.map(({ publicAddress }) => publicAddress);

  test.each<[string, ResourceFact[], boolean]>([
    ['by nothing', [subnet(), instance()], false],
    ['by its own word', [subnet(), instance({ associatePublicIpAddress: true })], true],
    ['by its subnet', [subnet({ mapPublicIpOnLaunch: true }), instance()], true],
    [
      'not by its subnet when it refuses one',
      [subnet({ mapPublicIpOnLaunch: true }), instance({ associatePublicIpAddress: false })],
      false,
    ],
    [
      'by an Elastic IP',
      [subnet(), instance(), resource('aws:ec2/eip:Eip', 'eip', { instance: 'machine-id' })],
      true,
    ],
    [
      'by a role that may take one',
      [
        subnet(),
        instance({ iamInstanceProfile: 'profile-id' }),
        resource('aws:iam/instanceProfile:InstanceProfile', 'profile', { role: 'r' }),
        resource('aws:iam/rolePolicy:RolePolicy', 'p', {
          role: 'r',
          policy:
            '{"Statement":[{"Effect":"Allow","Action":"ec2:AssociateAddress","Resource":"*"}]}',
        }),
      ],
      true,
    ],
  ])('have a public address %s', (_, resources, expected) => {
    expect(address(...resources)).toEqual([expected]);
  });
});

describe('inbound rules', () => {
  const classic = resource('aws:ec2/securityGroupRule:SecurityGroupRule', 'classic', {
    type: 'ingress',
    securityGroupId: 'group-id',
    protocol: '6',
    fromPort: 22,
    toPort: 22,
    cidrBlocks: ['0.0.0.0/0'],
    self: true,
  });
  const single = resource('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'single', {
    securityGroupId: 'group-id',
    ipProtocol: '-1',
    cidrIpv6: '::/0',
  });

  test('are read from every kind of resource that states them', () => {
    const inline = group([{ protocol: 'udp', fromPort: 53, toPort: 53, self: true }]);
    const urn = 'urn:aws:ec2/securityGroup:SecurityGroup:group';
    expect(readIngressRules(facts(inline, classic, single))).toEqual([
      {
        name: 'single',
        group: urn,
        protocol: '-1',
        from: 0,
        to: 65535,
        cidrs: ['::/0'],
        groups: [],
      },
      {
        name: 'classic',
        group: urn,
        protocol: 'tcp',
        from: 22,
        to: 22,
        cidrs: ['0.0.0.0/0'],
        groups: [urn],
      },
      { name: 'group[0]', group: urn, protocol: 'udp', from: 53, to: 53, cidrs: [], groups: [urn] },
    ]);
  });

  test('lead to what can be reached only where there is an address and a route', () => {
    const reachable = (...resources: ResourceFact[]) =>
      readExposures(facts(vpc, table, group(), classic, subnet(), ...resources))?.map(
        (exposure) => exposure.reachable,
      );
    expect(reachable(association, instance({ associatePublicIpAddress: true }))).toEqual([true]);
    expect(reachable(instance({ associatePublicIpAddress: true }))).toEqual([false]);
    expect(reachable(association, instance())).toEqual([false]);
  });

  test('from networks of the VPC are not from outside', () => {
    const inside = resource('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'inside', {
      securityGroupId: 'group-id',
      ipProtocol: 'tcp',
      fromPort: 22,
      toPort: 22,
      cidrIpv4: '10.0.4.0/24',
    });
    expect(readExposures(facts(vpc, group(), inside))).toEqual([]);
    expect(readExposures(facts(group(), inside))).toEqual([]);
  });
});

describe('tiers', () => {
  test.each<[string, ResourceFact['inputs'], string | undefined]>([
    ['prod-etcd-0', {}, 'etcd'],
    ['prod-master-a', {}, 'control-plane'],
    ['prod-database', {}, undefined],
    ['bastion-prod-worker', { tags: { 'hardened-cluster:tier': 'worker' } }, 'worker'],
    [
      'bastion-prod',
      { tags: [{ key: 'example.com/role', value: 'control-plane' }] },
      'control-plane',
    ],
    ['machine', { tags: { Name: 'etcd-1' } }, 'etcd'],
  ])('%s with %j belongs to tier %s', (name, inputs, role) => {
    expect(roleOf(resource('aws:ec2/instance:Instance', name, inputs))).toBe(role);
  });
});
