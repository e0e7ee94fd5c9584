import type { WireProperties } from './fake-provider-values';
import type { World, WorldEvent } from './fake-provider-world';

/**
 * What AWS refuses, though the inputs have the form that they should have: names that are taken,
 * policies that IAM calls malformed, a NAT gateway before its internet gateway, and the deletion of
 * what is protected or in use.
 */

/** Inputs that may be used once in an account and region, or, for buckets, in the world. */
const uniqueInputs: Readonly<Record<string, string>> = {
  'aws:cloudwatch/logGroup:LogGroup': 'name',
  'aws:iam/instanceProfile:InstanceProfile': 'name',
  'aws:iam/role:Role': 'name',
  'aws:kms/alias:Alias': 'name',
  'aws:lb/loadBalancer:LoadBalancer': 'name',
  'aws:lb/targetGroup:TargetGroup': 'name',
  'aws:s3/bucket:Bucket': 'bucket',
  'aws:ssm/document:Document': 'name',
  'aws:ssm/parameter:Parameter': 'name',
};

/** Types that are not deleted while another resource names them. */
const keptWhileUsed = /:(TargetGroup|SecurityGroup|Subnet|Vpc|InternetGateway)$/;

/** The name that a resource takes; undefined for those that share nothing. */
export function nameTaken(type: string, inputs: WireProperties): string | undefined {
  const value = inputs[uniqueInputs[type] ?? ''];
  return typeof value === 'string' ? `${type} ${value}` : undefined;
}

/** Why a resource is not made; undefined when it is. */
export function whyNotMade(type: string, inputs: WireProperties, world: World): string | undefined {
  const alive = world.alive();
  const taken = nameTaken(type, inputs);
  if (taken !== undefined && alive.some((event) => event.taken === taken)) {
    return `${taken}: AlreadyExists`;
  }
  if (
    type === 'aws:ec2/natGateway:NatGateway' &&
    !alive.some((event) => event.type === 'aws:ec2/internetGateway:InternetGateway')
  ) {
    return 'Gateway.NotAttached: the VPC has no internet gateway';
  }
  return Object.entries(inputs).flatMap(([key, value]) => malformed(key, value))[0];
}

/** Why a resource is not deleted; undefined when it is. */
export function whyNotDeleted(
  type: string,
  id: string,
  props: WireProperties,
  world: World,
): string | undefined {
  if (props.enableDeletionProtection === true) {
    return 'OperationNotPermitted: deletion protection is on';
  }
  if (!keptWhileUsed.test(type)) return undefined;
  const names = [id, props.arn].filter((name) => typeof name === 'string');
  const user = world
    .alive()
    .find((event) => event.id !== id && names.some((name) => event.uses?.includes(name)));
  return user ? `DependencyViolation: ${user.type} ${user.name} uses ${id}` : undefined;
}

/** An ARN, or an id that the fake gave; nothing that could be a secret. */
const reference = /^(arn:[\w:/.-]+|[\w.-]+-[0-9a-f]{8})$/;

/** Every id and ARN that inputs name. */
export function usesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return reference.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(usesOf);
}

const policyInputs: Readonly<Record<string, number>> = {
  assumeRolePolicy: 2_048,
  policy: 20_480,
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
function malformed(key: string, value: unknown): string[] {
  const longest = policyInputs[key];
  if (longest === undefined || typeof value !== 'string') return [];
  const { Statement: statements } = JSON.parse(value) as {
    readonly Statement: readonly Readonly<Record<string, unknown>>[];
  };
  const sids = statements.map(({ Sid }) => Sid);
  const empty = (item: unknown) => Array.isArray(item) && item.length === 0;
  const wrong =
    statements.length === 0 ||
    new Set(sids).size !== sids.length ||
    sids.some((sid) => !/^[A-Za-z0-9]+$/.test(String(sid))) ||
    statements.some(
      (statement) =>
        empty(statement.Action) ||
        empty(statement.Resource) ||
        (key === 'policy' && statement.Resource === undefined),
    );
  if (wrong) return ['MalformedPolicyDocument'];
  return value.length > longest ? [`LimitExceeded: ${key} of ${value.length} characters`] : [];
}

/** The events of what is there, by what was created and not deleted. */
export function aliveOf(events: readonly WorldEvent[]): readonly WorldEvent[] {
  const alive = new Map<string, WorldEvent>();
  for (const event of events) {
    const key = `${event.type} ${event.id}`;
    if (event.operation === 'create') alive.set(key, event);
    if (event.operation === 'update') {
      const made = alive.get(key);
      if (made) alive.set(key, { ...made, uses: event.uses ?? [] });
    }
    if (event.operation === 'delete') alive.delete(key);
  }
  return [...alive.values()];
}
