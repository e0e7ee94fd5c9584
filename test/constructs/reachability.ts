import { contains, parseCidr } from '../../lib/blueprint/ipv4';
import type { Manifest } from './golden-clusters';

type Labels = Readonly<Record<string, string>>;

/** A pod, or with no namespace an address outside the pod network. */
export interface Endpoint {
  readonly name: string;
  readonly address: string;
  readonly namespace?: string;
  readonly labels?: Labels;
}

/** A port to try. */
export interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

type Direction = 'ingress' | 'egress';
type Verdict = 'allow' | 'deny';

/** One policy that applies to some endpoints, in the terms both kinds have in common. */
interface Policy {
  readonly order: number;
  applies(endpoint: Endpoint, direction: Direction): boolean;
  /** Verdict of the first rule that matches; undefined leaves it to the next policy. */
  evaluate(direction: Direction, peer: Endpoint, port: Port): Verdict | undefined;
}

/**
 * Whether a connection gets through: out of its source, then into its destination. Policies are
 * asked by their order, NetworkPolicies at 1000 as Calico has them; an endpoint to which policies
 * of a direction apply is denied what none of them allows, and one to which none apply is open.
 */
export function makeEvaluator(
  manifests: readonly Manifest[],
): (from: Endpoint, to: Endpoint, port: Port) => boolean {
  const namespaces = new Map<string, Labels>(
    manifests
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  );
  const labelsOf = (namespace: string): Labels => ({
    ...namespaces.get(namespace),
    'kubernetes.io/metadata.name': namespace,
  });
  const policies = manifests
    .flatMap((manifest): Policy[] => {
      if (manifest.kind === 'NetworkPolicy') return [kubernetesPolicy(manifest, labelsOf)];
      if (manifest.kind === 'GlobalNetworkPolicy') return [calicoPolicy(manifest, labelsOf)];
      return [];
    })
    .sort((a, b) => a.order - b.order);
  const passes = (direction: Direction, endpoint: Endpoint, peer: Endpoint, port: Port) => {
    const applying = policies.filter((policy) => policy.applies(endpoint, direction));
    if (applying.length === 0) return true;
    for (const policy of applying) {
      const verdict = policy.evaluate(direction, peer, port);
      if (verdict !== undefined) return verdict === 'allow';
    }
    return false;
  };
  return (from, to, port) => passes('egress', from, to, port) && passes('ingress', to, from, port);
}

type LabelsOf = (namespace: string) => Labels;

interface Selector {
  readonly matchLabels?: Labels;
}

interface KubernetesRule {
  readonly from?: readonly KubernetesPeer[];
  readonly to?: readonly KubernetesPeer[];
  readonly ports?: readonly { protocol?: string; port?: number; endPort?: number }[];
}

interface KubernetesPeer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

function kubernetesPolicy({ metadata, spec }: Manifest, labelsOf: LabelsOf): Policy {
  const { podSelector, policyTypes, ...rules } = spec as {
    podSelector: Selector;
    policyTypes: readonly string[];
    ingress?: readonly KubernetesRule[];
    egress?: readonly KubernetesRule[];
  };
  return {
    order: 1000,
    applies: ({ namespace, labels = {} }, direction) =>
      namespace === metadata.namespace &&
      matches(podSelector, labels) &&
      policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress'),
    evaluate: (direction, peer, { protocol, port }) => {
      const allowed = (rules[direction] ?? []).some((rule) => {
        const peers = direction === 'ingress' ? rule.from : rule.to;
        return (
          (peers?.some((one) => isPeer(one, peer, metadata.namespace ?? '', labelsOf)) ?? true) &&
          (rule.ports?.some(
            (one) =>
              (one.protocol ?? 'TCP') === protocol &&
              (one.port === undefined || (port >= one.port && port <= (one.endPort ?? one.port))),
          ) ??
            true)
        );
      });
      return allowed ? 'allow' : undefined;
    },
  };
}

function matches({ matchLabels = {} }: Selector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function isPeer(
  peer: KubernetesPeer,
  { namespace, labels = {}, address }: Endpoint,
  own: string,
  labelsOf: LabelsOf,
): boolean {
  if (peer.ipBlock) {
    const { cidr, except = [] } = peer.ipBlock;
    return inside(cidr, address) && !except.some((hole) => inside(hole, address));
  }
  if (namespace === undefined) return false;
  const there = peer.namespaceSelector
    ? matches(peer.namespaceSelector, labelsOf(namespace))
    : namespace === own;
  return there && matches(peer.podSelector ?? {}, labels);
}

interface CalicoRule {
  readonly action: 'Allow' | 'Deny';
  readonly protocol?: string;
  readonly destination?: {
    readonly nets?: readonly string[];
    readonly ports?: readonly number[];
    readonly selector?: string;
    readonly namespaceSelector?: string;
  };
}

function calicoPolicy({ spec }: Manifest, labelsOf: LabelsOf): Policy {
  const { order, selector, namespaceSelector, types, ...rules } = spec as {
    order: number;
    selector?: string;
    namespaceSelector?: string;
    types: readonly string[];
    ingress?: readonly CalicoRule[];
    egress?: readonly CalicoRule[];
  };
  const selects = (
    { namespace, labels = {} }: Endpoint,
    pods: string | undefined,
    spaces: string | undefined,
  ) =>
    namespace !== undefined &&
    matchesCalico(pods ?? 'all()', labels) &&
    matchesCalico(spaces ?? 'all()', labelsOf(namespace));
  return {
    order,
    applies: (endpoint, direction) =>
      selects(endpoint, selector, namespaceSelector) &&
      types.includes(direction === 'ingress' ? 'Ingress' : 'Egress'),
    evaluate: (direction, peer, { protocol, port }) => {
      const rule = (rules[direction] ?? []).find(({ protocol: wanted, destination = {} }) => {
        const { nets, ports, selector: pods, namespaceSelector: spaces } = destination;
        return (
          (wanted === undefined || wanted === protocol) &&
          (nets === undefined || nets.some((net) => inside(net, peer.address))) &&
          (ports === undefined || ports.includes(port)) &&
          ((pods === undefined && spaces === undefined) || selects(peer, pods, spaces))
        );
      });
      return rule && (rule.action === 'Allow' ? 'allow' : 'deny');
    },
  };
}

/** The parts of Calico's selector language that the project uses. */
function matchesCalico(selector: string, labels: Labels): boolean {
  if (selector === 'all()') return true;
  const equal = /^([\w./-]+) == '([^']*)'$/.exec(selector);
  if (equal) return labels[equal[1] ?? ''] === equal[2];
  const notIn = /^([\w./-]+) not in \{(.*)\}$/.exec(selector);
  if (notIn) {
    const values = (notIn[2] ?? '').split(', ').map((text) => text.slice(1, -1));
    return !values.includes(labels[notIn[1] ?? ''] ?? '');
  }
  throw new Error(`selector not understood: ${selector}`);
}

function inside(cidr: string, address: string): boolean {
  const outer = parseCidr(cidr);
  const inner = parseCidr(`${address}/32`);
  if (!outer || !inner) throw new Error(`no CIDR or address: ${cidr}, ${address}`);
  return contains(outer, inner);
}
