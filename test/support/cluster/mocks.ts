import { createHash, generateKeyPairSync } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import { InvokeResponse } from '@pulumi/pulumi/proto/provider_pb';
import type {
  ReadResourceRequest,
  RegisterResourceRequest,
  ResourceInvokeRequest,
} from '@pulumi/pulumi/proto/resource_pb';
import { ReadResourceResponse, RegisterResourceResponse } from '@pulumi/pulumi/proto/resource_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';

export type Properties = Readonly<Record<string, unknown>>;

/** A resource as the program registered it. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly custom: boolean;
  /** Provider that the program names for it, `urn::id`; empty for the default one. */
  readonly provider: string;
  /** Secrets unwrapped, unknown values as `pulumi.unknownValue`. */
  readonly inputs: Properties;
  /** Keys of the inputs that hold a secret somewhere. */
  readonly secretInputs: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  /** Inputs that keep the value of the first time. */
  readonly ignoreChanges: readonly string[];
  /** Names of the resources that this one waits for. */
  readonly dependsOn: readonly string[];
  /** URNs of the same. */
  readonly dependencies: readonly string[];
  /** URNs of the resources that an input comes from, by the input's key. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** What the provider added to the inputs: an id, an ARN and so on; empty in a preview. */
  readonly computed: Properties;
}

/** What a run left behind. */
export interface RecordedRun {
  /** In the order of their registration, without the stack. */
  readonly resources: readonly RecordedResource[];
  /** Outputs of the stack, secrets still wrapped. */
  readonly outputs: Properties;
  /** Private keys that the run generated. */
  readonly privateKeys: readonly string[];
}

export interface RunOptions {
  /** Whether computed values stay unknown, as `pulumi preview` has them. @default false */
  readonly preview?: boolean;
  /** Outputs of the stacks that the program refers to. */
  readonly stackOutputs?: Readonly<Record<string, string>>;
  /** Called with each resource when it is registered. */
  readonly seen?: (resource: RecordedResource) => void;
  /** Data sources answered in another way. */
  readonly invokes?: Readonly<
    Record<string, (inputs: Properties) => Properties | Promise<Properties>>
  >;
}

export const mockAccount = '123456789012';

type Callback<T> = (error: Error | null, response?: T) => void;

/** Runs a program against a recording monitor: no engine, no provider. */
export async function recordRun(
  program: () => Record<string, unknown>,
  options: RunOptions = {},
): Promise<RecordedRun> {
  const monitor = new RecordingMonitor(options);
  pulumi.runtime.setMockOptions(monitor, 'test', 'stack', options.preview === true);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
    await pulumi.runtime.disconnect();
  } finally {
    Error.stackTraceLimit = limit;
  }
  return {
    resources: monitor.resources.filter(({ type }) => type !== stackType),
    outputs: monitor.outputs,
    privateKeys: monitor.privateKeys,
  };
}

const stackType = 'pulumi:pulumi:Stack';

class RecordingMonitor {
  readonly resources: RecordedResource[] = [];
  readonly privateKeys: string[] = [];
  outputs: Properties = {};
  private readonly names = new Map<string, string>();

  constructor(private readonly options: RunOptions) {}

  supportsFeature(request: { getId(): string }, callback: Callback<object>): void {
    const has = request.getId() !== 'outputValues';
    callback(null, { getHassupport: () => has });
  }

  registerResource(
    request: RegisterResourceRequest,
    callback: Callback<RegisterResourceResponse>,
  ): void {
    void this.register(request).then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  /** What a stack reference reads. */
  readResource(request: ReadResourceRequest, callback: Callback<ReadResourceResponse>): void {
    const [type, name] = [request.getType(), request.getName()];
    const urn = `urn:pulumi:stack::test::${type}::${name}`;
    this.names.set(urn, name);
    const response = new ReadResourceResponse();
    response.setUrn(urn);
    response.setProperties(
      Struct.fromJavaScript({ name, outputs: { ...this.options.stackOutputs } }),
    );
    callback(null, response);
  }

  invoke(request: ResourceInvokeRequest, callback: Callback<InvokeResponse>): void {
    const token = request.getTok();
    const inputs = unwrapped(
      pulumi.runtime.deserializeProperties(request.getArgs() ?? new Struct()),
    );
    const answer = this.options.invokes?.[token] ?? invokes[token];
    if (!answer) {
      callback(new Error(`no answer for ${token}`));
      return;
    }
    void Promise.resolve(answer(inputs)).then((found) => {
      const response = new InvokeResponse();
      response.setReturn(Struct.fromJavaScript(found as never));
      callback(null, response);
    });
  }

  registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): Struct | undefined },
    callback: Callback<object>,
  ): void {
    const outputs = request.getOutputs();
    if (outputs && request.getUrn().includes(`::${stackType}::`)) {
      this.outputs = pulumi.runtime.deserializeProperties(outputs, true);
    }
    callback(null, {});
  }

  private async register(request: RegisterResourceRequest): Promise<RegisterResourceResponse> {
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    const inputs = pulumi.runtime.deserializeProperties(
      request.getObject() ?? new Struct(),
      true,
    ) as Properties;
    const urn = `urn:pulumi:stack::test::${type}::${name}`;
    if (this.names.has(urn)) throw new Error(`two resources have the name ${urn}`);
    this.names.set(urn, name);
    const plain = unwrapped(inputs);
    const preview = this.options.preview === true || !request.getCustom();
    const id = preview ? '' : idOf(type, name, plain);
    const computed = preview ? {} : this.compute(type, name, plain);
    const resource: RecordedResource = {
      urn,
      type,
      name,
      parent: this.names.get(parent) ?? '',
      custom: request.getCustom(),
      provider: request.getProvider(),
      inputs: plain,
      secretInputs: Object.keys(inputs).filter((key) => holdsSecret(inputs[key])),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      deleteBeforeReplace: request.getDeletebeforereplace(),
      ignoreChanges: request.getIgnorechangesList(),
      dependsOn: request
        .getDependenciesList()
        .map((dependency) => this.names.get(dependency) ?? ''),
      dependencies: request.getDependenciesList(),
      propertyDependencies: Object.fromEntries(
        request
          .getPropertydependenciesMap()
          .toArray()
          .map(([key]) => [
            key,
            request.getPropertydependenciesMap().get(key)?.getUrnsList() ?? [],
          ]),
      ),
      computed: preview ? {} : { id, ...unwrapped(computed) },
    };
    this.resources.push(resource);
    if (type !== stackType) this.options.seen?.(resource);
    const response = new RegisterResourceResponse();
    response.setUrn(urn);
    if (!request.getCustom()) return response;
    response.setId(id);
    const serialized: unknown = await pulumi.runtime.serializeProperties('', {
      ...inputs,
      ...computed,
    });
    response.setObject(Struct.fromJavaScript(serialized as never));
    return response;
  }

  private compute(type: string, name: string, inputs: Properties): Properties {
    const arn = `arn:aws:${type.split(':')[1]?.split('/')[0] ?? ''}:eu-central-1:${mockAccount}:${name}`;
    if (type === 'tls:index/privateKey:PrivateKey') return this.generate();
    return { arn, ...computed[type]?.(name, inputs) };
  }

  private generate(): Properties {
    const pair = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'sec1', format: 'pem' },
    });
    this.privateKeys.push(pair.privateKey);
    return {
      privateKeyPem: asSecret(pair.privateKey),
      publicKeyPem: pair.publicKey,
    };
  }
}

const asSecret = (value: string) => pulumi.secret(value);

/** Types whose ids tests write out; an id means one resource, though others have the same name. */
const shortIds = new Set(['aws:ec2/securityGroup:SecurityGroup', 'aws:ec2/subnet:Subnet']);

function idOf(type: string, name: string, inputs: Properties): string {
  if (type === 'aws:s3/bucket:Bucket') {
    return typeof inputs.bucket === 'string' ? inputs.bucket : `${name}-${mockAccount}`;
  }
  return shortIds.has(type) ? `${name}-id` : `${name}-${type.split(':').at(-1) ?? type}-id`;
}

/** A fake for a certificate: nothing that runs against this monitor looks into one. */
const certificate = (name: string) =>
  `-----BEGIN CERTIFICATE-----\n${createHash('sha256').update(name).digest('base64')}\n-----END CERTIFICATE-----\n`;

const computed: Readonly<Record<string, (name: string, inputs: Properties) => Properties>> = {
  'tls:index/selfSignedCert:SelfSignedCert': (name) => ({ certPem: certificate(name) }),
  'tls:index/locallySignedCert:LocallySignedCert': (name) => ({ certPem: certificate(name) }),
  'tls:index/certRequest:CertRequest': (name) => ({ certRequestPem: certificate(name) }),
  'aws:s3/bucket:Bucket': (name, { bucket }) => ({ bucket: bucket ?? `${name}-${mockAccount}` }),
  'aws:ec2/eip:Eip': (name) => ({ publicIp: '198.51.100.7', allocationId: `${name}-id` }),
  'aws:ec2/launchTemplate:LaunchTemplate': () => ({ latestVersion: 1 }),
  'aws:ec2/placementGroup:PlacementGroup': (name) => ({ placementGroupId: `${name}-id` }),
  'aws:ec2/vpc:Vpc': (name) => ({
    defaultNetworkAclId: `${name}-default-acl-id`,
    defaultRouteTableId: `${name}-default-route-table-id`,
  }),
  'aws:ec2/vpcEndpoint:VpcEndpoint': () => ({ prefixListId: 'pl-s3' }),
  'aws:iam/role:Role': (_name, { name }) => ({
    arn: `arn:aws:iam::${mockAccount}:role/${String(name)}`,
  }),
  'aws:kms/key:Key': (name) => ({
    keyId: `${name}-id`,
    arn: `arn:aws:kms:eu-central-1:${mockAccount}:key/${name}-id`,
  }),
  'aws:lb/loadBalancer:LoadBalancer': (name) => ({
    dnsName: `${name}.elb.eu-central-1.amazonaws.com`,
    zoneId: 'ZELB',
  }),
  'aws:route53/zone:Zone': (name) => ({ zoneId: `${name}-id` }),
};

const invokes: Readonly<Record<string, (inputs: Properties) => Properties>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': () => ({
    accountId: mockAccount,
    arn: `arn:aws:sts::${mockAccount}:assumed-role/deployer/session`,
    id: mockAccount,
    userId: 'AROAEXAMPLE',
  }),
  'aws:index/getRegion:getRegion': () => ({ region: 'eu-central-1' }),
  'aws:ec2/getAmi:getAmi': () => ({ id: 'ami-debian13' }),
  'aws:ec2/getInstance:getInstance': () => ({ launchTime: '2026-11-22T08:00:00Z' }),
  'aws:s3/getObjects:getObjects': () => ({ keys: [] }),
};

function holdsSecret(value: unknown): boolean {
  if (pulumi.runtime.isRpcSecret(value)) return true;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isPlain(value) && Object.values(value).some(holdsSecret);
}

/** A copy with every secret wrapper taken off. */
export function unwrapped(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, unwrap(value)]));
}

function unwrap(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return unwrap(pulumi.runtime.unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(unwrap);
  return isPlain(value) ? unwrapped(value) : value;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
