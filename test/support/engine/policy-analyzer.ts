import type { StackValidationPolicy } from '@pulumi/policy';
import { isUnknown, runtime } from '@pulumi/pulumi';
import {
  AnalyzerPropertyDependencies,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  EnforcementLevel,
  type AnalyzeResponse,
} from '@pulumi/pulumi/proto/analyzer_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import type { RecordedResource } from '../cluster/mocks';

/** What a pack says of a stack. */
export interface PackAnswer {
  /** `<enforcement level> <policy>: <message>`, in the order of the policies. */
  readonly violations: readonly string[];
  /** Reasons by policy. */
  readonly notApplicable: Readonly<Record<string, string>>;
}

/** The part of the SDK that serves the engine's question about a whole stack. */
interface PolicyServer {
  readonly makeAnalyzeStackRpcFun: (
    pack: string,
    version: string,
    level: string,
    policies: readonly StackValidationPolicy[],
  ) => (
    call: { readonly request: AnalyzeStackRequest },
    callback: (error: Error | null, response: AnalyzeResponse) => void,
  ) => Promise<void>;
}

/** Asks the policy SDK about recorded resources, over the messages that the engine sends. */
export async function analyzeStack(
  policies: readonly StackValidationPolicy[],
  resources: readonly RecordedResource[],
): Promise<PackAnswer> {
  // The SDK has no types for it.
  const module: unknown = await import('@pulumi/policy/server.js');
  const server = module as PolicyServer;
  const request = new AnalyzeStackRequest();
  request.setResourcesList(resources.map(messageOf));
  const serve = server.makeAnalyzeStackRpcFun('pack', '1.0.0', 'advisory', policies);
  const response = await new Promise<AnalyzeResponse>((done, fail) => {
    void serve({ request }, (error, answer) => {
      if (error) fail(error);
      else done(answer);
    });
  });
  return {
    violations: response
      .getDiagnosticsList()
      .map(
        (each) =>
          `${levelOf(each.getEnforcementlevel())} ${each.getPolicyname()}: ${each.getMessage()}`,
      ),
    notApplicable: Object.fromEntries(
      response.getNotApplicableList().map((each) => [each.getPolicyName(), each.getReason()]),
    ),
  };
}

function messageOf(resource: RecordedResource): AnalyzerResource {
  const message = new AnalyzerResource();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(resource.name);
  // As JSON: assets and undefined values do not reach the engine's question.
  const properties: unknown = JSON.parse(
    JSON.stringify({ ...resource.inputs, ...resource.computed }, (_key, value: unknown) =>
      isUnknown(value) ? runtime.unknownValue : value,
    ),
  );
  message.setProperties(Struct.fromJavaScript(properties as never));
  const options = new AnalyzerResourceOptions();
  options.setProtect(resource.protect);
  options.setCustomtimeouts(new AnalyzerResourceOptions.CustomTimeouts());
  message.setOptions(options);
  for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
    const dependencies = new AnalyzerPropertyDependencies();
    dependencies.setUrnsList([...urns]);
    message.getPropertydependenciesMap().set(key, dependencies);
  }
  return message;
}

const levelOf = (level: EnforcementLevel) =>
  level === EnforcementLevel.MANDATORY ? 'mandatory' : 'advisory';
