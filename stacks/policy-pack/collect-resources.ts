import type { PolicyResource } from '@pulumi/policy';
import type { ResourceFact } from '../../lib/conformance/facts';
import { isMapping, textAt, type Mapping } from '../../lib/conformance/readers/values';

/**
 * Facts about the AWS resources of a stack, from what a policy pack is shown of them.
 *
 * In a preview the ids of new resources are not known. The engine still tells which resource an
 * input depends on: its URN then stands in for the id. Anything else that is not known yet is left
 * out, so that what a check requires counts as not set.
 */
export function collectResources(resources: readonly PolicyResource[]): readonly ResourceFact[] {
  return resources.filter(({ type }) => type.startsWith('aws:')).map(collectResource);
}

function collectResource(resource: PolicyResource): ResourceFact {
  const { urn, type, name, opts, parent } = resource;
  const inputs = readInputs(resource);
  const [id, arn] = [textAt(inputs, 'id'), textAt(inputs, 'arn')];
  return {
    urn,
    type,
    name,
    inputs,
    ...(id === undefined ? {} : { id }),
    ...(arn === undefined ? {} : { arn }),
    ...(parent ? { parent: parent.urn } : {}),
    ...(opts.protect ? { protect: true } : {}),
  };
}

/** What machines and objects hold: no fact about a resource, long, and a secret at times. */
const contents = new Set([
  'value',
  'userData',
  'userDataBase64',
  'content',
  'contentBase64',
  'source',
]);

/** Keys whose text names another resource. */
const references =
  /(Ids?|Arns?|Identifiers)$|^(arn|id|role|bucket|instance|subnets|securityGroups|vpcSecurityGroupIds|iamInstanceProfile)$/;

function readInputs({ props, propertyDependencies }: PolicyResource): Mapping {
  return readMapping(props, (key) => ({
    path: key,
    targets: propertyDependencies[key] ?? [],
  }));
}

/** Where a value lies, and which resources it may stand for when it is not known. */
interface Location {
  readonly path: string;
  readonly targets: readonly PolicyResource[];
}

function readMapping(mapping: Mapping, locationOf: (key: string) => Location): Mapping {
  return Object.fromEntries(
    Object.keys(mapping).flatMap((key) => {
      if (contents.has(key)) return [];
      const location = locationOf(key);
      const found = read(mapping, key);
      if (found.known) return [[key, readValue(found.value, location)]];
      const urns = references.test(key) ? candidates(location) : [];
      return urns.length === 0 ? [] : [[key, urns.length === 1 ? urns[0] : urns]];
    }),
  );
}

function readValue(value: unknown, { path, targets }: Location): unknown {
  if (Array.isArray(value)) return readList(value, { path, targets });
  if (!isMapping(value)) return value;
  return readMapping(value, (key) => ({ path: `${path}.${key}`, targets }));
}

/** Of several that are not known, each stands for another resource. */
function readList(list: readonly unknown[], location: Location): readonly unknown[] {
  const urns = references.test(location.path.split('.').at(-1) ?? '') ? candidates(location) : [];
  let next = 0;
  return [...list.keys()].flatMap((index) => {
    const found = read(list, index);
    if (found.known) return [readValue(found.value, location)];
    const urn = urns[next++];
    return urn === undefined ? [] : [urn];
  });
}

/** Those whose kind the path names (`securityGroupId`), else all that it depends on. */
function candidates({ path, targets }: Location): readonly string[] {
  const words = path.toLowerCase().replace('vpczoneidentifiers', 'subnets');
  const named = targets.filter(({ type }) =>
    words.includes((type.split(':').at(-1) ?? type).toLowerCase()),
  );
  return (named.length > 0 ? named : targets).map(({ urn }) => urn);
}

type Read = { readonly known: true; readonly value: unknown } | { readonly known: false };

/** The SDK throws on access to a value that is not known yet, and on nothing else. */
function read(holder: Mapping | readonly unknown[], key: string | number): Read {
  try {
    return { known: true, value: (holder as Readonly<Record<string | number, unknown>>)[key] };
  } catch {
    return { known: false };
  }
}
