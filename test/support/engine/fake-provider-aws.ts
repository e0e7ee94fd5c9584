import { main } from '@pulumi/pulumi/provider';
import { createHash } from 'node:crypto';
import { fakeProvider, type FakeService } from './fake-provider-server';
import type { WireProperties } from './fake-provider-values';
import { whyNotDeleted, whyNotMade } from './fake-aws-rules';
import { memberOf, type World } from './fake-provider-world';

const account = '123456789012';
const region = 'eu-central-1';

/** Types whose resources are replaced when an input changes that AWS can't change in place. */
const fixedInputs: Readonly<Record<string, readonly string[]>> = {
  'aws:ec2/instance:Instance': [
    'ami',
    'privateIp',
    'subnetId',
    'userData',
    'placementGroupId',
    'rootBlockDevice',
  ],
  'aws:ec2/volumeAttachment:VolumeAttachment': ['deviceName', 'instanceId', 'volumeId'],
  'aws:ebs/volume:Volume': ['availabilityZone', 'encrypted', 'kmsKeyId'],
  'aws:ec2/vpc:Vpc': ['cidrBlock'],
  'aws:ec2/subnet:Subnet': ['availabilityZone', 'cidrBlock', 'vpcId'],
  'aws:ec2/securityGroup:SecurityGroup': ['description', 'vpcId'],
  'aws:ec2/networkAclRule:NetworkAclRule': [
    'cidrBlock',
    'fromPort',
    'networkAclId',
    'ruleNumber',
    'toPort',
  ],
  'aws:s3/bucket:Bucket': ['bucket', 'objectLockEnabled'],
  'aws:s3/bucketObjectv2:BucketObjectv2': ['bucket', 'key'],
  'aws:ssm/parameter:Parameter': ['name'],
  'aws:iam/role:Role': ['name', 'path'],
  'aws:apigateway/deployment:Deployment': ['restApi', 'triggers'],
  'aws:apigateway/stage:Stage': ['restApi', 'stageName'],
  'aws:cloudwatch/logGroup:LogGroup': ['name'],
  'aws:ec2/flowLog:FlowLog': ['logDestination', 'trafficType', 'vpcId', 'iamRoleArn'],
  'aws:ec2/natGateway:NatGateway': ['allocationId', 'subnetId'],
  'aws:ec2/placementGroup:PlacementGroup': ['name', 'strategy', 'spreadLevel'],
  'aws:ec2/route:Route': ['routeTableId', 'destinationCidrBlock'],
  'aws:ec2/vpcEndpoint:VpcEndpoint': ['serviceName', 'vpcEndpointType', 'vpcId'],
  'aws:iam/instanceProfile:InstanceProfile': ['name', 'path'],
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': ['url'],
  'aws:iam/rolePolicy:RolePolicy': ['name', 'role'],
  'aws:kms/alias:Alias': ['name'],
  'aws:lb/listener:Listener': ['loadBalancerArn'],
  'aws:lb/loadBalancer:LoadBalancer': ['internal', 'loadBalancerType', 'name'],
  'aws:lb/targetGroup:TargetGroup': ['name', 'port', 'protocol', 'targetType', 'vpcId'],
  'aws:route53/record:Record': ['name', 'type', 'zoneId'],
  'aws:route53/zone:Zone': ['name'],
  'aws:ssm/document:Document': ['name', 'documentType'],
};

const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;

const computed: Readonly<Record<string, (inputs: WireProperties, id: string) => WireProperties>> = {
  'aws:s3/bucket:Bucket': (_inputs, id) => ({ bucket: id }),
  'aws:ec2/vpc:Vpc': (_inputs, id) => ({
    defaultNetworkAclId: `acl-${id}`,
    defaultRouteTableId: `rtb-${id}`,
  }),
  'aws:ec2/eip:Eip': (_inputs, id) => ({ allocationId: id, publicIp: '198.51.100.7' }),
  'aws:ec2/vpcEndpoint:VpcEndpoint': () => ({ prefixListId: 'pl-s3' }),
  'aws:ec2/placementGroup:PlacementGroup': (_inputs, id) => ({ placementGroupId: id }),
  'aws:ec2/launchTemplate:LaunchTemplate': (inputs) => ({
    latestVersion: parseInt(digest(JSON.stringify(inputs)).slice(0, 6), 16),
  }),
  'aws:autoscaling/group:Group': (_inputs, id) => ({ name: id }),
  'aws:iam/role:Role': ({ name }, id) => {
    const roleName = typeof name === 'string' ? name : id;
    return { name: roleName, arn: `arn:aws:iam::${account}:role/${roleName}` };
  },
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': (_inputs, id) => ({
    arn: `arn:aws:iam::${account}:oidc-provider/${id}`,
  }),
  'aws:kms/key:Key': (_inputs, id) => ({ keyId: id, arn: arn('kms', `key/${id}`) }),
  'aws:lb/loadBalancer:LoadBalancer': (_inputs, id) => ({
    dnsName: `${id}.elb.${region}.amazonaws.com`,
    zoneId: 'ZELB',
  }),
  'aws:route53/zone:Zone': (_inputs, id) => ({ zoneId: id }),
};

const invokes: Readonly<Record<string, (inputs: WireProperties, world: World) => WireProperties>> =
  {
    'aws:index/getCallerIdentity:getCallerIdentity': () => ({
      accountId: account,
      arn: `arn:aws:sts::${account}:assumed-role/deployer/session`,
      id: account,
      userId: 'AROAEXAMPLE',
    }),
    'aws:index/getRegion:getRegion': () => ({ region }),
    'aws:ec2/getAmi:getAmi': () => ({ id: 'ami-debian13' }),
    'aws:ec2/getInstance:getInstance': ({ instanceId }, world) => {
      const instance = [...world.instances().values()].find(({ id }) => id === instanceId);
      if (!instance) throw new Error(`no instance ${String(instanceId)}`);
      return { id: instance.id, launchTime: new Date(instance.at).toISOString() };
    },
    'aws:s3/getObjects:getObjects': ({ prefix }, world) => ({
      keys: [...objects(world).keys()].filter((key) => key.startsWith(String(prefix))),
    }),
    'aws:s3/getObject:getObject': ({ key }, world) => {
      const modified = objects(world).get(String(key));
      if (modified === undefined) throw new Error(`no object ${String(key)}`);
      return { key, lastModified: new Date(modified).toISOString() };
    },
  };

/**
 * What pretended members wrote: each its readiness some time after its start, once the cluster has
 * been formed by three of them.
 */
function objects(world: World): ReadonlyMap<string, number> {
  const all = world
    .events()
    .filter(({ type, operation }) => type.endsWith(':Instance') && operation === 'create')
    .map(memberOf);
  const formedAt = [...all.map(({ healthyAt }) => healthyAt)].sort((a, b) => a - b)[2];
  if (formedAt === undefined || formedAt > Date.now()) return new Map();
  const alive = [...world.instances().values()].map((event) => ({ ...memberOf(event), event }));
  return new Map([
    ['etcd/bootstrapped', formedAt],
    ...alive
      .filter(({ healthyAt }) => healthyAt <= Date.now())
      .map(({ member, healthyAt, event }): [string, number] => [
        `state/etcd/${member}/ready-${event.bundleSha256 ?? ''}`,
        Math.max(healthyAt, formedAt),
      ]),
  ]);
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

const service: FakeService = {
  version: '7.48.0',
  compute: (type, inputs, id) => ({
    arn: arn(type.split(':')[1]?.split('/')[0] ?? '', id),
    ...computed[type]?.(inputs, id),
  }),
  idOf: (type, { bucket, key }) => {
    if (type === 'aws:s3/bucket:Bucket') return typeof bucket === 'string' ? bucket : undefined;
    return type === 'aws:s3/bucketObjectv2:BucketObjectv2' ? String(key) : undefined;
  },
  replaces: (type) => fixedInputs[type] ?? [],
  refusesToMake: whyNotMade,
  refusesToDelete: whyNotDeleted,
  invoke: (token, inputs, world) => {
    const answer = invokes[token];
    if (!answer) throw new Error(`no answer for the data source ${token}`);
    world.record({ operation: 'invoke', type: token, name: JSON.stringify(inputs), id: '' });
    return answer(inputs, world);
  },
};

void main(fakeProvider(service), process.argv.slice(2));
