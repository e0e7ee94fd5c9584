import { X509Certificate } from 'node:crypto';
import { Vpc } from '@pulumi/aws/ec2/vpc';
import { Parameter } from '@pulumi/aws/ssm/parameter';
import * as pulumi from '@pulumi/pulumi';
import { PrivateKey } from '@pulumi/tls/privateKey';
import { SelfSignedCert } from '@pulumi/tls/selfSignedCert';
import { unwrapSecrets } from '../../cli/plan/monitor';
import { PkiStore } from '../../cli/plan/pki-store';
import { runProgram } from '../../cli/plan/run-program';

class Tier extends pulumi.ComponentResource {
  constructor(name: string) {
    super('hardened-cluster:test:Tier', name);
    const parent = { parent: this };
    const vpc = new Vpc(`${name}-vpc`, { cidrBlock: '10.0.0.0/16' }, { ...parent, protect: true });
    const key = new PrivateKey(`${name}-key`, { algorithm: 'ECDSA', ecdsaCurve: 'P256' }, parent);
    const ca = new SelfSignedCert(
      `${name}-ca`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: 'etcd-ca' },
        allowedUses: ['cert_signing'],
        isCaCertificate: true,
        validityPeriodHours: 24,
      },
      parent,
    );
    new Parameter(
      `${name}-secret`,
      { name: vpc.id, type: 'SecureString', value: pulumi.secret(ca.certPem) },
      parent,
    );
  }
}

const run = () =>
  runProgram(
    () => {
      new Tier('a');
      return { answer: pulumi.output(42) };
    },
    {
      project: 'hardened-cluster',
      stack: 'test',
      region: 'eu-central-1',
      pki: PkiStore.open('/nonexistent'),
      now: new Date('2026-11-22T00:00:00Z'),
    },
  );

describe('runProgram', () => {
  it('records every resource in order with its parent, options and secrets', async () => {
    const { resources, outputs } = await run();
    expect(resources.map(({ urn }) => urn)).toEqual([
      'urn:pulumi:test::hardened-cluster::hardened-cluster:test:Tier::a',
      'urn:pulumi:test::hardened-cluster::hardened-cluster:test:Tier$aws:ec2/vpc:Vpc::a-vpc',
      'urn:pulumi:test::hardened-cluster::hardened-cluster:test:Tier$tls:index/privateKey:PrivateKey::a-key',
      'urn:pulumi:test::hardened-cluster::hardened-cluster:test:Tier$tls:index/selfSignedCert:SelfSignedCert::a-ca',
      'urn:pulumi:test::hardened-cluster::hardened-cluster:test:Tier$aws:ssm/parameter:Parameter::a-secret',
    ]);
    expect(resources[1]?.protect).toBe(true);
    expect(resources[1]?.parent).toBe(resources[0]?.urn);
    const secret = resources[4]?.inputs.value;
    expect(pulumi.runtime.isRpcSecret(secret)).toBe(true);
    expect(outputs).toEqual({ answer: 42 });
  });

  it('yields real certificates', async () => {
    const { resources } = await run();
    const { value, name } = unwrapSecrets(resources[4]?.inputs ?? {});
    expect(new X509Certificate(String(value)).subject).toBe('CN=etcd-ca');
    expect(name).toMatch(/^vpc-[0-9a-f]{17}$/);
  });
});
