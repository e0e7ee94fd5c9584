import type { RecordedResource } from '../cluster/mocks';
import { mockAccount } from '../cluster/mocks';
import { evaluate, type IamDecision, type IamPrincipal } from './iam-evaluator';

const region = 'eu-central-1';
const vpc = 'vpc-of-the-cluster';

/** An account that has nothing to do with the cluster's but its users. */
export const foreignAccount = '444455556666';

/** Someone who calls, with all that IAM knows about the call. */
export interface PolicyCaller {
  readonly principal: IamPrincipal;
  /** Identity policies as JSON. */
  readonly identity: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  /** Endpoints of the VPC that the calls take; `none` for the way over the internet. */
  readonly endpoints: 'nodes' | 'isolated' | 'none';
}

/** A call of the table. */
export interface PolicyCall {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** The policies of a recorded cluster, by what they are attached to. */
export class PolicyWorld {
  private readonly roles: ReadonlyMap<string, string>;
  private readonly endpoints: ReadonlyMap<string, string>;
  private readonly buckets: ReadonlyMap<string, string>;
  private readonly keys: ReadonlyMap<string, string>;

  constructor(resources: readonly RecordedResource[]) {
    const byName = (type: string, key: (resource: RecordedResource) => string, input = 'policy') =>
      new Map(
        resources
          .filter((resource) => resource.type.endsWith(`:${type}`))
          .map((resource) => [key(resource), String(resource.inputs[input])]),
      );
    this.roles = byName('RolePolicy', ({ inputs }) => String(inputs.role));
    this.endpoints = byName('VpcEndpoint', ({ name }) => name.replace(/^prod-(endpoints-)?/, ''));
    this.buckets = byName('BucketPolicy', ({ inputs }) => String(inputs.bucket));
    this.keys = byName('Key', ({ computed }) => String(computed.arn));
  }

  /** A machine by its role: at home, or its credentials in other hands. */
  machine(role: string, where: 'home' | 'internet' | 'other-machine' | 'other-vpc'): PolicyCaller {
    const ip = '10.0.96.7';
    const network = {
      home: { 'aws:SourceVpc': vpc, 'aws:VpcSourceIp': ip },
      internet: { 'aws:SourceIp': '192.0.2.1' },
      'other-machine': { 'aws:SourceVpc': vpc, 'aws:VpcSourceIp': '10.0.96.8' },
      'other-vpc': { 'aws:SourceVpc': 'vpc-other', 'aws:VpcSourceIp': ip },
    }[where];
    return {
      ...ofAccount(`role/${role}`, this.rolePolicy(role)),
      context: {
        ...principalKeys(`role/${role}`, mockAccount),
        ...network,
        'aws:ViaAWSService': 'false',
        'aws:Ec2InstanceSourceVpc': vpc,
        'aws:Ec2InstanceSourcePrivateIPv4': ip,
        'ec2:SourceInstanceARN': `arn:aws:ec2:${region}:${mockAccount}:instance/i-1`,
      },
      endpoints:
        where === 'home' || where === 'other-machine'
          ? role.includes('-etcd-')
            ? 'isolated'
            : 'nodes'
          : 'none',
    };
  }

  /** What AWS does in a machine's name, such as the decryption of a parameter that it asked for. */
  forwarded(caller: PolicyCaller, service: string): PolicyCaller {
    const context = Object.fromEntries(
      Object.entries(caller.context).filter(([key]) => !/^aws:(SourceVpc|VpcSourceIp)$/.test(key)),
    );
    return {
      ...caller,
      context: {
        ...context,
        'aws:ViaAWSService': 'true',
        'aws:CalledVia': `${service}.amazonaws.com`,
      },
      endpoints: 'none',
    };
  }

  /** A pod with the credentials of a role, which a policy lets do anything. */
  pod(account = mockAccount): PolicyCaller {
    return {
      principal: { kind: 'aws', arn: `arn:aws:iam::${account}:role/shop`, account },
      identity: [anything],
      context: { ...principalKeys('role/shop', account), 'aws:SourceVpc': vpc },
      endpoints: 'nodes',
    };
  }

  /** A principal that calls from outside, with the policies given. */
  outside(name: string, policy: string, account = mockAccount): PolicyCaller {
    return {
      principal: { kind: 'aws', arn: `arn:aws:iam::${account}:${name}`, account },
      identity: [policy],
      context: { ...principalKeys(name, account), 'aws:SourceIp': '192.0.2.1' },
      endpoints: 'none',
    };
  }

  /** Someone whose call nobody signed. */
  unsigned(kind: 'anonymous' | 'federated' = 'anonymous'): PolicyCaller {
    return {
      principal: kind === 'anonymous' ? { kind } : { kind, name: 'issuer' },
      identity: [],
      context: { 'aws:SourceVpc': vpc },
      endpoints: 'nodes',
    };
  }

  /** A pod that hands in a token of the issuer: its address without `https://`. */
  webIdentity(issuer: string): PolicyCaller {
    return {
      ...this.unsigned('federated'),
      principal: {
        kind: 'federated',
        name: `arn:aws:iam::${mockAccount}:oidc-provider/${issuer}`,
      },
    };
  }

  /** A service of AWS. */
  service(name: string, context: Readonly<Record<string, string>>): PolicyCaller {
    return { principal: { kind: 'service', name }, identity: [], context, endpoints: 'none' };
  }

  /** What IAM says to a call. Resources of no account in their ARN are the cluster's, unless told. */
  decide(caller: PolicyCaller, call: PolicyCall, resourcePolicy?: string): IamDecision {
    const { action, resource } = call;
    const service = action.split(':')[0] ?? '';
    const resourceAccount = /:(\d{12}):/.exec(resource)?.[1] ?? accountOfBucket(resource);
    const policy = resourcePolicy ?? this.policyOf(resource);
    return evaluate(
      {
        identity: caller.identity,
        ...(caller.endpoints === 'none' ? {} : this.endpointOf(service, caller.endpoints)),
        ...(policy === undefined ? {} : { resource: policy }),
      },
      {
        principal: caller.principal,
        action,
        resource,
        resourceAccount,
        context: {
          'aws:SecureTransport': 'true',
          's3:TlsVersion': '1.3',
          'aws:ResourceAccount': resourceAccount,
          ...(service === 'kms' ? { 'kms:CallerAccount': accountOf(caller) } : {}),
          ...caller.context,
          ...call.context,
        },
      },
    );
  }

  private rolePolicy(role: string): string {
    const policy = this.roles.get(role);
    if (policy === undefined) throw new Error(`no role ${role}`);
    return policy;
  }

  /** Services without an endpoint are reached over the internet. */
  private endpointOf(service: string, way: 'nodes' | 'isolated'): { readonly endpoint?: string } {
    const policy = this.endpoints.get(service === 's3' ? `s3-${way}` : service);
    return policy === undefined ? {} : { endpoint: policy };
  }

  private policyOf(resource: string): string | undefined {
    const bucket = /^arn:aws:s3:::([^/]+)/.exec(resource)?.[1];
    return bucket === undefined ? this.keys.get(resource) : this.buckets.get(bucket);
  }
}

const anything = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });

const accountOfBucket = (resource: string) =>
  /^arn:aws:s3:::(prod-(cluster|etcd|access-logs)|shop-)/.test(resource) || resource === '*'
    ? mockAccount
    : foreignAccount;

const accountOf = ({ principal }: PolicyCaller) =>
  principal.kind === 'aws' ? principal.account : '';

const principalKeys = (name: string, account: string) => ({
  'aws:PrincipalAccount': account,
  'aws:PrincipalArn': `arn:aws:iam::${account}:${name}`,
});

const ofAccount = (name: string, policy: string) => ({
  principal: {
    kind: 'aws',
    arn: `arn:aws:iam::${mockAccount}:${name}`,
    account: mockAccount,
  } as const,
  identity: [policy],
});
