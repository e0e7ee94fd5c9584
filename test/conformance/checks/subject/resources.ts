import type { ResourceFact } from '../../../../lib/conformance/facts';

type Inputs = ResourceFact['inputs'];

const resource = (type: string, name: string, inputs: Inputs): ResourceFact => {
  const kind = type.split(':').at(-1)?.toLowerCase() ?? '';
  return {
    urn: `urn:pulumi:stack::project::${type}::${name}`,
    type,
    name,
    id: `${kind}-${name}`,
    arn: `arn:aws:test:::${kind}/${name}`,
    inputs,
  };
};

const zones = ['xa', 'xb', 'xc'];
const tiers = ['public', 'private', 'etcd'];

const subnets = zones.flatMap((zone, zoneIndex) =>
  tiers.flatMap((tier, tierIndex) => [
    resource('aws:ec2/subnet:Subnet', `${tier}-${zone}`, {
      vpcId: 'vpc-main',
      cidrBlock: `10.0.${zoneIndex * 10 + tierIndex}.0/24`,
      availabilityZone: zone,
    }),
    resource('aws:ec2/routeTableAssociation:RouteTableAssociation', `${tier}-${zone}`, {
      subnetId: `subnet-${tier}-${zone}`,
      routeTableId: `routetable-${tier}`,
    }),
  ]),
);

const group = (name: string) =>
  resource('aws:ec2/securityGroup:SecurityGroup', name, { vpcId: 'vpc-main' });

/** An inbound rule of TCP. */
export const rule = (name: string, to: string, port: number | [number, number], from: string) =>
  resource('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', name, {
    securityGroupId: `securitygroup-${to}`,
    ipProtocol: 'tcp',
    fromPort: typeof port === 'number' ? port : port[0],
    toPort: typeof port === 'number' ? port : port[1],
    ...(from.includes('/')
      ? { cidrIpv4: from }
      : { referencedSecurityGroupId: `securitygroup-${from}` }),
  });

const metadataOptions = { httpTokens: 'required', httpPutResponseHopLimit: 1 };
const blockDeviceMappings = [{ deviceName: '/dev/xvda', ebs: { encrypted: 'true' } }];

const template = (tier: string, extra: Inputs = {}) =>
  resource('aws:ec2/launchTemplate:LaunchTemplate', tier, {
    vpcSecurityGroupIds: [`securitygroup-${tier}`],
    iamInstanceProfile: { name: `profile-${tier}` },
    metadataOptions,
    blockDeviceMappings,
    ...extra,
  });

const scalingGroup = (tier: string, subnetTier: string, desired: number) =>
  resource('aws:autoscaling/group:Group', tier, {
    launchTemplate: { id: `launchtemplate-${tier}` },
    vpcZoneIdentifiers: zones.map((zone) => `subnet-${subnetTier}-${zone}`),
    minSize: desired,
    desiredCapacity: desired,
  });

const etcdMembers = [0, 1, 2, 3, 4].map((index) =>
  resource('aws:ec2/instance:Instance', `etcd-${index}`, {
    subnetId: `subnet-etcd-${zones[index % 3] ?? ''}`,
    vpcSecurityGroupIds: ['securitygroup-etcd'],
    iamInstanceProfile: `profile-etcd-${index}`,
    metadataOptions,
    rootBlockDevice: { encrypted: true },
  }),
);

const policy = (name: string) =>
  resource('aws:iam/rolePolicy:RolePolicy', name, {
    role: name,
    policy: JSON.stringify({
      Statement: [
        {
          Sid: 'Read',
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: ['arn:aws:s3:::demo/*'],
        },
      ],
    }),
  });

const lifecycle = [
  ['hourly', 2],
  ['daily', 14],
  ['weekly', 92],
] as const;

/** A conformant cluster's cloud resources, as few as there can be. */
export const conformantResources: readonly ResourceFact[] = [
  resource('aws:ec2/vpc:Vpc', 'main', { cidrBlock: '10.0.0.0/16' }),
  resource('aws:ec2/internetGateway:InternetGateway', 'main', { vpcId: 'vpc-main' }),
  ...tiers.map((tier) => resource('aws:ec2/routeTable:RouteTable', tier, { vpcId: 'vpc-main' })),
  resource('aws:ec2/route:Route', 'public-internet', {
    routeTableId: 'routetable-public',
    destinationCidrBlock: '0.0.0.0/0',
    gatewayId: 'internetgateway-main',
  }),
  resource('aws:ec2/route:Route', 'private-internet', {
    routeTableId: 'routetable-private',
    destinationCidrBlock: '0.0.0.0/0',
    natGatewayId: 'natgateway-a',
  }),
  ...subnets,
  resource('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup', 'main', { vpcId: 'vpc-main' }),
  ...['balancer', 'bastion', 'etcd', 'control-plane', 'worker'].map(group),
  rule('api-from-outside', 'balancer', 6443, '198.51.100.0/24'),
  rule('api-from-balancer', 'control-plane', 6443, 'balancer'),
  rule('kubelet-of-worker', 'worker', 10250, 'control-plane'),
  rule('node-ports', 'worker', [30000, 32767], '203.0.113.0/24'),
  rule('etcd-clients', 'etcd', 2379, 'control-plane'),
  rule('etcd-peers', 'etcd', 2380, 'etcd'),
  rule('ssh-to-bastion', 'bastion', 22, '198.51.100.0/24'),
  rule('ssh-to-etcd', 'etcd', 22, 'bastion'),
  template('bastion', {
    networkInterfaces: [
      { associatePublicIpAddress: 'true', securityGroups: ['securitygroup-bastion'] },
    ],
  }),
  scalingGroup('bastion', 'public', 1),
  ...etcdMembers,
  template('control-plane'),
  scalingGroup('control-plane', 'private', 6),
  template('worker'),
  scalingGroup('worker', 'private', 3),
  resource('aws:lb/loadBalancer:LoadBalancer', 'api', {
    internal: false,
    loadBalancerType: 'network',
    securityGroups: ['securitygroup-balancer'],
    subnets: ['subnet-public-xa'],
  }),
  resource('aws:lb/targetGroup:TargetGroup', 'api', { port: 6443, protocol: 'TCP' }),
  resource('aws:lb/listener:Listener', 'api', {
    loadBalancerArn: 'arn:aws:test:::loadbalancer/api',
    port: 6443,
    protocol: 'TCP',
    defaultActions: [{ type: 'forward', targetGroupArn: 'arn:aws:test:::targetgroup/api' }],
  }),
  policy('control-plane'),
  resource('aws:route53/zone:Zone', 'main', {
    name: 'demo.internal',
    vpcs: [{ vpcId: 'vpc-main' }],
  }),
  resource('aws:s3/bucket:Bucket', 'main', { bucket: 'demo' }),
  resource(
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
    'main',
    {
      bucket: 'bucket-main',
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }],
    },
  ),
  resource('aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration', 'main', {
    bucket: 'bucket-main',
    rules: lifecycle.map(([name, days]) => ({
      id: name,
      filter: { prefix: `etcd/snapshots/${name}/` },
      expiration: { days },
    })),
  }),
];
