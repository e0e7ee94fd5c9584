import type { Check } from '../../check';
import type { ManifestFact } from '../../facts';
import type { Finding } from '../../finding';
import { readDenyingPolicies, sees } from '../../readers/admission-policies';
import { mappingsAt, textAt, textsAt } from '../../readers/values';
import { noneWrong, onManifests, showManifest } from './evaluate-manifests';

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
      onManifests(facts, (manifests) =>
        noneWrong(
          manifests
            .filter((manifest) => isAdminBinding(manifest, manifests))
            .map((binding): Finding => {
              const subjects = mappingsAt(binding, 'subjects');
              const wrong = subjects.filter(
                (subject) =>
                  textAt(subject, 'kind') === 'ServiceAccount' ||
                  everybody.test(textAt(subject, 'name') ?? ''),
              );
              const names = (wrong.length > 0 ? wrong : subjects).map(
                (subject) => `${textAt(subject, 'kind') ?? ''} ${textAt(subject, 'name') ?? ''}`,
              );
              return {
                holds: wrong.length === 0,
                evidence: `${showManifest(binding)} gives cluster-admin to ${names.join(', ')}`,
              };
            }),
          'no binding to cluster-admin',
        ),
      ),
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
        const roles = manifests.filter(
          (manifest) =>
            ['ClusterRole', 'Role'].includes(manifest.kind) &&
            mappingsAt(manifest, 'rules').some((rule) =>
              textsAt(rule, 'resources').some((name) => ['nodes/proxy', 'nodes/*'].includes(name)),
            ),
        );
        const guard = guards.map(({ name }) => name).join(', ');
        return noneWrong(
          roles.map((role) => ({
            holds: guards.length > 0,
            evidence: `${showManifest(role)} names nodes/proxy${guard ? `; policy ${guard} refuses it` : ''}`,
          })),
          'no role names nodes/proxy',
        );
      }),
  },
];

/** A binding of cluster-admin, or of a role that allows everything under another name. */
function isAdminBinding(manifest: ManifestFact, manifests: readonly ManifestFact[]): boolean {
  if (!['ClusterRoleBinding', 'RoleBinding'].includes(manifest.kind)) return false;
  const name = textAt(manifest, 'roleRef', 'name');
  if (name === 'cluster-admin') return true;
  return manifests.some(
    (role) =>
      role.kind === textAt(manifest, 'roleRef', 'kind') &&
      role.metadata.name === name &&
      mappingsAt(role, 'rules').some((rule) =>
        ['apiGroups', 'resources', 'verbs'].every((key) => textsAt(rule, key).includes('*')),
      ),
  );
}
