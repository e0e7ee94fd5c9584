import type { Facts, ManifestFact } from '../facts';
import { isWide } from '../readers/networks';
import { memoize } from '../readers/memoize';
import { isMapping, listAt, mappingsAt, textAt, valueAt } from '../readers/values';

/** Kinds that bear on flows between pods and that no reader understands. */
const foreign =
  /^(Tier|StagedNetworkPolicy|StagedGlobalNetworkPolicy|GlobalNetworkSet|NetworkSet|HostEndpoint|CiliumNetworkPolicy|CiliumClusterwideNetworkPolicy|AdminNetworkPolicy|BaselineAdminNetworkPolicy|ClusterNetworkPolicy|BGPConfiguration|BGPPeer|IPReservation|MultiNetworkPolicy|AntreaClusterNetworkPolicy|NetworkAttachmentDefinition)$/;

const policyKeys = new Set(['podSelector', 'policyTypes', 'ingress', 'egress']);
const globalKeys = new Set([
  'egress',
  'ingress',
  'namespaceSelector',
  'order',
  'selector',
  'tier',
  'types',
]);
const felixKeys = new Set(
  'defaultEndpointToHostAction healthEnabled healthHost healthPort ipv6Support logSeverityScreen prometheusMetricsEnabled reportingInterval usageReportingEnabled vxlanPort wireguardEnabled wireguardEnabledV6 wireguardListeningPort xdpEnabled bpfEnabled nodeMetricsPort floatingIPs wireguardMTU vxlanMTU iptablesBackend failsafeInboundHostPorts failsafeOutboundHostPorts wireguardHostEncryptionEnabled'.split(
    ' ',
  ),
);

/** Objects of the pod network that no reader understands, and flows that undo the deny. */
export const unreadNetwork = memoize((facts: Facts): readonly string[] =>
  (facts.manifests ?? []).flatMap((manifest) => {
    const { kind, metadata, apiVersion } = manifest;
    const name = `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
    if (foreign.test(kind)) return [`${name}: no reader understands it`];
    if (kind === 'NetworkPolicy' && !apiVersion.startsWith('networking.k8s.io/')) {
      return [`${name} of ${apiVersion}: no reader understands it`];
    }
    if (kind === 'NetworkPolicy') {
      return [...oddKeys(name, manifest, policyKeys), ...openRules(name, manifest)];
    }
    if (kind === 'GlobalNetworkPolicy') {
      return [...oddKeys(name, manifest, globalKeys), ...openGlobalRules(name, manifest)];
    }
    if (kind === 'FelixConfiguration') return oddKeys(name, manifest, felixKeys);
    if (kind === 'DaemonSet' && /calico-node|cilium|antrea/.test(metadata.name)) {
      const selector = valueAt(manifest, 'spec', 'template', 'spec', 'nodeSelector');
      const narrow =
        isMapping(selector) && Object.keys(selector).some((key) => key !== 'kubernetes.io/os');
      const affinity = valueAt(manifest, 'spec', 'template', 'spec', 'affinity') !== undefined;
      return narrow || affinity ? [`${name} does not run on every node`] : [];
    }
    return [];
  }),
);

function oddKeys(name: string, manifest: ManifestFact, known: ReadonlySet<string>): string[] {
  return Object.keys(isMapping(manifest.spec) ? manifest.spec : {})
    .filter((key) => !known.has(key))
    .map((key) => `${name}: ${key} is not understood`);
}

/** A rule that names no peer, or everybody, allows what the deny beside it denies. */
function openRules(name: string, policy: ManifestFact): string[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    listAt(policy, 'spec', direction).flatMap((rule) => {
      const peers = mappingsAt(rule, direction === 'ingress' ? 'from' : 'to');
      const ports = mappingsAt(rule, 'ports');
      const everyPort =
        ports.length === 0 ||
        ports.some((port) => valueAt(port, 'port') === undefined || 'endPort' in port);
      const blocks = peers.map((peer) => textAt(peer, 'ipBlock', 'cidr') ?? '');
      const everybody =
        peers.length === 0 ||
        blocks.some(isWide) ||
        peers.some(
          (peer) =>
            isEmptySelector(peer.namespaceSelector) &&
            (peer.podSelector === undefined || isEmptySelector(peer.podSelector)),
        );
      return everybody && (everyPort || selectsAll(policy))
        ? [`${name}: ${direction} is open to everybody`]
        : [];
    }),
  );
}

function isEmptySelector(selector: unknown): boolean {
  return (
    isMapping(selector) &&
    Object.values(selector).every((part) =>
      Array.isArray(part) ? part.length === 0 : isMapping(part) && Object.keys(part).length === 0,
    )
  );
}

function selectsAll(policy: ManifestFact): boolean {
  const selector = valueAt(policy, 'spec', 'podSelector');
  return selector === undefined || isEmptySelector(selector);
}

const ruleKeys = new Set(['action', 'protocol', 'destination', 'source', 'metadata']);
const entityKeys = new Set(['nets', 'ports', 'selector', 'namespaceSelector', 'serviceAccounts']);

/** Rules of Calico: an allow names pods by label; denials name networks or nothing. */
function openGlobalRules(name: string, policy: ManifestFact): string[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    mappingsAt(policy, 'spec', direction).flatMap((rule) => {
      const action = textAt(rule, 'action') ?? '';
      const odd = [
        ...Object.keys(rule).filter((key) => !ruleKeys.has(key)),
        ...[rule.source, rule.destination].flatMap((entity) =>
          Object.keys(isMapping(entity) ? entity : {}).filter((key) => !entityKeys.has(key)),
        ),
      ].map((key) => `${name}: ${key} in a rule is not understood`);
      if (action === 'Deny') return odd;
      const peer = direction === 'ingress' ? rule.source : rule.destination;
      const selector = textAt(peer, 'selector') ?? '';
      const bound = /^[\w./-]+ == '[^']+'$/.test(selector);
      return action === 'Allow' && bound
        ? odd
        : [
            ...odd,
            `${name}: ${direction} has a rule ${action || 'without action'} that names no pods`,
          ];
    }),
  );
}
