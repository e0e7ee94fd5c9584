import { setImmediate as settled } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import { InvokeResponse } from '@pulumi/pulumi/proto/provider_pb';
import type {
  ResourceInvokeRequest,
  RegisterResourceRequest,
} from '@pulumi/pulumi/proto/resource_pb';
import {
  RegisterResourceResponse,
  SupportsFeatureResponse,
} from '@pulumi/pulumi/proto/resource_pb';
import { digestOf } from './digest';
import { Struct, Value } from 'google-protobuf/google/protobuf/struct_pb';

/** Properties of a resource, secrets unwrapped. */
export type Properties = Readonly<Record<string, unknown>>;

/** A resource as the program registered it. */
export interface RegisteredResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string | undefined;
  /** Inputs as sent; secrets are still wrapped (`pulumi.runtime.isRpcSecret`). */
  readonly inputs: Properties;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** What the provider computed; empty for a component. */
  readonly computed: Properties;
  /** Id the provider gave; empty for a component. */
  readonly id: string;
}

/** Answers for the providers: what AWS or the TLS provider would compute. */
export interface ProviderSimulation {
  /** Computed id and outputs of a new resource. Inputs come with secrets unwrapped. */
  readonly create: (
    type: string,
    name: string,
    inputs: Properties,
  ) => Promise<{ readonly id: string; readonly computed: Properties }>;
  /** Result of a data source. */
  readonly invoke: (token: string, inputs: Properties) => Properties;
}

type Callback<T> = (error: Error | null, response: T | undefined) => void;

/**
 * A resource monitor inside this process: the Pulumi SDK talks to it as it would to the engine.
 *
 * Requests are served one at a time in the order they come, so that a program always registers its
 * resources in the same order.
 */
export class PlanMonitor {
  readonly resources: RegisteredResource[] = [];
  readonly outputs = new Map<string, Properties>();
  private readonly urns = new Set<string>();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly project: string,
    private readonly stack: string,
    private readonly providers: ProviderSimulation,
  ) {}

  supportsFeature(request: { getId(): string }, callback: Callback<SupportsFeatureResponse>): void {
    const response = new SupportsFeatureResponse();
    response.setHassupport(supportedFeatures.has(request.getId()));
    callback(null, response);
  }

  registerResource(
    request: RegisterResourceRequest,
    callback: Callback<RegisterResourceResponse>,
  ): void {
    this.enqueue(callback, async () => {
      const index = this.resources.length;
      const resource = this.read(request);
      this.resources.push(resource);
      const response = new RegisterResourceResponse();
      response.setUrn(resource.urn);
      if (!request.getCustom()) return response;
      const { id, computed } = await this.providers.create(
        resource.type,
        resource.name,
        unwrapSecrets(resource.inputs),
      );
      this.resources[index] = { ...resource, id, computed };
      response.setId(id);
      // The inputs as they came; to serialize them again takes as long as all else here.
      const outputs = request.getObject() ?? new Struct();
      const fields = outputs.getFieldsMap();
      // No program reads the content of an object back, and hundreds of pools have as many bundles.
      fields.del('contentBase64');
      for (const [key, value] of Object.entries(computed)) fields.set(key, valueOf(value));
      response.setObject(outputs);
      return response;
    });
  }

  invoke(request: ResourceInvokeRequest, callback: Callback<InvokeResponse>): void {
    this.enqueue(callback, () => {
      const inputs = unwrapSecrets(propertiesOf(request.getArgs()));
      const response = new InvokeResponse();
      const answer = this.providers.invoke(request.getTok(), inputs);
      response.setReturn(valueOf(answer).getStructValue());
      return response;
    });
  }

  registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): Struct | undefined },
    callback: Callback<object>,
  ): void {
    const outputs = request.getOutputs();
    if (outputs) this.outputs.set(request.getUrn(), propertiesOf(outputs));
    callback(null, {});
  }

  private read(request: RegisterResourceRequest): RegisteredResource {
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    const resource: RegisteredResource = {
      urn: this.urnOf(type, name, parent),
      type,
      name,
      parent: parent === '' ? undefined : parent,
      inputs: withoutContent(propertiesOf(request.getObject())),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      id: '',
      computed: {},
    };
    if (this.urns.has(resource.urn)) {
      throw new Error(`two resources have the name ${resource.urn}`);
    }
    this.urns.add(resource.urn);
    return resource;
  }

  /** As the engine builds it: the types of all ancestors but the stack, then name. */
  private urnOf(type: string, name: string, parent: string): string {
    const ancestors = parent.split('::')[2] ?? '';
    const qualified = ancestors === '' || ancestors === stackType ? type : `${ancestors}$${type}`;
    return `urn:pulumi:${this.stack}::${this.project}::${qualified}::${name}`;
  }

  private enqueue<T>(callback: Callback<T>, work: () => T | Promise<T>): void {
    this.queue = this.queue.then(async () => {
      try {
        callback(null, await work());
      } catch (error) {
        // The SDK shows `details`, as gRPC errors have them, and nothing else.
        const failure = error instanceof Error ? error : new Error(String(error));
        callback(Object.assign(failure, { details: failure.message }), undefined);
      }
      // What waited for this answer asks its own questions before the next one is worked on;
      // otherwise the order would depend on how long a key takes to make.
      await settled();
    });
  }
}

const stackType = 'pulumi:pulumi:Stack';

/** What the SDK may ask for; "outputValues" would leave Outputs among the inputs. */
const supportedFeatures: ReadonlySet<string> = new Set([
  'secrets',
  'resourceReferences',
  'deletedWith',
  'aliasSpecs',
]);

function propertiesOf(struct: Struct | undefined): Properties {
  return pulumi.runtime.deserializeProperties(struct ?? new Struct());
}

/** The content of an object as its digest: bundles of hundreds of pools are not kept. */
function withoutContent(inputs: Properties): Properties {
  const { contentBase64 } = inputs;
  return typeof contentBase64 === 'string'
    ? { ...inputs, contentBase64: digestOf(contentBase64) }
    : inputs;
}

/** What a fake computes is plain: no output, resource or secret is in it. */
function valueOf(computed: unknown): Value {
  return Value.fromJavaScript(computed as Parameters<typeof Value.fromJavaScript>[0]);
}

/** A copy with every secret wrapper taken off. */
export function unwrapSecrets(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, unwrap(value)]));
}

function unwrap(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return unwrap(pulumi.runtime.unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(unwrap);
  return isPlainObject(value) ? unwrapSecrets(value) : value;
}

/** Whether a value is a bare object, and not an asset or a resource. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
