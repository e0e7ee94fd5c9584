import { powersOfRule, type RbacRule } from '../../kubernetes/powers/powers-of-rule';
import type { DangerousPower } from '../../kubernetes/powers/dangerous-powers';
import type { Facts, ManifestFact } from '../facts';
import { memoize } from './memoize';
import { isMapping, listAt, mappingsAt, textAt, textsAt, valueAt, type Mapping } from './values';

/** Whom a binding names. */
export interface RbacSubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** A role as it takes effect: an aggregated one with the rules of the roles that it selects. */
export interface EffectiveRole {
  readonly kind: 'ClusterRole' | 'Role';
  readonly name: string;
  readonly rules: readonly RbacRule[];
}

/** A binding with the role that it gives. */
export interface Grant {
  readonly binding: ManifestFact;
  readonly roleName: string;
  /** Undefined where the role is neither among the facts nor one that every cluster has. */
  readonly role: EffectiveRole | undefined;
  readonly subjects: readonly RbacSubject[];
}

const everything: readonly RbacRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/**
 * Roles that every cluster has and that manifests name without bringing them.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
 */
const builtIn: Readonly<Record<string, readonly RbacRule[]>> = {
  'cluster-admin': everything,
  admin: [
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
    { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
  ],
  edit: [
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
    { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
  ],
  'system:kubelet-api-admin': [{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['*'] }],
};

/** Roles among the manifests, by `ClusterRole NAME` and `Role NAMESPACE/NAME`. */
export const readRoles = memoize((facts: Facts): ReadonlyMap<string, EffectiveRole> => {
  const found = (facts.manifests ?? []).filter(isRole);
  const clusterRoles = found.filter(({ kind }) => kind === 'ClusterRole');
  return new Map(
    found.map((manifest): [string, EffectiveRole] => {
      const { metadata } = manifest;
      const kind = manifest.kind === 'Role' ? 'Role' : 'ClusterRole';
      const selectors = mappingsAt(manifest, 'aggregationRule', 'clusterRoleSelectors');
      const sources =
        selectors.length === 0
          ? [manifest]
          : clusterRoles.filter(({ metadata: { labels } }) =>
              selectors.some((selector) => selects(selector, labels ?? {})),
            );
      const rules = [manifest, ...sources].flatMap((role) => mappingsAt(role, 'rules'));
      return [
        roleKey(kind, metadata.namespace, metadata.name),
        { kind, name: metadata.name, rules: rules.map(toRule) },
      ];
    }),
  );
});

/** Bindings with their roles. */
export const readGrants = memoize((facts: Facts): readonly Grant[] => {
  const roles = readRoles(facts);
  return (facts.manifests ?? []).filter(isBinding).map((binding) => {
    const roleName = textAt(binding, 'roleRef', 'name') ?? '';
    const kind = textAt(binding, 'roleRef', 'kind') === 'Role' ? 'Role' : 'ClusterRole';
    const rules = kind === 'ClusterRole' ? builtIn[roleName] : undefined;
    const found = roles.get(roleKey(kind, binding.metadata.namespace, roleName));
    return {
      binding,
      roleName,
      // A role of a reserved name is what the cluster makes it, whatever manifests call so.
      role:
        roleName === 'cluster-admin' && kind === 'ClusterRole'
          ? { kind, name: roleName, rules: everything }
          : (found ?? (rules && { kind, name: roleName, rules })),
      subjects: mappingsAt(binding, 'subjects').map((subject) => ({
        kind: textAt(subject, 'kind') ?? '',
        name: textAt(subject, 'name') ?? '',
        namespace: textAt(subject, 'namespace'),
      })),
    };
  });
});

/** Dangerous powers of a role. */
export function powersOf({ kind, rules }: EffectiveRole): readonly DangerousPower[] {
  return [...new Set(rules.flatMap((rule) => powersOfRule(rule, kind)))];
}

/** Whether a role is cluster-admin by another name: every verb on everything. */
export function allowsEverything({ rules }: EffectiveRole): boolean {
  return rules.some(
    ({ apiGroups, resources, verbs, resourceNames }) =>
      [apiGroups, resources, verbs].every((list) => (list ?? []).includes('*')) &&
      (resourceNames ?? []).length === 0,
  );
}

/** Whether holders of a role can give themselves everything: by roles, or by being somebody else. */
export function isAdminByAnotherWay({ kind, rules }: EffectiveRole): boolean {
  return (
    kind === 'ClusterRole' &&
    rules.some(
      (rule) =>
        (rule.resourceNames ?? []).length === 0 &&
        !(rule.resources ?? []).every((resource) =>
          /^(serviceaccounts|pods|nodes)$/.test(resource),
        ) &&
        powersOfRule(rule, kind).some(({ id }) => id === 'escalate-roles' || id === 'impersonate'),
    )
  );
}

function roleKey(kind: string, namespace: string | undefined, name: string): string {
  return kind === 'Role' ? `Role ${namespace ?? ''}/${name}` : `ClusterRole ${name}`;
}

function isRole({ kind, apiVersion }: ManifestFact): boolean {
  return /^(Cluster)?Role$/.test(kind) && apiVersion.startsWith('rbac.authorization.k8s.io/');
}

function isBinding({ kind, apiVersion }: ManifestFact): boolean {
  return (
    /^(Cluster)?RoleBinding$/.test(kind) && apiVersion.startsWith('rbac.authorization.k8s.io/')
  );
}

function toRule(rule: Mapping): RbacRule {
  return {
    verbs: textsAt(rule, 'verbs'),
    apiGroups: textsAt(rule, 'apiGroups'),
    resources: textsAt(rule, 'resources'),
    resourceNames: textsAt(rule, 'resourceNames'),
    nonResourceURLs: textsAt(rule, 'nonResourceURLs'),
  };
}

/** Whether a label selector fits labels. */
function selects(selector: Mapping, labels: Readonly<Record<string, string>>): boolean {
  const matchLabels = valueAt(selector, 'matchLabels');
  return (
    Object.entries(isMapping(matchLabels) ? matchLabels : {}).every(
      ([key, value]) => labels[key] === value,
    ) && mappingsAt(selector, 'matchExpressions').every((row) => fits(row, labels))
  );
}

function fits(expression: Mapping, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[textAt(expression, 'key') ?? ''];
  const values = listAt(expression, 'values');
  switch (textAt(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return true;
  }
}
