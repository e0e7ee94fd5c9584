import { beforeAll, describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { findCheck } from '../../lib/conformance/checks/checks';
import { evaluateCheck } from '../../lib/conformance/run-checks';
import { HardenedCluster } from '../../stacks/cluster/hardened-cluster';
import { problemsOfZone } from '../../stacks/network/cluster-dns';
import { problemsOfVpc, type FoundVpc } from '../../stacks/network/existing-vpc';
import { problemsOfCa } from '../../stacks/trust/existing-ca';
import { problemsOfKey } from '../../stacks/trust/existing-key';
import { makePlan } from '../support/cluster/cluster-plan';
import { recordRun, type RecordedRun } from '../support/cluster/mocks';
import { issueCertificate, makeCa } from '../support/pki';

const network = {
  vpcCidr: '10.0.0.0/16',
  subnetCidr: '10.0.64.0/18',
  dnsFirewall: 'off',
} as const;
const keyArn = (name: string) => `arn:aws:kms:eu-central-1:123456789012:key/${name}`;
const tenYears = 10 * 365 * 24;

describe('a cluster in a VPC of somebody else, with keys, zone, bucket and CA of theirs', () => {
  let run: RecordedRun;
  let outputs: Readonly<Record<string, unknown>>;
  const ofType = (end: string) => run.resources.filter(({ type }) => type.endsWith(end));

  beforeAll(async () => {
    const ca = await makeCa('our etcd', tenYears);
    const later = <T>(value: T) => pulumi.output(Promise.resolve(value));
    run = await recordRun(
      () => ({
        ...new HardenedCluster('prod', {
          plan: makePlan({ network }),
          allowUnlocked: true,
          existing: {
            vpc: { vpcId: later('vpc-1'), internetGatewayId: later('igw-1') },
            keyArns: {
              secrets: later(keyArn('a')),
              storage: keyArn('b'),
              logs: keyArn('c'),
            },
            dnsZone: { zoneId: later('Z1'), associated: true },
            accessLogBucket: later('our-access-logs'),
            cas: {
              'etcd-ca': { certificatePem: later(ca.certificate), privateKeyPem: later(ca.key) },
            },
          },
        }).outputs,
      }),
      {
        invokes: {
          'aws:ec2/getVpc:getVpc': ({ id }) => ({
            id,
            cidrBlock: '10.0.0.0/16',
            enableDnsHostnames: true,
            enableDnsSupport: true,
          }),
          'aws:ec2/getSubnets:getSubnets': () => ({ ids: ['subnet-theirs'] }),
          'aws:ec2/getSubnet:getSubnet': ({ id }) => ({ id, cidrBlock: '10.0.0.0/24', tags: {} }),
          'aws:kms/getKey:getKey': ({ keyId }) => ({
            arn: keyId,
            enabled: true,
            keyUsage: 'ENCRYPT_DECRYPT',
            keySpec: 'SYMMETRIC_DEFAULT',
          }),
          'aws:route53/getZone:getZone': ({ zoneId }) => ({
            zoneId,
            name: 'prod.internal',
            privateZone: true,
          }),
        },
      },
    );
    outputs = run.outputs;
  });

  test('makes none of them, and nothing of what AWS makes along with a VPC is touched', () => {
    for (const type of [
      ':Vpc',
      ':InternetGateway',
      ':DefaultSecurityGroup',
      ':DefaultRouteTable',
      ':DefaultNetworkAcl',
      ':Key',
      ':Zone',
      ':ZoneAssociation',
    ]) {
      expect([type, ofType(type)]).toEqual([type, []]);
    }
    expect(run.resources.filter(({ name }) => /access-logs|pki-etcd-ca/.test(name))).toEqual([]);
  });

  test('puts its subnets into its part of the VPC, and public ones behind its gateway', () => {
    const subnets = ofType(':Subnet');
    expect(subnets.map(({ inputs }) => inputs.vpcId)).toEqual(subnets.map(() => 'vpc-1'));
    expect(
      subnets.every(({ inputs }) =>
        /^10\.0\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(String(inputs.cidrBlock)),
      ),
    ).toBe(true);
    expect(ofType(':Route').map(({ inputs }) => inputs.gatewayId)).toContain('igw-1');
  });

  test('encrypts with the keys, logs to the bucket, and signs with the CA', () => {
    expect(new Set(ofType(':Volume').map(({ inputs }) => inputs.kmsKeyId))).toEqual(
      new Set([keyArn('b')]),
    );
    expect(new Set(ofType(':LogGroup').map(({ inputs }) => inputs.kmsKeyId))).toEqual(
      new Set([keyArn('c')]),
    );
    expect(ofType(':LoadBalancer').map(({ inputs }) => inputs.accessLogs)).toEqual(
      ofType(':LoadBalancer').map(() => expect.objectContaining({ bucket: 'our-access-logs' })),
    );
    const signed = ofType(':LocallySignedCert').filter(({ name }) => name.includes('etcd-0-peer'));
    expect(signed.map(({ secretInputs }) => secretInputs)).toEqual([
      expect.arrayContaining(['caPrivateKeyPem']),
    ]);
    expect(signed.map(({ secretInputs }) => secretInputs.includes('caCertPem'))).toEqual([false]);
  });

  test('gives out what others attach to', () => {
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining([
        ...['vpcId', 'subnetIds', 'routeTableIds', 'securityGroupIds', 'natAddresses'],
        ...['roleArns', 'keyArns', 'loadBalancerNames', 'dnsZoneId'],
      ]),
    );
    expect(Object.keys(outputs.roleArns as object).sort()).toEqual(
      ['bastion', 'control-plane', 'worker', ...[0, 1, 2, 3, 4].map((n) => `etcd-${n}`)].sort(),
    );
    expect(outputs.vpcId).toBe('vpc-1');
    expect(outputs.keyArns).toEqual({
      secrets: keyArn('a'),
      storage: keyArn('b'),
      logs: keyArn('c'),
    });
  });

  test.each(['exposure/default-group-closed', 'aws/private-dns-zone'])(
    'a check of what is not among the resources is unknown: %s',
    (id) => {
      const check = findCheck(id);
      const resources = run.resources.map(({ urn, type, name, inputs, computed }) => ({
        urn,
        type,
        name,
        inputs,
        ...(typeof computed.id === 'string' ? { id: computed.id } : {}),
      }));
      expect(check && evaluateCheck(check, { source: 'state', resources }).status).toBe('unknown');
    },
  );
});

test('refuses a VPC whose names it would filter for everybody in it', () => {
  expect(
    () =>
      new HardenedCluster('prod', {
        plan: makePlan(),
        allowUnlocked: true,
        existing: { vpc: { vpcId: 'vpc-1', internetGatewayId: 'igw-1' } },
      }),
  ).toThrow('HardenedCluster: network.dnsFirewall: got "tunnelling", expected "off": ');
});

describe('what does not fit', () => {
  const vpc: FoundVpc = {
    id: 'vpc-1',
    cidrBlock: '10.0.0.0/16',
    enableDnsHostnames: true,
    enableDnsSupport: true,
    subnets: [],
  };
  const { subnets } = makePlan({ network }).addresses;
  const needs = {
    vpcCidr: '10.0.0.0/16',
    subnets,
    tags: { 'hardened-cluster:cluster': 'prod' },
  };
  const first = subnets[0]?.private ?? '';

  test.each([
    [
      'its own subnets of the last update',
      { subnets: [{ id: 's', cidrBlock: first, tags: needs.tags }] },
      [],
    ],
    [
      'a VPC of another range',
      { cidrBlock: '10.9.0.0/16' },
      [['vpcCidr', '"10.9.0.0/16", the primary range of vpc-1']],
    ],
    [
      'a VPC without private names',
      { enableDnsHostnames: false },
      [
        [
          'vpc.enableDnsHostnames',
          'true in vpc-1: machines find AWS APIs and each other by private names',
        ],
      ],
    ],
    [
      "somebody else's subnet in the way",
      { subnets: [{ id: 'subnet-9', cidrBlock: first, tags: {} }] },
      [['subnets[0].private', `a network outside subnet-9 (${first})`]],
    ],
  ])('%s', (_name, change, expected) => {
    expect(
      problemsOfVpc({ ...vpc, ...change }, needs).map(({ path, expected: want }) => [path, want]),
    ).toEqual(expected);
  });

  test('a key that is disabled, and one that signs', () => {
    const key = {
      arn: keyArn('a'),
      enabled: true,
      keyUsage: 'ENCRYPT_DECRYPT',
      keySpec: 'SYMMETRIC_DEFAULT',
    };
    expect(problemsOfKey('k', key)).toEqual([]);
    expect(problemsOfKey('k', { ...key, enabled: false })).toHaveLength(1);
    expect(
      problemsOfKey('k', { ...key, keyUsage: 'SIGN_VERIFY', keySpec: 'RSA_2048' }),
    ).toHaveLength(1);
  });

  test('a zone that is public, or of another domain', () => {
    const of = (name: string, privateZone: boolean) =>
      problemsOfZone({ name, privateZone }, 'prod.internal').length;
    expect([of('prod.internal.', true), of('internal', true)]).toEqual([0, 0]);
    expect([
      of('prod.internal', false),
      of('rod.internal', true),
      of('x.prod.internal', true),
    ]).toEqual([1, 1, 1]);
  });

  test('a CA that is none, ends soon, or has the key of another', async () => {
    const [ca, other, short] = [
      await makeCa('ca', tenYears),
      await makeCa('other', tenYears),
      await makeCa('short'),
    ];
    const leaf = await issueCertificate({ ca, commonName: 'leaf', validityHours: tenYears });
    const of = (certificatePem: string, privateKeyPem: string) =>
      problemsOfCa('cas', { certificatePem, privateKeyPem });
    expect(of(ca.certificate, ca.key)).toEqual([]);
    expect(of(ca.certificate, other.key).map(({ path }) => path)).toEqual(['cas.privateKeyPem']);
    expect(of(short.certificate, short.key).map(({ expected }) => expected)).toEqual([
      'at least 365 days',
    ]);
    expect(of(leaf.certificate, leaf.key).map(({ expected }) => expected)).toEqual([
      'the certificate of a CA',
    ]);
    expect(of('x', ca.key)).toHaveLength(1);
    expect(JSON.stringify(of(ca.certificate, other.key))).not.toContain('PRIVATE');
  });
});
