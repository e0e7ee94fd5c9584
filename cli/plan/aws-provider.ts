import { createHash } from 'node:crypto';
import type { Properties } from './monitor';

/** Account that planned ARNs carry. AWS itself keeps it for examples. */
export const planAccount = '123456789012';

/**
 * Stands in for what AWS would compute: ids, ARNs, addresses. A fake, not an emulation: it
 * answers the same for the same name, and enforces nothing.
 */
export function simulateAws(region: string) {
  return {
    create: (type: string, name: string, inputs: Properties) => {
      const id = idOf(type, name, inputs);
      return {
        id,
        computed: { ...common(region, type, id, name), ...computed[type]?.(name, inputs, region) },
      };
    },
    invoke: (token: string, inputs: Properties): Properties => {
      const answer = invokes[token];
      if (!answer) throw new Error(`no fake for the data source ${token}`);
      return answer(inputs, region);
    },
  };
}

/** Lower-case hexadecimal digits that stand for a name. */
function digits(name: string, length = 17): string {
  return createHash('sha256').update(name).digest('hex').slice(0, length);
}

const idPrefixes: Readonly<Record<string, string>> = {
  'aws:ec2/vpc:Vpc': 'vpc',
  'aws:ec2/subnet:Subnet': 'subnet',
  'aws:ec2/securityGroup:SecurityGroup': 'sg',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': 'sgr',
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': 'sgr',
  'aws:ec2/routeTable:RouteTable': 'rtb',
  'aws:ec2/internetGateway:InternetGateway': 'igw',
  'aws:ec2/natGateway:NatGateway': 'nat',
  'aws:ec2/eip:Eip': 'eipalloc',
  'aws:ec2/vpcEndpoint:VpcEndpoint': 'vpce',
  'aws:ec2/instance:Instance': 'i',
  'aws:ebs/volume:Volume': 'vol',
  'aws:ec2/launchTemplate:LaunchTemplate': 'lt',
  'aws:route53/zone:Zone': 'Z',
};

/** Types whose id is the name that the inputs give. */
const namedByInput: Readonly<Record<string, string>> = {
  'aws:s3/bucket:Bucket': 'bucket',
  'aws:s3/bucketV2:BucketV2': 'bucket',
  'aws:ssm/parameter:Parameter': 'name',
  'aws:cloudwatch/logGroup:LogGroup': 'name',
  'aws:iam/role:Role': 'name',
  'aws:autoscaling/group:Group': 'name',
};

function idOf(type: string, name: string, inputs: Properties): string {
  const named = inputs[namedByInput[type] ?? ''];
  if (typeof named === 'string') return named;
  const prefix = idPrefixes[type];
  return prefix === undefined ? name : `${prefix}-${digits(name)}`;
}

function common(region: string, type: string, id: string, name: string): Properties {
  const service = type.split(':')[1]?.split('/')[0] ?? 'aws';
  return {
    arn: `arn:aws:${service}:${region}:${planAccount}:${type.split('/')[1]?.split(':')[0] ?? ''}/${id}`,
    name,
  };
}

function inputName(inputs: Properties): string | undefined {
  return typeof inputs.name === 'string' ? inputs.name : undefined;
}

type Compute = (name: string, inputs: Properties, region: string) => Properties;

const bucket: Compute = (name, inputs, region) => {
  const given = inputs.bucket;
  const bucketName = typeof given === 'string' ? given : name;
  return {
    bucket: bucketName,
    arn: `arn:aws:s3:::${bucketName}`,
    bucketRegionalDomainName: `${bucketName}.s3.${region}.amazonaws.com`,
  };
};

const computed: Readonly<Record<string, Compute>> = {
  'aws:s3/bucket:Bucket': bucket,
  'aws:s3/bucketV2:BucketV2': bucket,
  'aws:iam/role:Role': (name, inputs) => ({
    arn: `arn:aws:iam::${planAccount}:role/${inputName(inputs) ?? name}`,
  }),
  'aws:iam/instanceProfile:InstanceProfile': (name, inputs) => ({
    arn: `arn:aws:iam::${planAccount}:instance-profile/${inputName(inputs) ?? name}`,
  }),
  'aws:kms/key:Key': (name, _inputs, region) => {
    const keyId = digits(name, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
    return { keyId, arn: `arn:aws:kms:${region}:${planAccount}:key/${keyId}` };
  },
  'aws:lb/loadBalancer:LoadBalancer': (name, _inputs, region) => ({
    dnsName: `${name}-${digits(name, 16)}.elb.${region}.amazonaws.com`,
    zoneId: `Z${digits(name, 12).toUpperCase()}`,
  }),
  'aws:ec2/eip:Eip': (name) => ({
    publicIp: `198.51.100.${Number.parseInt(digits(name, 2), 16)}`,
    allocationId: `eipalloc-${digits(name)}`,
  }),
  'aws:ec2/vpc:Vpc': (name) => ({
    defaultSecurityGroupId: `sg-${digits(`${name} default`)}`,
    defaultNetworkAclId: `acl-${digits(`${name} default`)}`,
    defaultRouteTableId: `rtb-${digits(`${name} default`)}`,
  }),
  'aws:route53/zone:Zone': (name) => ({ zoneId: `Z${digits(name, 13).toUpperCase()}` }),
  'aws:ec2/launchTemplate:LaunchTemplate': () => ({ latestVersion: 1, defaultVersion: 1 }),
  'aws:ec2/vpcEndpoint:VpcEndpoint': (name) => ({ prefixListId: `pl-${digits(name, 8)}` }),
};

const invokes: Readonly<Record<string, (inputs: Properties, region: string) => Properties>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': () => ({
    accountId: planAccount,
    arn: `arn:aws:iam::${planAccount}:root`,
    id: planAccount,
    userId: planAccount,
  }),
  'aws:index/getPartition:getPartition': () => ({
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    id: 'aws',
    reverseDnsPrefix: 'com.amazonaws',
  }),
  'aws:index/getRegion:getRegion': (_inputs, region) => ({ region, name: region, id: region }),
  'aws:ec2/getAmi:getAmi': (inputs) => ({
    ...inputs,
    id: `ami-${digits(JSON.stringify(inputs))}`,
    imageId: `ami-${digits(JSON.stringify(inputs))}`,
    rootDeviceName: '/dev/xvda',
  }),
  // A cluster that was never formed: its bucket is empty.
  'aws:s3/getObjects:getObjects': (inputs) => ({ ...inputs, keys: [] }),
  'aws:ec2/getPrefixList:getPrefixList': (inputs) => ({
    ...inputs,
    id: `pl-${digits(JSON.stringify(inputs), 8)}`,
    cidrBlocks: [],
  }),
  'aws:ec2/getManagedPrefixList:getManagedPrefixList': (inputs) => ({
    ...inputs,
    id: `pl-${digits(JSON.stringify(inputs), 8)}`,
    entries: [],
  }),
};
