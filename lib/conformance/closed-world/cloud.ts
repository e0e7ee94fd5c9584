import type { Facts, ResourceFact } from '../facts';
import { parseCidr } from '../../blueprint/ipv4';
import { memoize } from '../readers/memoize';
import { isMapping, mappingsAt } from '../readers/values';
import { blocks, readCloud, references, resolve, resourcesOfKind } from '../readers/cloud';
import computedOutputs from './computed-outputs.json';
import { knownInputs } from './known-inputs';

/** Types that carry neither traffic nor rights. */
const inert =
  /^(aws:(cloudwatch|sns|backup|budgets|cloudtrail|guardduty|securityhub)\/|tls:|random:|pulumi:|hardened-cluster:)/;

/** Resources and arguments that no reader understands. */
export const unreadResources = memoize((facts: Facts): readonly string[] => [
  ...(facts.resources ?? []).flatMap((resource) => unreadResource(resource)),
  ...unreadValues(facts),
]);

function unreadResource({ type, name, inputs }: ResourceFact): string[] {
  if (inert.test(type)) return [];
  if (!(type in knownInputs)) return [`${name}: no reader understands ${type}`];
  const known = knownInputs[type];
  if (known === undefined) return [];
  const computed = [
    ...identity,
    ...((computedOutputs as Readonly<Record<string, readonly string[]>>)[type] ?? []),
  ];
  return Object.keys(inputs)
    .filter((key) => !known.includes(key) && !computed.includes(key) && !isUnset(inputs[key]))
    .map((key) => `${name}: no reader understands ${key} of ${type}`);
}

/** Which resource it is, on every type; some let it be given. */
const identity = ['id', 'arn', 'region'];

/** How the state of a stack shows an argument that was not given; `false` and 0 may be given. */
function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const interfaceKeys = new Set([
  'associatePublicIpAddress',
  'deleteOnTermination',
  'deviceIndex',
  'securityGroups',
  'subnetId',
  'networkInterfaceId',
  'description',
  'networkCardIndex',
]);

/** Arguments of arguments, and sources that cannot be looked into. */
function unreadValues(facts: Facts): string[] {
  const cloud = readCloud(facts);
  if (!cloud) return [];
  const all = (...kinds: string[]) => resourcesOfKind(cloud, ...kinds);
  const vpcs = new Set(all('SecurityGroup').flatMap(({ inputs }) => references(inputs, 'vpcId')));
  return [
    ...all('Instance', 'LaunchTemplate').flatMap(({ name, inputs }) =>
      blocks(inputs, 'networkInterfaces').flatMap((block) =>
        Object.keys(block)
          .filter((key) => !interfaceKeys.has(key) && block[key] !== undefined)
          .map((key) => `${name}: no reader understands networkInterfaces.${key}`),
      ),
    ),
    ...all(
      'SecurityGroupIngressRule',
      'SecurityGroupRule',
      'SecurityGroup',
      'DefaultSecurityGroup',
    ).flatMap(({ name, inputs }) =>
      [inputs, ...blocks(inputs, 'ingress')].flatMap((rule) =>
        ['prefixListId', 'prefixListIds']
          .flatMap((key) => references(rule, key))
          .map((list) => `${name}: what prefix list ${list} holds is not among the facts`),
      ),
    ),
    ...all('Subnet').flatMap(({ name, inputs }) =>
      typeof inputs.cidrBlock === 'string' && parseCidr(inputs.cidrBlock) === undefined
        ? [`${name}: cidrBlock ${inputs.cidrBlock} is not understood`]
        : [],
    ),
    ...all('ZoneAssociation').flatMap(({ name, inputs }) =>
      references(inputs, 'vpcId').some((id) => vpcs.has(id))
        ? []
        : [`${name}: opens a zone to a VPC that is not the cluster's`],
    ),
    ...all('Group').flatMap(({ name, inputs }) =>
      blocks(inputs, 'targetGroupArns').map(() => `${name}: targetGroupArns is not understood`),
    ),
    ...all('Eip', 'EipAssociation').flatMap(({ name, inputs }) =>
      ['networkInterface', 'networkInterfaceId'].flatMap((key) =>
        references(inputs, key).map((id) => `${name}: whose interface ${id} is, is not known`),
      ),
    ),
    ...all('SecurityGroupEgressRule', 'SecurityGroupIngressRule', 'SecurityGroupRule').flatMap(
      ({ name, inputs }) =>
        references(inputs, 'securityGroupId')
          .filter(
            (id) =>
              resolve(cloud, id) === undefined ||
              all('DefaultSecurityGroup').some((each) => [each.urn, each.id].includes(id)),
          )
          .map((id) => `${name}: a rule of the group ${id}, which is a default group or not known`),
    ),
    ...all('Role').flatMap((role) => trustProblems(role)),
    ...all('RolePolicy', 'Policy').flatMap(({ name, inputs }) =>
      policyProblems(name, inputs.policy),
    ),
    ...all('RolePolicyAttachment').flatMap(({ name, inputs }) => {
      const arn = references(inputs, 'policyArn')[0] ?? '';
      return resolve(cloud, arn)
        ? []
        : [`${name}: what the policy ${arn} allows is not among the facts`];
    }),
  ];
}

const statementKeys = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

function policyProblems(name: string, policy: unknown): string[] {
  return statements(policy).flatMap((statement) =>
    Object.keys(statement)
      .filter((key) => !statementKeys.has(key))
      .map((key) => `${name}: ${key} in a statement is not understood`),
  );
}

/** Machines are trusted through EC2, delivery through its service, pods through the issuer. */
function trustProblems({ name, inputs }: ResourceFact): string[] {
  const found = statements(inputs.assumeRolePolicy);
  if (found.length === 0) return [`${name}: its trust policy is not understood`];
  return found.flatMap((statement) => {
    if (statement.Effect !== 'Allow') return [];
    const principal = statement.Principal;
    const conditioned =
      isMapping(statement.Condition) && Object.keys(statement.Condition).length > 0;
    const rows = isMapping(principal)
      ? Object.entries(principal)
      : [['*', String(principal)] as const];
    return rows.flatMap(([kind, value]) => {
      const values = Array.isArray(value) ? value.map(String) : [String(value)];
      const fine =
        'NotPrincipal' in statement
          ? false
          : kind === 'Service'
            ? values.every((service) =>
                /^(ec2|vpc-flow-logs)\.amazonaws\.com(\.cn)?$/.test(service),
              )
            : kind === 'Federated' && conditioned;
      return fine ? [] : [`${name}: trusts ${kind} ${values.join(', ')}`];
    });
  });
}

function statements(policy: unknown): readonly Readonly<Record<string, unknown>>[] {
  let document: unknown = policy;
  if (typeof policy === 'string') {
    try {
      document = JSON.parse(policy);
    } catch {
      return [{ unreadable: policy.slice(0, 40) }];
    }
  }
  if (!isMapping(document)) return [];
  const statement = document.Statement;
  return isMapping(statement) ? [statement] : mappingsAt(document, 'Statement');
}
