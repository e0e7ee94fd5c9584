import type { Facts } from '../../../lib/conformance/facts';
import {
  addResource,
  both,
  idOf,
  mutation,
  onResources,
  removeResources,
  setInputs,
  type Change,
  type Mutation,
} from './mutation';

/** Adds a resource whose inputs name others. */
const add =
  (type: string, inputs: (facts: Facts) => Record<string, unknown>, name = 'added'): Change =>
  (facts) =>
    addResource(type, inputs(facts), name)(facts);

const group = (facts: Facts, tier: string) => idOf(facts, 'SecurityGroup', new RegExp(`${tier}$`));

const rule = (tier: string, port: number, source: object, protocol = 'tcp') =>
  add('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', (facts) => ({
    securityGroupId: group(facts, tier),
    fromPort: port,
    toPort: port,
    ipProtocol: protocol,
    ...source,
  }));
const classic = (tier: string, from: number, to: number, blocks: readonly string[]) =>
  add('aws:ec2/securityGroupRule:SecurityGroupRule', (facts) => ({
    type: 'ingress',
    securityGroupId: group(facts, tier),
    fromPort: from,
    toPort: to,
    protocol: '-1',
    cidrBlocks: blocks,
  }));

/** Resources that bear on who reaches what, and that no reader understands. */
const strangers = [
  'aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment',
  'aws:elb/loadBalancer:LoadBalancer',
  'aws:globalaccelerator/accelerator:Accelerator',
  'aws:ec2/vpcPeeringConnection:VpcPeeringConnection',
  'aws:ec2transitgateway/vpcAttachment:VpcAttachment',
  'aws:networkmanager/vpcAttachment:VpcAttachment',
  'aws:lb/targetGroupAttachment:TargetGroupAttachment',
  'aws:vpclattice/service:Service',
  'aws:ec2/vpnConnection:VpnConnection',
];
const cloudChecks = [
  'etcd/client-port-restricted',
  'etcd/peer-port-restricted',
  'exposure/kubernetes-ports',
  'exposure/only-named-ports',
  'exposure/load-balancer-listeners',
  'exposure/kubelet-internal',
  'exposure/kubelet-from-control-plane',
  'exposure/api-not-from-everywhere',
  'exposure/private-machines',
  'exposure/etcd-without-internet-route',
  'bastion/only-entry',
  'bastion/jumps-only-from-bastion',
  'bastion/not-from-everywhere',
];
const everywhere = '0.0.0.0/0';

const policy = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const workerPolicy = (statement: object): Change =>
  add('aws:iam/rolePolicy:RolePolicy', (facts) => ({
    role: idOf(facts, 'Role', /worker$/),
    policy: policy({ Effect: 'Allow', ...statement }),
  }));

/** Violations in AWS. */
export const cloudMutations: readonly Mutation[] = [
  ...strangers.map((type) => mutation(cloudChecks, 5, type, addResource(type, { x: 1 }))),
  mutation('etcd/client-port-restricted', 6, 'from workers', (facts) =>
    rule('etcd', 2379, { referencedSecurityGroupId: group(facts, 'worker') })(facts),
  ),
  mutation(
    'etcd/client-port-restricted',
    4,
    'from the VPC',
    rule('etcd', 2379, { cidrIpv4: '10.0.0.0/16' }),
  ),
  mutation(
    'etcd/client-port-restricted',
    5,
    'workers in the group of the control plane',
    onResources(
      'LaunchTemplate',
      /general|worker/,
      ({ inputs }, facts) =>
        JSON.parse(
          JSON.stringify(inputs).replace(group(facts, 'worker'), group(facts, 'control-plane')),
        ) as Record<string, unknown>,
    ),
  ),
  mutation(
    ['etcd/client-port-restricted', 'etcd/peer-port-restricted'],
    5,
    'another group on the machine',
    onResources('Instance', /etcd-0/, ({ inputs }) => ({
      ...inputs,
      secondaryNetworkInterfaces: [{ securityGroups: ['sg-x'] }],
    })),
  ),
  mutation('etcd/peer-port-restricted', 6, 'from the control plane', (facts) =>
    rule('etcd', 2380, { referencedSecurityGroupId: group(facts, 'control-plane') })(facts),
  ),
  mutation(
    ['exposure/kubernetes-ports', 'exposure/only-named-ports'],
    4,
    'two halves of the internet',
    classic('worker', 0, 65535, ['0.0.0.0/1', '128.0.0.0/1']),
  ),
  mutation(
    ['exposure/kubernetes-ports', 'exposure/only-named-ports', 'etcd/client-port-restricted'],
    5,
    'IPv6',
    rule('etcd', 2379, { cidrIpv6: '::/0' }),
  ),
  mutation(
    ['exposure/kubernetes-ports', 'exposure/only-named-ports', 'etcd/client-port-restricted'],
    5,
    'a prefix list',
    rule('etcd', 2379, { prefixListId: 'pl-1' }),
  ),
  mutation(
    'exposure/only-named-ports',
    6,
    'a web port',
    rule('worker', 80, { cidrIpv4: everywhere }),
  ),
  mutation(
    'exposure/kubelet-internal',
    4,
    'a range',
    classic('worker', 10000, 11000, [everywhere]),
  ),
  mutation('exposure/kubelet-from-control-plane', 6, 'from workers', (facts) =>
    rule('worker', 10250, { referencedSecurityGroupId: group(facts, 'worker') })(facts),
  ),
  mutation(
    'exposure/load-balancer-listeners',
    6,
    'a listener to the kubelet',
    setInputs('TargetGroup', /public|api/, { port: 10250 }),
  ),
  mutation(
    'exposure/api-not-from-everywhere',
    6,
    'everywhere',
    setInputs('SecurityGroupIngressRule', /from-.*outside|api-.*0|api/, { cidrIpv4: everywhere }),
  ),
  mutation(
    'exposure/api-not-from-everywhere',
    4,
    'two halves',
    both(
      rule('public-load-balancer', 6443, { cidrIpv4: '0.0.0.0/1' }),
      rule('public-load-balancer', 6443, { cidrIpv4: '128.0.0.0/1' }),
    ),
  ),
  mutation(
    'exposure/api-not-from-everywhere',
    4,
    'four quarters',
    both(
      ...['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2'].map((cidr) =>
        rule('public-load-balancer', 6443, { cidrIpv4: cidr }),
      ),
    ),
  ),
  mutation(
    'exposure/api-not-from-everywhere',
    5,
    'IPv6',
    rule('public-load-balancer', 6443, { cidrIpv6: '::/0' }),
  ),
  mutation(
    'exposure/api-not-from-everywhere',
    5,
    'IPv6 in halves',
    rule('public-load-balancer', 6443, { cidrIpv6: '2000::/3' }),
  ),
  mutation(
    'bastion/not-from-everywhere',
    4,
    'two halves',
    both(
      rule('bastion', 22, { cidrIpv4: '0.0.0.0/1' }),
      rule('bastion', 22, { cidrIpv4: '128.0.0.0/1' }),
    ),
  ),
  mutation('bastion/not-from-everywhere', 5, 'IPv6', rule('bastion', 22, { cidrIpv6: '::/0' })),
  mutation(
    'bastion/only-entry',
    6,
    'SSH to workers',
    rule('worker', 22, { cidrIpv4: '198.51.100.0/24' }),
  ),
  mutation('bastion/jumps-only-from-bastion', 6, 'from workers', (facts) =>
    rule('etcd', 22, { referencedSecurityGroupId: group(facts, 'worker') })(facts),
  ),
  mutation('bastion/jumps-only-from-bastion', 5, 'a rule in the group for two others', (facts) =>
    setInputs('SecurityGroup', /^prod-firewall-etcd$/, {
      ingress: [
        {
          protocol: 'tcp',
          fromPort: 22,
          toPort: 22,
          securityGroups: [group(facts, 'bastion'), group(facts, 'worker')],
        },
      ],
    })(facts),
  ),

  mutation(
    'exposure/private-machines',
    5,
    'an address on the interface',
    setInputs('Eip', /./, { networkInterface: 'eni-1' }),
  ),
  mutation(
    'exposure/private-machines',
    5,
    'an association with an interface',
    addResource('aws:ec2/eipAssociation:EipAssociation', {
      networkInterfaceId: 'eni-1',
      allocationId: 'eipalloc-1',
    }),
  ),
  mutation(
    'exposure/private-machines',
    5,
    'an association with the machine',
    add('aws:ec2/eipAssociation:EipAssociation', (facts) => ({
      instanceId: idOf(facts, 'Instance', /etcd-0/),
    })),
  ),
  mutation(
    'exposure/private-machines',
    5,
    'IPv6 by count',
    setInputs('Instance', /etcd-0/, { ipv6AddressCount: 1 }),
  ),
  mutation(
    'exposure/private-machines',
    5,
    'IPv6 of the template',
    onResources('LaunchTemplate', /general/, ({ inputs }) => ({
      ...inputs,
      networkInterfaces: [{ ...(inputs.networkInterfaces as object[])[0], ipv6AddressCount: 1 }],
    })),
  ),
  mutation(
    'exposure/private-machines',
    6,
    'subnets give addresses',
    both(
      setInputs('Subnet', /etcd/, { mapPublicIpOnLaunch: true }),
      setInputs('Instance', /etcd-0/, { associatePublicIpAddress: undefined }),
    ),
  ),
  ...(
    [
      'vpcPeeringConnectionId',
      'transitGatewayId',
      'coreNetworkArn',
      'vpcEndpointId',
      'networkInterfaceId',
      'localGatewayId',
      'carrierGatewayId',
      'natGatewayId',
      'gatewayId',
    ] as const
  ).map((key) =>
    mutation(
      'exposure/etcd-without-internet-route',
      5,
      `a route by ${key}`,
      add('aws:ec2/route:Route', (facts) => ({
        routeTableId: idOf(facts, 'RouteTable', /etcd/),
        destinationCidrBlock: '0.0.0.0/0',
        [key]: 'x-1',
      })),
    ),
  ),
  mutation(
    'exposure/default-group-closed',
    6,
    'egress',
    setInputs('DefaultSecurityGroup', /./, {
      egress: [{ protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: [everywhere] }],
    }),
  ),
  mutation(
    'exposure/default-group-closed',
    5,
    'an egress rule of its own',
    add('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', (facts) => ({
      securityGroupId: idOf(facts, 'DefaultSecurityGroup', /./),
      ipProtocol: '-1',
      cidrIpv4: everywhere,
    })),
  ),
  mutation(
    'exposure/default-group-closed',
    5,
    'an ingress rule of its own',
    add('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', (facts) => ({
      securityGroupId: idOf(facts, 'DefaultSecurityGroup', /./),
      ipProtocol: '-1',
      cidrIpv4: '10.0.0.0/8',
    })),
  ),
  mutation(
    'exposure/default-group-closed',
    7,
    'none',
    removeResources('DefaultSecurityGroup', /./),
  ),
  mutation(
    'exposure/default-group-closed',
    5,
    'another VPC',
    addResource('aws:ec2/vpc:Vpc', { cidrBlock: '10.9.0.0/16' }),
  ),

  ...(['aws/metadata-tokens-required', 'aws/metadata-hop-limit'] as const).flatMap((check) => [
    mutation(
      check,
      6,
      'optional and three hops',
      setInputs('LaunchTemplate', /general/, {
        metadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 3 },
      }),
    ),
    mutation(
      check,
      7,
      'nothing said',
      setInputs('Instance', /etcd-1/, { metadataOptions: undefined }),
    ),
    mutation(
      check,
      5,
      'an older kind of template',
      addResource('aws:ec2/launchConfiguration:LaunchConfiguration', { imageId: 'ami-1' }),
    ),
    mutation(
      check,
      5,
      'the defaults of the account',
      addResource('aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults', {
        httpTokens: 'optional',
      }),
    ),
    mutation(check, 5, 'another fleet', addResource('aws:ec2/fleet:Fleet', {})),
  ]),
  mutation(
    'aws/roles-not-shared',
    5,
    'one role in two profiles',
    onResources('InstanceProfile', /worker/, ({ inputs }, facts) => ({
      ...inputs,
      role: facts.resources?.find(
        ({ type, name }) => type.endsWith(':InstanceProfile') && name.includes('control-plane'),
      )?.inputs.role,
    })),
  ),
  mutation(
    'aws/roles-not-shared',
    6,
    'one profile',
    onResources('LaunchTemplate', /general/, ({ inputs }, facts) => ({
      ...inputs,
      iamInstanceProfile: facts.resources?.find(
        ({ type, name }) => type.endsWith(':LaunchTemplate') && name.includes('control-plane'),
      )?.inputs.iamInstanceProfile,
    })),
  ),
  mutation(
    'aws/roles-not-shared',
    5,
    'a role that others may take',
    onResources('Role', /control-plane/, ({ inputs }) => ({
      ...inputs,
      assumeRolePolicy: policy({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: '*' },
      }),
    })),
  ),
  mutation(
    'aws/roles-not-shared',
    5,
    'one may pass the other',
    addResource('aws:iam/userPolicy:UserPolicy', {}),
  ),
  ...(
    [
      [
        5,
        'an administrator by attachment',
        add('aws:iam/rolePolicyAttachment:RolePolicyAttachment', (facts) => ({
          role: idOf(facts, 'Role', /worker$/),
          policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        })),
      ],
      [
        5,
        'an unknown policy by attachment',
        add('aws:iam/rolePolicyAttachment:RolePolicyAttachment', () => ({
          role: 'x',
          policyArn: 'arn:aws:iam::aws:policy/IAMReadWrite',
        })),
      ],
      [
        5,
        'PolicyAttachment',
        addResource('aws:iam/policyAttachment:PolicyAttachment', { policyArn: 'x' }),
      ],
      [
        5,
        'managedPolicyArns',
        setInputs('Role', /worker$/, {
          managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        }),
      ],
      [
        5,
        'inlinePolicies',
        setInputs('Role', /worker$/, {
          inlinePolicies: [{ policy: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }],
        }),
      ],
      [
        5,
        'trust of everybody',
        setInputs('Role', /worker$/, {
          assumeRolePolicy: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' }),
        }),
      ],
      [4, 'NotAction', workerPolicy({ NotAction: 's3:DeleteBucket', Resource: '*' })],
      [4, 'NotResource', workerPolicy({ Action: 's3:GetObject', NotResource: 'arn:aws:s3:::x/*' })],
      [4, 'every bucket', workerPolicy({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::*' })],
      [4, 'a wildcard in the action', workerPolicy({ Action: 'ssm:Get*', Resource: '*' })],
      [4, 'a wildcard for a letter', workerPolicy({ Action: 'ssm:GetParamete?', Resource: '*' })],
      [4, 'upper case', workerPolicy({ Action: 'SSM:GETPARAMETER', Resource: '*' })],
      [5, 'rights over rights', workerPolicy({ Action: 'iam:AttachRolePolicy', Resource: '*' })],
      [
        5,
        'rights over rights of one role',
        workerPolicy({ Action: 'iam:*', Resource: 'arn:aws:iam::123456789012:role/x' }),
      ],
      [5, 'commands on machines', workerPolicy({ Action: 'ssm:SendCommand', Resource: '*' })],
      [4, 'every key', workerPolicy({ Action: 'kms:Decrypt', Resource: 'arn:aws:kms:*:*:key/*' })],
    ] as const
  ).map(([kind, title, change]) => mutation('aws/roles-least-privilege', kind, title, change)),
  mutation('aws/private-dns-zone', 6, 'no VPC', setInputs('Zone', /./, { vpcs: [] })),
  mutation(
    'aws/private-dns-zone',
    5,
    'a public zone beside it',
    addResource('aws:route53/zone:Zone', { name: 'x' }),
  ),
  mutation(
    'aws/private-dns-zone',
    5,
    'a delegation',
    addResource('aws:route53/resolverEndpoint:ResolverEndpoint', {}),
  ),
  mutation(
    'aws/private-dns-zone',
    5,
    'another VPC of another account',
    addResource('aws:route53/zoneAssociation:ZoneAssociation', {}),
  ),
  mutation(
    'aws/private-dns-zone',
    5,
    'another VPC by its id',
    addResource('aws:route53/zoneAssociation:ZoneAssociation', { vpcId: 'vpc-0123', zoneId: 'z' }),
  ),
  mutation(
    'machines/volumes-encrypted',
    6,
    'a volume',
    setInputs('Volume', /./, { encrypted: false }),
  ),
  mutation(
    'machines/volumes-encrypted',
    6,
    'a root device',
    setInputs('Instance', /etcd-0/, { rootBlockDevice: {} }),
  ),
  mutation(
    'machines/volumes-encrypted',
    5,
    'one more device',
    setInputs('Instance', /etcd-0/, { ebsBlockDevices: [{ deviceName: 'x' }] }),
  ),
  mutation(
    'machines/volumes-encrypted',
    5,
    'a fleet',
    addResource('aws:ec2/spotFleetRequest:SpotFleetRequest', {}),
  ),
  mutation(
    'machines/volumes-encrypted',
    5,
    'a shared file system',
    addResource('aws:efs/fileSystem:FileSystem', { encrypted: false }),
  ),
  mutation(
    'backup/encrypted',
    7,
    'no configuration',
    removeResources('BucketServerSideEncryptionConfiguration', /etcd/),
  ),
  mutation(
    'backup/encrypted',
    6,
    'no algorithm',
    setInputs('BucketServerSideEncryptionConfiguration', /etcd/, { rules: [] }),
  ),
  mutation(
    'backup/encrypted',
    5,
    'another bucket',
    addResource('aws:s3/bucket:Bucket', { bucket: 'x' }),
  ),
  mutation(
    'backup/encrypted',
    5,
    'replication elsewhere',
    addResource('aws:s3/bucketReplicationConfig:BucketReplicationConfig', {}),
  ),
  mutation(
    'backup/thinned-out',
    7,
    'no rules',
    removeResources('BucketLifecycleConfiguration', /etcd/),
  ),
  mutation(
    'backup/thinned-out',
    6,
    'all alike',
    setInputs('BucketLifecycleConfiguration', /etcd/, {
      rules: [{ id: 'snapshots', status: 'Enabled', expiration: { days: 7 } }],
    }),
  ),
  mutation(
    'backup/thinned-out',
    3,
    'rules that are off',
    onResources('BucketLifecycleConfiguration', /etcd/, ({ inputs }) => ({
      ...inputs,
      rules: (inputs.rules as Record<string, unknown>[]).map((row) => ({
        ...row,
        status: 'Disabled',
      })),
    })),
  ),
  mutation(
    'backup/thinned-out',
    5,
    'a batch job that deletes',
    addResource('aws:s3control/objectLambdaAccessPoint:ObjectLambdaAccessPoint', {}),
  ),

  ...(
    [
      'distribution/control-plane-machines',
      'distribution/control-plane-count',
      'distribution/control-plane-zones',
      'distribution/control-plane-several-per-zone',
      'distribution/worker-zones',
      'distribution/worker-each-zone',
    ] as const
  ).flatMap((check) => {
    const tier = check.includes('worker') ? /general/ : /control-plane/;
    return [
      mutation(
        check,
        6,
        'none',
        setInputs('Group', tier, { minSize: 0, desiredCapacity: 0, maxSize: 9 }),
      ),
      mutation(check, 6, 'one', setInputs('Group', tier, { minSize: 1, desiredCapacity: 1 })),
      mutation(
        check,
        5,
        'a schedule scales it down',
        addResource('aws:autoscaling/policy:Policy', { adjustmentType: 'x' }),
      ),
      mutation(
        check,
        5,
        'a wish above the least number',
        setInputs('Group', tier, { minSize: 0, desiredCapacity: 9, availabilityZones: ['a'] }),
      ),
    ];
  }),
];
