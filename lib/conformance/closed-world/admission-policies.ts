import { createHash } from 'node:crypto';
import type { Facts, ManifestFact } from '../facts';
import { memoize } from '../readers/memoize';
import { isMapping, textAt, textsAt, valueAt } from '../readers/values';
import knownPolicies from './known-policies.json';

const known: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = knownPolicies;

const suffix = String.raw`\(\?:/\[a-z0-9\]\+\(\?:\(\?:\[\.\]\|__\?\|-\+\)\[a-z0-9\]\+\)\*\)[*+](\(\?::\[A-Za-z0-9_\]\[A-Za-z0-9_\.-\]\{0,127\}\)\?)?(\(\?:@sha256:\[a-f0-9\]\{64\}\)\??)?\$`;
/** One registry, or one path of it, written out: a dot at least, and nothing that stands for anything. */
const registry = new RegExp(
  String.raw`i\.matches\('\^[a-z0-9-]+(\\\\\.[a-z0-9-]+)+(:\d+)?(/[a-z0-9_-]+(\\\\\.[a-z0-9_-]+)*)*${suffix}'\)`,
  'g',
);

/** What a configuration puts into the policies of pod roles: the roles by namespace, and the region. */
const namespaceName = String.raw`'[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'`;
const roles = String.raw`\['arn:aws[a-z-]*:iam::\d{12}:role/[^'\\]+'(?:, 'arn:aws[a-z-]*:iam::\d{12}:role/[^'\\]+')*\]`;
const roleMap = new RegExp(
  String.raw`\{${namespaceName}: ${roles}(?:, ${namespaceName}: ${roles})*\}\[\?request\.namespace\]`,
  'g',
);
const namespaceList = new RegExp(
  String.raw`request\.namespace in \[${namespaceName}(?:, ${namespaceName})*\]`,
  'g',
);
const regionValue = /(name: 'AWS_(?:DEFAULT_)?REGION', value: )'[a-z0-9-]+'/g;

/**
 * Checksums of the parts of an admission policy, by part: `variables.breakGlass`, `validations.0`,
 * `matchConstraints`. Messages are left out, and so is what a configuration decides: registries of
 * images, roles of namespaces, the region.
 */
export function policyParts(policy: ManifestFact): Readonly<Record<string, string>> {
  const spec = policy.spec;
  if (!isMapping(spec)) return {};
  return Object.fromEntries(
    Object.entries(spec)
      .filter(([key]) => key !== 'auditAnnotations')
      .flatMap(([key, value]): [string, string][] =>
        Array.isArray(value)
          ? value.map((row, index) => [`${key}.${textAt(row, 'name') ?? index}`, checksum(row)])
          : [[key, checksum(value)]],
      ),
  );
}

const namespaceLabel = 'kubernetes.io/metadata.name';

function checksum(part: unknown): string {
  const text = JSON.stringify(part, (key, value: unknown) => {
    if (key === 'message' || key === 'messageExpression') return undefined;
    if (typeof value === 'string') {
      return value
        .replace(registry, '@REGISTRY')
        .replace(/@REGISTRY( \|\| @REGISTRY)*/g, '@REGISTRY')
        .replace(roleMap, '@ROLES')
        .replace(namespaceList, '@NAMESPACES')
        .replace(regionValue, "$1'@REGION'");
    }
    if (isMapping(value) && value.key === namespaceLabel && value.operator === 'In') {
      return `@NAMESPACES ${Array.isArray(value.values) && value.values.length > 0}`;
    }
    return isMapping(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * Policies and bindings that are not those of this version, whose effect its tests have seen on a real
 * API server. What another policy denies is not read out of its text.
 */
export const unreadPolicies = memoize((facts: Facts): readonly string[] => {
  const manifests = facts.manifests ?? [];
  return [
    ...manifests
      .filter(({ kind }) => /^(Validating|Mutating)AdmissionPolicy$/.test(kind))
      .flatMap(unreadPolicy),
    ...manifests
      .filter(({ kind }) => /^(Validating|Mutating)AdmissionPolicyBinding$/.test(kind))
      .flatMap(unreadBinding),
    ...manifests
      .filter(({ kind }) => kind.endsWith('WebhookConfiguration'))
      .map(({ kind, metadata }) => `${kind} ${metadata.name} may change what is admitted`),
  ];
});

function unreadPolicy(policy: ManifestFact): string[] {
  const name = `${policy.kind} ${policy.metadata.name}`;
  const shipped = known[`${policy.kind} ${policy.metadata.name}`];
  if (!shipped) return [`${name}: what it denies is not read out of its text`];
  const parts = policyParts(policy);
  const wrong = [...new Set([...Object.keys(parts), ...Object.keys(shipped)])].filter(
    (part) => shipped[part]?.includes(parts[part] ?? '') !== true,
  );
  return wrong
    .filter((part) => !(part in parts) || shipped[part]?.includes(parts[part] ?? '') !== true)
    .filter((part) => !(shipped[part]?.includes('') === true && !(part in parts)))
    .map((part) => `${name}: ${part} is not as this version ships it`);
}

function unreadBinding(binding: ManifestFact): string[] {
  const name = `${binding.kind} ${binding.metadata.name}`;
  const spec = isMapping(binding.spec) ? binding.spec : {};
  const odd = Object.keys(spec)
    .filter((key) => !['policyName', 'validationActions'].includes(key))
    .filter((key) => key !== 'paramRef' || !isEveryParam(spec.paramRef));
  const actions = textsAt(binding, 'spec', 'validationActions');
  return [
    ...odd.map((key) => `${name}: ${key} may leave objects out`),
    ...(binding.kind === 'ValidatingAdmissionPolicyBinding' && !actions.includes('Deny')
      ? [`${name}: denies nothing`]
      : []),
  ];
}

/** Whether a reference stands for every parameter of the namespace. */
function isEveryParam(reference: unknown): boolean {
  return (
    isMapping(reference) &&
    Object.keys(reference).sort().join() === 'parameterNotFoundAction,selector' &&
    isMapping(reference.selector) &&
    Object.keys(reference.selector).length === 0
  );
}

/** Exceptions of the pod and image policies that are given to more than single service accounts. */
export const wideExceptions = memoize((facts: Facts): readonly string[] => {
  const manifests = facts.manifests ?? [];
  const roles = new Set(
    manifests
      .filter(
        (manifest) =>
          /^(Cluster)?Role$/.test(manifest.kind) &&
          /podrules|imagerules|policy\.hardened-cluster/.test(JSON.stringify(manifest.rules ?? [])),
      )
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`),
  );
  return manifests
    .filter(({ kind }) => kind.endsWith('RoleBinding'))
    .filter((binding) =>
      roles.has(
        `${textAt(binding, 'roleRef', 'kind') ?? ''} ${textAt(binding, 'roleRef', 'name') ?? ''}`,
      ),
    )
    .flatMap((binding) => {
      const subjects = valueAt(binding, 'subjects');
      const wide = (Array.isArray(subjects) ? subjects : []).filter(
        (subject) =>
          binding.kind === 'ClusterRoleBinding' ||
          !(
            textAt(subject, 'kind') === 'ServiceAccount' ||
            textAt(subject, 'name') === 'system:nodes' ||
            (binding.metadata.namespace === 'kube-system' &&
              textAt(subject, 'name') === 'system:serviceaccounts:kube-system')
          ),
      );
      return wide.map(
        (subject) =>
          `${binding.kind} ${binding.metadata.name} gives an exception to ${textAt(subject, 'kind') ?? ''} ${textAt(subject, 'name') ?? ''}`,
      );
    });
});
