import type { Check } from '../../check';
import type { Facts, ManifestFact } from '../../facts';
import { nothingFound, pass, unclear, verdictOf, type Finding } from '../../finding';
import { readDenyingPolicies, sees } from '../../readers/admission-policies';
import {
  allowsEverything,
  isAdminByAnotherWay,
  powersOf,
  readGrants,
  readRoles,
  type EffectiveRole,
  type Grant,
  type RbacSubject,
} from '../../readers/rbac';
import { locationOf, noneWrong, onManifests, showPlace } from './evaluate-manifests';

/** Everybody, nobody known, and service accounts by the name of a user or group. */
const everybody =
  /^system:(anonymous|authenticated|unauthenticated|serviceaccounts?(:.*)?|nodes|bootstrappers.*)$/;

/** Rights given in manifests. */
export const rbacChecks: readonly Check[] = [
  {
    id: 'rbac/no-dashboard-admin',
    title:
      'No service account, dashboard included, and no group of everybody is bound to cluster-admin',
    why: 'A user of such a dashboard, or of a compromised pod of it, owns the cluster.',
    remedy: 'Delete the binding; give the workload a role with the rights it needs.',
    run: (facts) =>
      onManifests(facts, () => {
        const grants = readGrants(facts).filter((grant) => !isOwnOfKubernetes(grant));
        if (grants.length === 0) return nothingFound('no binding to cluster-admin');
        const wrong = grants.flatMap((grant) => adminFindings(facts, grant));
        if (wrong.length > 0) return verdictOf(wrong, '');
        const open = grants.filter(isOpen);
        if (open.length > 0) {
          return unclear(
            open.map(
              ({ binding, roleName }) =>
                `${showPlace(facts, binding)} gives ${roleName}, whose rules are not among the manifests`,
            ),
          );
        }
        const people = grants.filter(isAdmin).flatMap(({ subjects }) => subjects.map(showSubject));
        const summary = `of ${grants.length} bindings none gives cluster-admin to a service account or to everybody`;
        return people.length === 0
          ? pass(summary)
          : // Whether these are people is not among the facts.
            nothingFound(`${summary}; it is given to ${[...new Set(people)].join(', ')}`);
      }),
  },
  {
    id: 'rbac/no-nodes-proxy',
    title: 'No role gives access to nodes/proxy, or a policy refuses it',
    why: 'nodes/proxy reaches the kubelet past every admission policy and runs commands in any pod.',
    remedy:
      'Take nodes/proxy out of the role; nodes/metrics and nodes/stats are enough to monitor.',
    run: (facts) =>
      onManifests(facts, (manifests) => {
        const guards = (readDenyingPolicies(facts) ?? []).filter((policy) =>
          sees(policy, 'CONNECT', 'nodes/proxy'),
        );
        const guard = guards.map(({ name }) => name).join(', ');
        const roles = readRoles(facts);
        return noneWrong(
          manifests.flatMap((manifest): Finding[] => {
            const role = roles.get(roleKeyOf(manifest));
            return role && reachesKubelets(role) && !builtInRoles.test(role.name)
              ? [
                  {
                    holds: guards.length > 0,
                    evidence: `${showPlace(facts, manifest)} gives nodes/proxy${guard ? `; policy ${guard} refuses it` : ''}`,
                    location: locationOf(facts, manifest),
                  },
                ]
              : [];
          }),
          'no role gives nodes/proxy',
        );
      }),
  },
  {
    id: 'rbac/no-dangerous-powers',
    title:
      'No service account and no group of everybody has a power that leads to the whole cluster',
    why: 'Such a power is cluster-admin by a detour: whoever takes over the pod takes it.',
    remedy:
      'Name the resources, or give the right in single namespaces; see the list of powers in docs/kubernetes.md.',
    run: (facts) =>
      onManifests(facts, () =>
        noneWrong(
          readGrants(facts)
            .filter((grant) => !isOwnOfKubernetes(grant))
            .flatMap((grant) => powerFindings(facts, grant)),
          'no binding with such a power',
        ),
      ),
  },
];

/** A role of Kubernetes itself, which every cluster has. */
const builtInRoles = /^(cluster-admin|admin|edit|view|system:.*)$/;

/** The binding that every cluster has. */
function isOwnOfKubernetes({ binding, roleName, subjects }: Grant): boolean {
  const { kind, metadata } = binding;
  return (
    kind === 'ClusterRoleBinding' &&
    metadata.name === 'cluster-admin' &&
    roleName === 'cluster-admin' &&
    subjects.every(({ kind: subject, name }) => subject === 'Group' && name === 'system:masters')
  );
}

function isAdmin({ role }: Grant): boolean {
  return role !== undefined && (allowsEverything(role) || isAdminByAnotherWay(role));
}

/** Whether a service account or everybody has a role that nobody can look into. */
function isOpen({ role, roleName, subjects }: Grant): boolean {
  return (
    role === undefined &&
    !builtInRoles.test(roleName) &&
    subjects.some((subject) => isServiceAccount(subject) || everybody.test(subject.name))
  );
}

/** Subjects of a binding that must not have cluster-admin, under whatever name. */
function adminFindings(facts: Facts, grant: Grant): Finding[] {
  const { binding, role, subjects } = grant;
  if (!role) return [];
  const everything = isAdmin(grant);
  const powers = powersOf(role).filter(({ id }) => id !== 'lift-policies');
  const wrong = subjects.filter(
    (subject) =>
      (everything && (isServiceAccount(subject) || subject.name === 'system:masters')) ||
      ((everything || (powers.length > 0 && binding.kind === 'ClusterRoleBinding')) &&
        everybody.test(subject.name)),
  );
  const what = everything ? 'cluster-admin' : powers.map(({ leadsTo }) => leadsTo).join(' and to ');
  return wrong.length === 0
    ? []
    : [finding(facts, binding, `gives ${what} to ${wrong.map(showSubject).join(', ')}`)];
}

function powerFindings(facts: Facts, grant: Grant): Finding[] {
  const { binding, role, subjects } = grant;
  const powers = role ? powersOf(role).filter(({ id }) => id !== 'lift-policies') : [];
  const holders = subjects.filter(
    (subject) => isServiceAccount(subject) || everybody.test(subject.name),
  );
  if (binding.kind !== 'ClusterRoleBinding' || powers.length === 0) return [];
  const leadsTo = isAdmin(grant)
    ? 'everything'
    : [...new Set(powers.map((power) => power.leadsTo))].join('; ');
  return holders.length === 0
    ? []
    : [finding(facts, binding, `leads ${holders.map(showSubject).join(', ')} to ${leadsTo}`)];
}

function finding(facts: Facts, binding: ManifestFact, problem: string): Finding {
  const location = locationOf(facts, binding);
  return { holds: false, evidence: `${showPlace(facts, binding)} ${problem}`, location };
}

function isServiceAccount({ kind, name }: RbacSubject): boolean {
  return kind === 'ServiceAccount' || name.startsWith('system:serviceaccount:');
}

function showSubject({ kind, name, namespace }: RbacSubject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function roleKeyOf({ kind, metadata }: ManifestFact): string {
  return kind === 'Role'
    ? `Role ${metadata.namespace ?? ''}/${metadata.name}`
    : `${kind} ${metadata.name}`;
}

/** Nodes have no namespace: a Role gives nodes/proxy by its name alone, where it is meant. */
function reachesKubelets(role: EffectiveRole): boolean {
  return role.kind === 'ClusterRole'
    ? powersOf(role).some(({ id }) => id === 'proxy-to-kubelets')
    : role.rules.some(({ resources }) =>
        (resources ?? []).some((resource) => /^nodes\/(proxy|\*)$/.test(resource)),
      );
}
