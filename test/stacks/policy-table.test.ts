import { beforeAll, describe, expect, test } from '@jest/globals';
import { callersOf, endpointCallers } from '../../lib/aws/endpoint-callers';
import { readTrustPolicy } from '../support/aws/documented-trust-policy';
import { foreignAccount, PolicyWorld, type PolicyCaller } from '../support/aws/policy-callers';
import { mockAccount } from '../support/cluster/mocks';
import { recordCluster } from '../support/cluster/record-cluster';
import { never, tables, type Row } from './machine-permissions';

const region = 'eu-central-1';
const cluster = `arn:aws:s3:::prod-cluster-${mockAccount}`;
const etcd = `arn:aws:s3:::prod-etcd-${mockAccount}`;
const accessLogs = `arn:aws:s3:::prod-access-logs-${mockAccount}`;
const key = (name: string) => `arn:aws:kms:${region}:${mockAccount}:key/prod-keys-${name}-id`;
const roleIn = (account: string, name = 'shop') => `arn:aws:iam::${account}:role/${name}`;
const via = (service: string) => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });
const ofGroup = (group: string, prefix = '/hardened-cluster/prod') => ({
  'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${mockAccount}:log-group:${prefix}/${group}`,
});
const allowing = (...actions: readonly string[]) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });
const publicBucket = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }],
});

const input = {
  network: { workloadBuckets: ['shop-orders'], imageBuckets: ['mirror-of-images'] },
  principals: { operatorRoleArns: [roleIn(foreignAccount, 'ops')] },
};

let world: PolicyWorld;

beforeAll(async () => {
  const { resources } = await recordCluster(input);
  world = new PolicyWorld(resources);
});

/** The call of a machine, or the one that a service makes for it. */
function ask(role: string, [action, resource, context = {}]: Row, where: Where = 'home') {
  const machine = world.machine(role, where);
  const service = context['kms:ViaService']?.split('.')[0];
  const caller = service === undefined ? machine : world.forwarded(machine, service);
  return world.decide(caller, { action, resource, context });
}

type Where = Parameters<PolicyWorld['machine']>[1];

describe.each(Object.entries(tables))('machines of %s', (role, { allowed, denied }) => {
  test.each(allowed)('may %s on %s', (...row) => {
    expect(ask(role, row)).toMatchObject({ allowed: true });
  });
  test.each([...denied, ...never])('may not %s on %s', (...row) => {
    expect(ask(role, row)).toMatchObject({ allowed: false });
  });
  // What a service does for a role comes after a call that was refused itself.
  const direct = allowed.filter(([, , context]) => context?.['kms:ViaService'] === undefined);
  test.each(direct)('may not %s on %s with credentials that were taken away', (...row) => {
    expect(ask(role, row, 'internet').reason).toMatch(/FromItsOwnVpcAlone$/);
    expect(ask(role, row, 'other-vpc').reason).toMatch(/FromItsOwnVpcAlone$/);
    expect(ask(role, row, 'other-machine').reason).toMatch(/FromItsOwnAddressAlone$/);
  });
});

type Line = readonly [
  expected: 'allowed' | 'denied',
  who: string,
  caller: () => PolicyCaller,
  action: string,
  resource: string,
  reason: string | RegExp,
  more?: { readonly context?: Readonly<Record<string, string>>; readonly policy?: string },
];

const pod = () => world.pod();
const foreignPod = () => world.pod(foreignAccount);
const unsigned = () => world.unsigned();
const token = () => world.unsigned('federated');
const administrator = () => world.outside('role/administrator', allowing('*'));
const deployer = () => world.outside('role/deployer', allowing('*'));
const deployerByPath = () => world.outside('role/ci/deployer', allowing('*'));
const s3User = () => world.outside('user/ada', allowing('s3:*'));
/** What AWS's ReadOnlyAccess gives of the services here. */
const reader = () =>
  world.outside(
    'role/auditor',
    allowing('s3:Get*', 's3:List*', 'ssm:Get*', 'logs:Get*', 'ec2:Describe*'),
  );
const forReader = (service: string) => () => world.forwarded(reader(), service);
const forAdministrator = (service: string) => () => world.forwarded(administrator(), service);
const foreignUser = () => world.outside('user/eve', allowing('*'), foreignAccount);
const replayed = (account: string) => () => ({ ...world.pod(account) });
const logDelivery =
  (account = mockAccount) =>
  () =>
    world.service('delivery.logs.amazonaws.com', {
      'aws:SourceAccount': account,
      'aws:SourceArn': `arn:aws:logs:${region}:${account}:delivery-source:1`,
    });
const logsService = () => world.service(`logs.${region}.amazonaws.com`, {});
const scaling = () =>
  world.outside(
    'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
    allowing('ec2:*'),
  );

const lines: readonly Line[] = [
  // Pods that hand in a token, which nobody has signed.
  [
    'allowed',
    'a token',
    token,
    'sts:AssumeRoleWithWebIdentity',
    roleIn(mockAccount),
    /./,
    { policy: trustOf() },
  ],
  [
    'denied',
    'a token',
    token,
    'sts:AssumeRoleWithWebIdentity',
    roleIn(foreignAccount),
    'nothing in endpoint allows',
    { policy: trustOf() },
  ],
  [
    'denied',
    'a token',
    token,
    'sts:AssumeRole',
    roleIn(mockAccount),
    'nothing in endpoint allows',
    { policy: trustOf() },
  ],
  [
    'denied',
    'a token',
    token,
    'sts:AssumeRoleWithWebIdentity',
    roleIn(mockAccount, 'prod-worker'),
    /^nothing in resource/,
    { policy: '{"Statement":[]}' },
  ],

  // Pods with a role.
  ['allowed', 'a pod', pod, 's3:GetObject', 'arn:aws:s3:::shop-orders/1', /./],
  ['allowed', 'a pod', pod, 's3:PutObject', 'arn:aws:s3:::shop-orders/1', /./],
  ['allowed', 'a pod', pod, 's3:DeleteObject', 'arn:aws:s3:::shop-orders/1', /./],
  ['allowed', 'a pod', pod, 's3:ListBucket', 'arn:aws:s3:::shop-orders', /./],
  [
    'denied',
    'a pod',
    pod,
    's3:PutObject',
    'arn:aws:s3:::shop-unnamed/1',
    'nothing in endpoint allows',
  ],
  ['denied', 'a pod', pod, 's3:PutObject', 'arn:aws:s3:::evil/1', 'nothing in endpoint allows'],
  ['denied', 'a pod', pod, 's3:PutObject', `${cluster}/manifests/SHA256SUMS`, /WrittenByDeployers/],
  [
    'denied',
    'a pod',
    pod,
    's3:PutObject',
    `${cluster}/bundles/control-plane/1.tar`,
    /WrittenByDeployers/,
  ],
  [
    'denied',
    'a pod',
    pod,
    's3:GetObject',
    `${etcd}/etcd/snapshots/daily/1.db`,
    'nothing in endpoint allows',
  ],
  ['allowed', 'a pod', pod, 'sts:AssumeRole', roleIn(mockAccount, 'orders'), /./],
  ['allowed', 'a pod', pod, 'sts:GetCallerIdentity', '*', 'always'],
  ['allowed', 'a pod', pod, 'ec2:DescribeInstances', '*', /./],
  [
    'denied',
    'a pod of another account',
    foreignPod,
    's3:GetObject',
    'arn:aws:s3:::shop-orders/1',
    'nothing in endpoint allows',
  ],
  [
    'denied',
    'a pod of another account',
    foreignPod,
    's3:PutObject',
    'arn:aws:s3:::evil/1',
    'nothing in endpoint allows',
  ],
  [
    'denied',
    'a pod of another account',
    foreignPod,
    'ec2:DescribeInstances',
    '*',
    'nothing in endpoint allows',
  ],
  [
    'denied',
    'a pod of another account',
    foreignPod,
    'logs:PutLogEvents',
    `arn:aws:logs:${region}:${foreignAccount}:log-group:x:log-stream:y`,
    'nothing in endpoint allows',
  ],
  [
    'denied',
    'a pod of another account',
    foreignPod,
    'ssm:PutParameter',
    `arn:aws:ssm:${region}:${foreignAccount}:parameter/x`,
    'nothing in endpoint allows',
  ],
  [
    'denied',
    'a pod of another account',
    foreignPod,
    'kms:Encrypt',
    `arn:aws:kms:${region}:${foreignAccount}:key/x`,
    'nothing in endpoint allows',
  ],
  [
    'denied',
    'a pod of another account',
    foreignPod,
    'sts:AssumeRole',
    roleIn(foreignAccount),
    'nothing in endpoint allows',
  ],

  // Image layers, signed by nobody or by the registry.
  [
    'allowed',
    'a pull',
    unsigned,
    's3:GetObject',
    `arn:aws:s3:::prod-registry-k8s-io-${region}/containers/images/sha256:0`,
    /./,
    { policy: publicBucket },
  ],
  [
    'allowed',
    'a pull',
    unsigned,
    's3:GetObject',
    'arn:aws:s3:::mirror-of-images/sha256/0',
    /./,
    { policy: publicBucket },
  ],
  [
    'allowed',
    'a pull that its registry signed',
    foreignPod,
    's3:GetObject',
    'arn:aws:s3:::mirror-of-images/sha256/0',
    /./,
  ],
  [
    'denied',
    'a pull',
    unsigned,
    's3:GetObject',
    'arn:aws:s3:::prod-registry-k8s-io-us-east-1/x',
    'nothing in endpoint allows',
    { policy: publicBucket },
  ],
  [
    'denied',
    'a pull',
    unsigned,
    's3:GetObject',
    `arn:aws:s3:::prod-${region}-starport-layer-bucket/x`,
    'nothing in endpoint allows',
    { policy: publicBucket },
  ],
  [
    'denied',
    'a pull',
    unsigned,
    's3:GetObject',
    'arn:aws:s3:::evil/x',
    'nothing in endpoint allows',
    { policy: publicBucket },
  ],
  [
    'denied',
    'a pull',
    unsigned,
    's3:PutObject',
    'arn:aws:s3:::mirror-of-images/x',
    'nothing in endpoint allows',
    { policy: publicBucket },
  ],
  [
    'denied',
    'nobody',
    unsigned,
    's3:GetObject',
    `${cluster}/artifacts/kubelet`,
    'nothing in endpoint allows',
  ],

  // Who logs in: the authenticator sends what they signed.
  [
    'allowed',
    'a user of another account',
    replayed(foreignAccount),
    'sts:GetCallerIdentity',
    '*',
    'always',
  ],
  [
    'allowed',
    'a user of the account',
    replayed(mockAccount),
    'sts:GetCallerIdentity',
    '*',
    'always',
  ],
  [
    'denied',
    'a user of an unknown account',
    replayed('999988887777'),
    'sts:GetCallerIdentity',
    '*',
    'nothing in endpoint allows',
  ],

  // Buckets from outside the VPC.
  ['allowed', 'the deployer', deployer, 's3:PutObject', `${cluster}/manifests/SHA256SUMS`, /./],
  ['allowed', 'the deployer', deployer, 's3:PutObject', `${etcd}/bundles/etcd-0/1.tar`, /./],
  [
    'allowed',
    'the deployer',
    deployer,
    's3:DeleteObject',
    `${cluster}/manifests/10-namespaces.yaml`,
    /./,
  ],
  [
    'allowed',
    'the deployer in a path',
    deployerByPath,
    's3:PutObject',
    `${cluster}/artifacts/kubelet`,
    /./,
  ],
  [
    'allowed',
    'the deployer',
    deployer,
    'ssm:PutParameter',
    `arn:aws:ssm:${region}:${mockAccount}:parameter/prod/control-plane/manifests-sha256`,
    /./,
  ],
  [
    'denied',
    'the deployer without TLS',
    deployer,
    's3:PutObject',
    `${cluster}/artifacts/kubelet`,
    /RefusePlainHttp/,
    { context: { 'aws:SecureTransport': 'false' } },
  ],
  [
    'denied',
    'the deployer with TLS 1.1',
    deployer,
    's3:GetObject',
    `${cluster}/artifacts/kubelet`,
    /RefuseOldTls/,
    { context: { 's3:TlsVersion': '1.1' } },
  ],
  ...[
    [s3User, 'a user with all of S3'],
    [administrator, 'an administrator'],
  ].flatMap(([caller, who]) =>
    [
      ['s3:PutObject', `${cluster}/manifests/SHA256SUMS`],
      ['s3:PutObject', `${cluster}/bundles/worker-general/1.tar`],
      ['s3:PutObject', `${cluster}/artifacts/kubelet`],
      ['s3:DeleteObject', `${cluster}/manifests/SHA256SUMS`],
      ['s3:PutObject', `${etcd}/bundles/etcd-0/1.tar`],
      ['s3:PutObject', `${etcd}/artifacts/etcd-3.6.14-arm64.tar.gz`],
      ['s3:PutObject', `${etcd}/etcd/bootstrapped`],
      ['s3:PutObject', `${etcd}/state/etcd/etcd-0/ready-1`],
      ['s3:DeleteObjectVersion', `${etcd}/etcd/snapshots/daily/1.db`],
      ['s3:BypassGovernanceRetention', `${etcd}/etcd/snapshots/daily/1.db`],
    ].map(([action = '', resource = '']): Line => [
      'denied',
      who as string,
      caller as () => PolicyCaller,
      action,
      resource,
      /WrittenBy(Deployers|Members)$/,
    ]),
  ),
  [
    'denied',
    'a user with all of S3',
    s3User,
    'ssm:PutParameter',
    `arn:aws:ssm:${region}:${mockAccount}:parameter/prod/control-plane/manifests-sha256`,
    'nothing in identity allows',
  ],
  [
    'denied',
    'a stranger',
    foreignUser,
    's3:GetObject',
    `${cluster}/artifacts/kubelet`,
    'nothing in resource allows',
  ],
  [
    'denied',
    'a stranger',
    foreignUser,
    's3:GetObject',
    `${etcd}/etcd/snapshots/daily/1.db`,
    'nothing in resource allows',
  ],
  [
    'denied',
    'a stranger',
    foreignUser,
    's3:PutObject',
    `${cluster}/artifacts/kubelet`,
    /WrittenByDeployers/,
  ],
  [
    'denied',
    'a stranger',
    foreignUser,
    'kms:Decrypt',
    key('storage'),
    'nothing in resource allows',
  ],
  [
    'denied',
    'a stranger',
    foreignUser,
    'kms:Decrypt',
    key('secrets'),
    'nothing in resource allows',
  ],
  [
    'denied',
    'nobody from outside',
    () => ({ ...world.unsigned(), endpoints: 'none' }),
    's3:GetObject',
    `${cluster}/artifacts/kubelet`,
    'nothing in resource allows',
  ],

  // An auditor reads what is there, and decrypts nothing.
  ['allowed', 'an auditor', reader, 's3:GetObject', `${cluster}/artifacts/kubelet`, /./],
  [
    'denied',
    'an auditor',
    reader,
    's3:PutObject',
    `${cluster}/artifacts/kubelet`,
    /WrittenByDeployers/,
  ],
  ...(['secrets', 'storage', 'logs'] as const).flatMap((name): Line[] => [
    ['denied', 'an auditor', reader, 'kms:Decrypt', key(name), 'nothing in resource allows'],
    [
      'denied',
      'an administrator, by hand',
      administrator,
      'kms:Decrypt',
      key(name),
      'nothing in resource allows',
    ],
    ['allowed', 'an administrator', administrator, 'kms:PutKeyPolicy', key(name), /./],
    ['denied', 'an auditor', reader, 'kms:PutKeyPolicy', key(name), 'nothing in identity allows'],
  ]),
  [
    'denied',
    'a parameter for an auditor',
    forReader('ssm'),
    'kms:Decrypt',
    key('secrets'),
    'nothing in identity allows',
    { context: via('ssm') },
  ],
  [
    'denied',
    'a snapshot for an auditor',
    forReader('s3'),
    'kms:Decrypt',
    key('storage'),
    'nothing in identity allows',
    { context: via('s3') },
  ],
  [
    'denied',
    'a recording for an auditor',
    forReader('logs'),
    'kms:Decrypt',
    key('logs'),
    'nothing in identity allows',
    { context: { ...via('logs'), ...ofGroup('sessions') } },
  ],
  [
    'denied',
    'the audit log for an auditor',
    forReader('logs'),
    'kms:Decrypt',
    key('logs'),
    'nothing in identity allows',
    { context: { ...via('logs'), ...ofGroup('audit') } },
  ],
  [
    'allowed',
    'a recording for who may decrypt',
    forAdministrator('logs'),
    'kms:Decrypt',
    key('logs'),
    /./,
    { context: { ...via('logs'), ...ofGroup('sessions') } },
  ],
  [
    'denied',
    'a log of another cluster',
    forAdministrator('logs'),
    'kms:Decrypt',
    key('logs'),
    'nothing in resource allows',
    { context: { ...via('logs'), ...ofGroup('sessions', '/hardened-cluster/other') } },
  ],
  [
    'denied',
    'a parameter by way of another service',
    forAdministrator('lambda'),
    'kms:Decrypt',
    key('secrets'),
    'nothing in resource allows',
    { context: via('lambda') },
  ],

  // AWS itself.
  [
    'allowed',
    'access logs',
    logDelivery(),
    's3:PutObject',
    `${accessLogs}/public/AWSLogs/${mockAccount}/x.gz`,
    /./,
  ],
  ['allowed', 'access logs', logDelivery(), 's3:GetBucketAcl', accessLogs, /./],
  [
    'denied',
    'access logs of another account',
    logDelivery(foreignAccount),
    's3:PutObject',
    `${accessLogs}/public/AWSLogs/${foreignAccount}/x.gz`,
    'nothing in resource allows',
  ],
  [
    'denied',
    'access logs elsewhere',
    logDelivery(),
    's3:PutObject',
    `${cluster}/artifacts/kubelet`,
    /WrittenByDeployers/,
  ],
  [
    'allowed',
    'CloudWatch Logs',
    logsService,
    'kms:GenerateDataKey',
    key('logs'),
    /./,
    { context: ofGroup('audit') },
  ],
  [
    'denied',
    'CloudWatch Logs for another group',
    logsService,
    'kms:GenerateDataKey',
    key('logs'),
    'nothing in resource allows',
    { context: ofGroup('x', '/elsewhere') },
  ],
  [
    'denied',
    'CloudWatch Logs',
    logsService,
    'kms:Decrypt',
    key('secrets'),
    'nothing in resource allows',
    { context: ofGroup('audit') },
  ],
  [
    'allowed',
    'auto-scaling',
    scaling,
    'kms:GenerateDataKeyWithoutPlaintext',
    key('storage'),
    /VolumesOfAutoScalingGroups/,
  ],
  [
    'allowed',
    'auto-scaling',
    scaling,
    'kms:CreateGrant',
    key('storage'),
    /GrantsOfAutoScalingGroups/,
    { context: { 'kms:GrantIsForAWSResource': 'true' } },
  ],
  [
    'denied',
    'auto-scaling',
    scaling,
    'kms:CreateGrant',
    key('storage'),
    'nothing in resource allows',
  ],
  ['denied', 'auto-scaling', scaling, 'kms:Decrypt', key('secrets'), 'nothing in resource allows'],
];

describe('a role with the trust policy of docs/constructs.md', () => {
  const issuer = `a1b2c3d4e5.execute-api.${region}.amazonaws.com/oidc`;
  const claims = (sub: string, aud = 'sts.amazonaws.com') => ({
    [`${issuer}:sub`]: `system:serviceaccount:${sub}`,
    [`${issuer}:aud`]: aud,
  });
  const assume = (
    context: Readonly<Record<string, string>>,
    { from = issuer, action = 'sts:AssumeRoleWithWebIdentity', account = mockAccount } = {},
  ) =>
    world.decide(
      world.webIdentity(from),
      { action, resource: roleIn(account, 'cart'), context },
      readTrustPolicy({ issuer, account: mockAccount, subject: 'shop:cart' }),
    ).allowed;

  test('is assumed with a token of its service account', () => {
    expect(assume(claims('shop:cart'))).toBe(true);
  });

  test.each<[title: string, ...Parameters<typeof assume>]>([
    ['another account of the namespace', claims('shop:other')],
    ['an account of that name elsewhere', claims('lab:cart')],
    ['an account whose name goes on', claims('shop:cart-2')],
    ['the audience of the API server', claims('shop:cart', `https://${issuer}`)],
    ['a token without claims', {}],
    ['a token of another issuer', claims('shop:cart'), { from: 'example.com/oidc' }],
    ['another action', claims('shop:cart'), { action: 'sts:AssumeRole' }],
    ['a role of another account', claims('shop:cart'), { account: foreignAccount }],
  ])('is not assumed with %s', (_title, ...call) => {
    expect(assume(...call)).toBe(false);
  });
});

/** A role for the pods of a service account, as users write it. */
function trustOf(): string {
  return JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'issuer' },
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole'],
        Resource: '*',
      },
    ],
  });
}

describe('everyone else', () => {
  test.each(lines)('%s: %s %#', (expected, _who, caller, action, resource, reason, more = {}) => {
    const { policy, context } = more;
    const decision = world.decide(
      caller(),
      { action, resource, ...(context ? { context } : {}) },
      policy,
    );
    expect(decision).toEqual({
      allowed: expected === 'allowed',
      reason: reason instanceof RegExp ? expect.stringMatching(reason) : reason,
    });
  });
});

test('the table has at least 200 rows, and each kind of caller of an endpoint is in it', () => {
  const rows = Object.values(tables).flatMap(({ allowed, denied }) => [
    ...allowed,
    ...denied,
    ...never,
  ]);
  expect(rows.length + lines.length).toBeGreaterThanOrEqual(200);
  const asked = [...rows.map(([action]) => action), ...lines.map(([, , , action]) => action)];
  const missing = endpointCallers
    .flatMap(({ actions }) => actions)
    .filter((action) => !asked.includes(action));
  expect(missing).toEqual([
    // The agent of Session Manager has a test of its own.
    'ssm:UpdateInstanceInformation',
    'kms:DescribeKey',
    'ssmmessages:OpenControlChannel',
    'ec2messages:GetMessages',
  ]);
  expect(callersOf('sts').map(({ signer }) => signer)).toEqual(['nobody', 'pod-role', 'replayed']);
});
