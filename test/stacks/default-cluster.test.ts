import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { planTierDirectory } from '../../lib/etcd/tier-directory';
import { checksumOfIndex } from '../../lib/kubernetes/control-plane/manifest-store';
import { deriveKey } from '../../stacks/trust/derive-key';
import { makePlan } from '../support/cluster/cluster-plan';
import { leaksIn } from '../support/cluster/find-secrets';
import { unwrapped, type RecordedResource, type RecordedRun } from '../support/cluster/mocks';
import { recordCluster, registerCluster } from '../support/cluster/record-cluster';
import { planAddresses } from '../../lib/network/address-plan';

/** Reviewed by hand; `UPDATE_GOLDEN=1 npx jest test/stacks/default-cluster` writes it again. */
const golden = join(__dirname, '..', 'golden', 'stacks', 'default-cluster.txt');

const listOf = ({ resources }: RecordedRun) =>
  resources.map(({ type, name }) => `${type} ${name}`).sort();

describe('the default cluster', () => {
  let update: RecordedRun;
  let preview: RecordedRun;

  beforeAll(async () => {
    update = await recordCluster();
    preview = await recordCluster({}, { preview: true });
  });

  const ofType = (type: string): readonly RecordedResource[] =>
    update.resources.filter((resource) => resource.type === type);

  test('registers exactly the reviewed resources', () => {
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, `${listOf(update).join('\n')}\n`);
    expect(listOf(update)).toEqual(readFileSync(golden, 'utf8').trimEnd().split('\n'));
  });

  test('registers the same resources in a preview, where nothing is known yet', () => {
    expect(listOf(preview)).toEqual(listOf(update));
  });

  test('registers resources in the same order each time', async () => {
    const again = await registerCluster();
    expect(again.resources.map(({ urn }) => urn).sort()).toEqual(
      update.resources.map(({ urn }) => urn).sort(),
    );
  });

  test('tags everything that takes tags', () => {
    const untagged = new Set(
      update.resources
        .filter(({ custom, type }) => custom && type.startsWith('aws:'))
        .filter(({ inputs }) => !JSON.stringify(inputs.tags ?? '').includes('cluster'))
        .map(({ type }) => type.split(':').at(-1) ?? ''),
    );
    expect([...untagged].sort()).toEqual([
      'Alias',
      'BucketLifecycleConfiguration',
      'BucketObjectLockConfiguration',
      'BucketOwnershipControls',
      'BucketPolicy',
      'BucketPublicAccessBlock',
      'BucketServerSideEncryptionConfiguration',
      'BucketVersioning',
      'Deployment',
      'MethodSettings',
      'NetworkAclAssociation',
      'NetworkAclRule',
      'Record',
      'ResolverFirewallConfig',
      'ResolverFirewallRule',
      'RolePolicy',
      'Route',
      'RouteTableAssociation',
      'VolumeAttachment',
      'VpcEndpointRouteTableAssociation',
    ]);
  });

  test('protects what holds data and leaves it in place when the stack goes', () => {
    const names = (choose: (resource: RecordedResource) => boolean) =>
      update.resources
        .filter(choose)
        .map(({ type, name }) => `${type.split(':').at(-1) ?? ''} ${name}`)
        .sort();
    const data = [
      'Bucket prod-access-logs',
      'Bucket prod-etcd',
      'LogGroup prod-logs-audit',
      'LogGroup prod-logs-bastion',
      'LogGroup prod-logs-control-plane',
      'LogGroup prod-logs-etcd',
      'LogGroup prod-logs-flow-logs',
      'LogGroup prod-logs-sessions',
      'LogGroup prod-logs-worker',
      ...[0, 1, 2, 3, 4].map((index) => `Volume prod-etcd-etcd-${index}-data`),
    ];
    const keys = ['Key prod-keys-logs', 'Key prod-keys-secrets', 'Key prod-keys-storage'];
    expect(names(({ protect }) => protect)).toEqual([...data, ...keys].sort());
    const settings = /:Bucket[A-Z]\w+$/;
    expect(
      names(
        ({ retainOnDelete, name, type }) =>
          retainOnDelete && !name.includes('etcd-content') && !settings.test(type),
      ),
    ).toEqual([...data, 'Key prod-keys-logs', 'Key prod-keys-storage'].sort());
    // Objects of the bucket that stays can't be deleted while it is locked; those of the other go with it.
    for (const { name, retainOnDelete } of ofType('aws:s3/bucketObjectv2:BucketObjectv2')) {
      expect([name, retainOnDelete]).toEqual([name, name.startsWith('prod-etcd-content-')]);
    }
    // What keeps a bucket private and encrypted stays with it.
    for (const { name, type, retainOnDelete } of update.resources) {
      if (!settings.test(type) || !/^prod-(etcd|access-logs)$/.test(name)) continue;
      expect([type, name, retainOnDelete]).toEqual([type, name, true]);
    }
    for (const { inputs } of ofType('aws:lb/loadBalancer:LoadBalancer')) {
      expect(inputs.enableDeletionProtection).toBe(true);
    }
  });

  test('lets machines have session tokens for metadata only, one hop, and no public address', () => {
    const metadata = {
      httpEndpoint: 'enabled',
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
      httpProtocolIpv6: 'disabled',
      instanceMetadataTags: 'disabled',
    };
    const templates = ofType('aws:ec2/launchTemplate:LaunchTemplate');
    const instances = ofType('aws:ec2/instance:Instance');
    expect(templates.map(({ name }) => name).sort()).toEqual([
      'prod-bastion',
      'prod-control-plane',
      'prod-worker-general',
    ]);
    expect(instances.length).toBe(5);
    for (const { inputs } of [...templates, ...instances]) {
      expect(inputs.metadataOptions).toEqual(metadata);
    }
    for (const { inputs } of templates) {
      expect(inputs.networkInterfaces).toMatchObject([{ associatePublicIpAddress: 'false' }]);
      expect(inputs.blockDeviceMappings).toMatchObject([
        { ebs: { encrypted: 'true', kmsKeyId: expect.stringContaining('prod-keys-storage') } },
      ]);
    }
    for (const { inputs } of instances) {
      expect(inputs).toMatchObject({
        associatePublicIpAddress: false,
        rootBlockDevice: { encrypted: true },
        placementGroupId: 'prod-etcd-id',
        maintenanceOptions: { autoRecovery: 'default' },
      });
    }
    for (const { inputs } of ofType('aws:ec2/subnet:Subnet')) {
      expect(inputs.mapPublicIpOnLaunch).toBe(false);
    }
  });

  test('keeps user-data within what EC2 takes', () => {
    const sizes = [
      ...ofType('aws:ec2/launchTemplate:LaunchTemplate').map(
        ({ inputs }) => Buffer.from(String(inputs.userData), 'base64').length,
      ),
      ...ofType('aws:ec2/instance:Instance').map(({ inputs }) =>
        Buffer.byteLength(String(inputs.userData)),
      ),
    ];
    expect(sizes.filter((size) => size < 1024 || size > 16 * 1024)).toEqual([]);
  });

  test('gives etcd members fixed addresses in subnets without a way out', () => {
    const instances = ofType('aws:ec2/instance:Instance');
    expect(instances.map(({ inputs }) => [inputs.privateIp, inputs.subnetId])).toEqual([
      ['10.0.24.4', 'prod-network-etcd-eu-central-1a-id'],
      ['10.0.56.4', 'prod-network-etcd-eu-central-1b-id'],
      ['10.0.88.4', 'prod-network-etcd-eu-central-1c-id'],
      ['10.0.24.5', 'prod-network-etcd-eu-central-1a-id'],
      ['10.0.56.5', 'prod-network-etcd-eu-central-1b-id'],
    ]);
    expect(
      ofType('aws:ec2/route:Route').filter(({ inputs }) =>
        String(inputs.routeTableId).includes('etcd'),
      ),
    ).toEqual([]);
  });

  test('starts who looks members up only when all of them can be found', () => {
    const entries = ofType('aws:ssm/parameter:Parameter')
      .filter(({ name }) => name.startsWith('prod-etcd-directory-'))
      .map(({ name }) => name);
    expect(entries).toHaveLength(6);
    const lookers = update.resources.filter(
      ({ type, name }) =>
        type === 'aws:ec2/instance:Instance' ||
        (type === 'aws:autoscaling/group:Group' && name === 'prod-control-plane'),
    );
    expect(lookers).toHaveLength(6);
    for (const { dependsOn } of lookers) expect(dependsOn).toEqual(expect.arrayContaining(entries));
    // Who founds the cluster is decided once.
    const kept = update.resources.filter(({ ignoreChanges }) =>
      ignoreChanges.some((input) => !/^(ami|imageId)$/.test(input)),
    );
    expect(kept.map(({ name, ignoreChanges }) => [name, ignoreChanges])).toEqual([
      ['prod-etcd-directory-initial-members', ['insecureValue']],
    ]);
  });

  test('looks at the health of machines alone, and keeps their images', () => {
    for (const { name, inputs } of ofType('aws:autoscaling/group:Group')) {
      expect([name, inputs.healthCheckType]).toEqual([name, 'EC2']);
    }
    const images = [
      ...ofType('aws:ec2/launchTemplate:LaunchTemplate'),
      ...ofType('aws:ec2/instance:Instance'),
    ];
    expect(images.filter(({ ignoreChanges }) => ignoreChanges.length === 0)).toEqual([]);
  });

  test('keeps every secret marked', () => {
    const { privateKeys } = update;
    expect(privateKeys.length).toBe(ofType('tls:index/privateKey:PrivateKey').length);
    const parameters = ofType('aws:ssm/parameter:Parameter');
    const isDirectory = ({ inputs }: RecordedResource) => inputs.type === 'String';
    for (const { inputs, secretInputs } of parameters.filter((each) => !isDirectory(each))) {
      expect([inputs.type, inputs.name, secretInputs]).toEqual([
        'SecureString',
        inputs.name,
        ['value'],
      ]);
    }
    expect(
      parameters.filter(isDirectory).map(({ inputs }) => [inputs.name, inputs.insecureValue]),
    ).toEqual([
      ...planTierDirectory(makePlan().blueprint, planAddresses(makePlan().blueprint)).map(
        ({ name, value }) => [`/prod/etcd/tier/${name}`, value],
      ),
      ['/prod/control-plane/manifests-sha256', checksumOfIndex(makePlan().manifests)],
    ]);
    const symmetric = privateKeys.map((key) => deriveKey(key, 'prod/secrets-encryption-key-1'));
    for (const resource of update.resources) {
      const open = Object.fromEntries(
        Object.entries(resource.inputs).filter(([key]) => !resource.secretInputs.includes(key)),
      );
      const text = JSON.stringify(open, decodeUserData);
      expect([resource.urn, leaksIn(text, privateKeys)]).toEqual([resource.urn, []]);
      expect(symmetric.filter((key) => text.includes(key))).toEqual([]);
    }
    // The search finds them where they are.
    const marked = ofType('aws:ssm/parameter:Parameter').map(({ inputs }) => inputs.value);
    expect(leaksIn(JSON.stringify(marked), privateKeys).length).toBe(privateKeys.length - 2);
    expect(symmetric.filter((key) => marked.includes(key)).length).toBe(1);
  });

  test('gives out nothing that is a secret', () => {
    expect(Object.keys(update.outputs).sort()).toEqual([
      'apiHost',
      'apiName',
      'apiPrivateHost',
      'bastionAddress',
      'clusterBucket',
      'dnsZoneId',
      'etcdBucket',
      'etcdDataVolumes',
      'keyArns',
      'kubeconfig',
      'loadBalancerNames',
      'natAddresses',
      'nonConformities',
      'oidcIssuer',
      'oidcProviderArn',
      'privateRouteTableIds',
      'roleArns',
      'routeTableIds',
      'securityGroupIds',
      'subnetIds',
      'vpcId',
      'workerGroups',
    ]);
    const secrets = Object.entries(update.outputs).filter(([, value]) =>
      pulumi.runtime.isRpcSecret(value),
    );
    expect(secrets).toEqual([]);
    expect(leaksIn(JSON.stringify(unwrapped(update.outputs)), update.privateKeys)).toEqual([]);
  });

  test('renders a kubeconfig that asks IAM for a token', () => {
    const kubeconfig: unknown = JSON.parse(String(update.outputs.kubeconfig));
    expect(kubeconfig).toMatchObject({
      clusters: [
        {
          cluster: {
            server: 'https://prod-public.elb.eu-central-1.amazonaws.com:6443',
            'tls-server-name': 'api.prod.internal',
          },
        },
      ],
      users: [
        {
          user: {
            exec: { command: 'aws-iam-authenticator', args: ['token', '--cluster-id', 'prod'] },
          },
        },
      ],
    });
  });
});

/** User-data of launch templates is base64: what is in it must not hide. */
function decodeUserData(key: string, value: unknown): unknown {
  return key === 'userData' && typeof value === 'string' && /^[A-Za-z0-9+/=]+$/.test(value)
    ? Buffer.from(value, 'base64').toString('utf8')
    : value;
}
