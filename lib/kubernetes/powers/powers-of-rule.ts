import { dangerousPowers, type DangerousPower } from './dangerous-powers';

/** A rule of a role; every list may be missing or null. */
export interface RbacRule {
  readonly verbs?: readonly string[] | null | undefined;
  readonly apiGroups?: readonly string[] | null | undefined;
  readonly resources?: readonly string[] | null | undefined;
  readonly resourceNames?: readonly string[] | null | undefined;
  readonly nonResourceURLs?: readonly string[] | null | undefined;
}

/** Kind of the role that a rule stands in. */
export type RoleKind = 'ClusterRole' | 'Role';

/**
 * Powers that a rule gives, with RBAC's own matching: `*` is every verb, group or resource with its
 * subresources, and `*` + `/sub` that subresource of every resource.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
export function powersOfRule(rule: RbacRule, kind: RoleKind): readonly DangerousPower[] {
  return dangerousPowers.filter((power) => gives(rule, kind, power));
}

/**
 * Whether a rule sweeps up what nobody listed: every path of the API server that is no resource, or
 * every verb on every resource of a group of Kubernetes' own.
 */
export function isSweeping({ verbs, apiGroups, resources, nonResourceURLs }: RbacRule): boolean {
  return (
    (nonResourceURLs ?? []).some((url) => url === '*' || url === '/*') ||
    ((verbs ?? []).includes('*') &&
      (resources ?? []).includes('*') &&
      (apiGroups ?? []).some((group) => !group.includes('.') || group.endsWith('.k8s.io')))
  );
}

function gives(rule: RbacRule, kind: RoleKind, power: DangerousPower): boolean {
  return (
    (power.clusterRolesOnly !== true || kind === 'ClusterRole') &&
    (rule.verbs ?? []).some((verb) => matchesVerb(verb, power)) &&
    (power.apiGroups === 'any' ||
      (rule.apiGroups ?? []).some((group) => group === '*' || power.apiGroups.includes(group))) &&
    (rule.resources ?? []).some((resource) => matchesResource(resource, power)) &&
    !isHarmlessByNames(rule.resourceNames ?? [], power)
  );
}

/** A power over anything counts by its own verbs: `*` on a resource of one's own is no impersonation. */
function matchesVerb(
  verb: string,
  { verbs, verbPrefixes = [], resources }: DangerousPower,
): boolean {
  return (
    verbs === 'any' ||
    (verb === '*' && resources !== 'any') ||
    verbs.includes(verb) ||
    verbPrefixes.some((prefix) => verb.startsWith(prefix))
  );
}

function matchesResource(resource: string, power: DangerousPower): boolean {
  const { resources, resourcePrefixes = [] } = power;
  return (
    resources === 'any' ||
    resource === '*' ||
    resources.includes(resource) ||
    resourcePrefixes.some((prefix) => resource.startsWith(prefix)) ||
    subresourceWildcards(power).includes(resource)
  );
}

/** Spellings with `*` for the resource of a power's subresources, such as `*` + `/proxy`. */
export function subresourceWildcards({ resources }: DangerousPower): readonly string[] {
  if (resources === 'any') return [];
  const subresources = resources.flatMap((resource) => resource.split('/')[1] ?? []);
  return [...new Set(subresources)].map((subresource) => `*/${subresource}`);
}

function isHarmlessByNames(names: readonly string[], { names: effect }: DangerousPower): boolean {
  if (effect === 'irrelevant' || names.length === 0) return false;
  return effect === 'harmless' || !names.some((name) => name.startsWith(effect.reservedPrefix));
}
