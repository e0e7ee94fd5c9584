import type { Check } from '../../check';
import type { ManifestFact } from '../../facts';
import { missing, pass, verdictOf, type Finding } from '../../finding';
import { manifestsOfKind } from '../../readers/documents';
import { isWithin } from '../../readers/networks';
import { isMapping, listAt, mappingsAt, textAt, textsAt, valueAt } from '../../readers/values';
import { isSystemNamespace, onManifests, showManifest } from './evaluate-manifests';

const metadataAddress = '169.254.169.254/32';

/** Policies of the pod network. */
export const networkPolicyChecks: readonly Check[] = [
  {
    id: 'network-policies/default-deny',
    title: 'Each namespace denies every flow that no policy names, in and out',
    why: 'By default every pod reaches every other: one that is taken over scans the whole cluster.',
    remedy: 'Add a NetworkPolicy with an empty podSelector, both policyTypes and no rules.',
    run: (facts) =>
      onManifests(facts, () => {
        const names = (manifestsOfKind(facts, 'Namespace') ?? [])
          .map(({ metadata }) => metadata.name)
          .filter((name) => !isSystemNamespace(name));
        const denying = new Map<string, string[]>();
        for (const policy of (manifestsOfKind(facts, 'NetworkPolicy') ?? []).filter(deniesAll)) {
          const { name, namespace = 'default' } = policy.metadata;
          denying.set(namespace, [...(denying.get(namespace) ?? []), name]);
        }
        return verdictOf(
          names.map((name): Finding => {
            const found = (denying.get(name) ?? []).join(', ');
            return {
              holds: found !== '',
              evidence: `namespace ${name}: ${found || 'no default deny'}`,
              byAbsence: found === '',
            };
          }),
          'no namespaces among the manifests',
        );
      }),
  },
  {
    id: 'network-policies/every-namespace',
    title: 'Namespaces that somebody makes later deny by default as well',
    why: 'A forgotten namespace is open to all.',
    remedy: 'Add a cluster-wide default deny of the network provider.',
    run: (facts) =>
      onManifests(facts, (manifests) => {
        const found = manifests.filter(
          (manifest) =>
            clusterWideKinds.includes(manifest.kind) &&
            (listAt(manifest, 'spec', 'types').length === 2 ||
              listAt(manifest, 'spec', 'policyTypes').length === 2 ||
              manifest.kind === 'BaselineAdminNetworkPolicy') &&
            !allowsEverything(manifest),
        );
        return found.length > 0
          ? pass(...found.map(showManifest))
          : missing('no cluster-wide default deny');
      }),
  },
  {
    id: 'network-policies/provider',
    title: 'The network provider enforces network policies',
    why: 'The API server takes policies even when nothing enforces them: they are then mere words.',
    remedy: 'Use Calico, Cilium or another provider that enforces NetworkPolicy.',
    run: (facts) =>
      onManifests(facts, (manifests) => {
        const agents = manifests.filter(
          (manifest) =>
            manifest.kind === 'DaemonSet' &&
            mappingsAt(manifest, 'spec', 'template', 'spec', 'containers').some((container) =>
              /(calico\/node|cilium\/cilium|antrea|kube-router|canal)/.test(
                textAt(container, 'image') ?? '',
              ),
            ),
        );
        return agents.length > 0
          ? pass(...agents.map(showManifest))
          : missing('no agent that enforces network policies');
      }),
  },
  {
    id: 'network-policies/metadata-denied',
    title: 'Pods cannot reach the metadata service (169.254.169.254)',
    why: 'It gives out the credentials of the node.',
    remedy: 'Deny egress to 169.254.169.254/32 cluster-wide.',
    run: (facts) =>
      onManifests(facts, (manifests) => {
        const found = manifests.filter(deniesMetadata);
        return found.length > 0
          ? pass(...found.map((manifest) => `${showManifest(manifest)} denies ${metadataAddress}`))
          : missing(`no cluster-wide policy denies ${metadataAddress}`);
      }),
  },
  {
    id: 'network-policies/dashboard-denied',
    title: 'A network policy denies other pods the Kubernetes Dashboard',
    why: 'From any pod the dashboard is a way to rights that the pod has not.',
    remedy:
      'Add the NetworkPolicy deny-dashboard: the label k8s-app: kubernetes-dashboard, Ingress, no rules.',
    run: (facts) =>
      onManifests(facts, (manifests) => {
        const found = manifests.filter(deniesDashboard);
        return found.length > 0
          ? pass(...found.map(showManifest))
          : missing('no policy denies the dashboard');
      }),
  },
];

const clusterWideKinds = [
  'GlobalNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
];

function deniesAll(policy: ManifestFact): boolean {
  const selector = valueAt(policy, 'spec', 'podSelector');
  const types = textsAt(policy, 'spec', 'policyTypes');
  return (
    isMapping(selector) &&
    Object.keys(selector).length === 0 &&
    types.includes('Ingress') &&
    types.includes('Egress') &&
    listAt(policy, 'spec', 'ingress').length === 0 &&
    listAt(policy, 'spec', 'egress').length === 0
  );
}

/** A rule without any bound, which would undo the deny. */
function allowsEverything(policy: ManifestFact): boolean {
  return ['ingress', 'egress'].some((direction) =>
    mappingsAt(policy, 'spec', direction).some(
      (rule) =>
        ['Allow', 'Pass'].includes(textAt(rule, 'action') ?? '') &&
        !['source', 'destination', 'from', 'to', 'selector'].some((key) => key in rule),
    ),
  );
}

function deniesMetadata(policy: ManifestFact): boolean {
  if (!clusterWideKinds.includes(policy.kind)) return false;
  const rules = [
    ...mappingsAt(policy, 'spec', 'egress'),
    ...mappingsAt(policy, 'spec', 'egressDeny'),
  ];
  return rules.some((rule) => {
    const denies = textAt(rule, 'action') === 'Deny' || !('action' in rule);
    const nets = [
      ...textsAt(rule, 'destination', 'nets'),
      ...textsAt(rule, 'toCIDR'),
      ...mappingsAt(rule, 'to').flatMap((to) => textsAt(to, 'networks')),
    ];
    return denies && nets.some((net) => isWithin(metadataAddress, net));
  });
}

function deniesDashboard(policy: ManifestFact): boolean {
  const types = [...textsAt(policy, 'spec', 'policyTypes'), ...textsAt(policy, 'spec', 'types')];
  const rules = mappingsAt(policy, 'spec', 'ingress');
  return (
    ['NetworkPolicy', ...clusterWideKinds].includes(policy.kind) &&
    selectsDashboard(policy) &&
    types.includes('Ingress') &&
    rules.every((rule) => textAt(rule, 'action') === 'Deny')
  );
}

/** The pods of the dashboard by one label; a selector with more in it may select fewer. */
function selectsDashboard(policy: ManifestFact): boolean {
  const selector = textAt(policy, 'spec', 'selector');
  if (selector !== undefined) {
    return /^[\w./-]+ == (['"])kubernetes-dashboard\1$/.test(selector.trim());
  }
  const pods = valueAt(policy, 'spec', 'podSelector');
  const labels = valueAt(pods, 'matchLabels');
  return (
    isMapping(pods) &&
    isMapping(labels) &&
    listAt(pods, 'matchExpressions').length === 0 &&
    Object.values(labels).length === 1 &&
    Object.values(labels).includes('kubernetes-dashboard')
  );
}
