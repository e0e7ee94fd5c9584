import type { Construct } from 'constructs';
import type { NetworkPolicySpec } from '../kinds';
import { namespacedProps } from '../synthesis/kubernetes-object';
import {
  problemsOfEmpty,
  problemsOfLabel,
  problemsOfLabels,
  problemsOfUnknown,
  validateProps,
} from '../synthesis/validate-props';
import { NetworkPeer } from './network-peer';
import { NetworkPort } from './network-port';
import { PlainObject } from '../synthesis/plain-object';
import { namedPorts } from '../../lib/network/ports';

/** A NetworkPolicy that allows one thing. */
export interface NetworkRuleProps {
  /** Name of the NetworkPolicy. */
  readonly name: string;
  /** Namespace of the pods that it is about. */
  readonly namespace: string;
  /** Pods it is about, by labels. @default every pod of the namespace */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Whether it lets pods be reached or reach others. */
  readonly direction: 'ingress' | 'egress';
  /** The other end. */
  readonly peer: NetworkPeer;
  /** @default every port of every protocol */
  readonly ports?: readonly NetworkPort[];
}

/** One allowed flow, on top of a default deny. Recipes are static factories. */
export class NetworkRule extends PlainObject {
  /** @throws PropsError with every problem. */
  constructor(scope: Construct, id: string, props: NetworkRuleProps) {
    validateProps('NetworkRule', problemsOf(props));
    super(
      scope,
      id,
      namespacedProps('NetworkPolicy', {
        metadata: { name: props.name, namespace: props.namespace },
        spec: specOf(props),
      }),
    );
  }

  /** Pods may ask the cluster's DNS. */
  static allowDns(scope: Construct, id: string, namespace: string): NetworkRule {
    return new NetworkRule(scope, id, {
      name: 'allow-dns',
      namespace,
      direction: 'egress',
      peer: NetworkPeer.namespace('kube-system', { 'k8s-app': 'kube-dns' }),
      ports: dnsPorts,
    });
  }

  /** Pods may be reached from every pod of other namespaces. */
  static allowFromNamespaces(
    scope: Construct,
    id: string,
    namespace: string,
    from: readonly string[],
  ): NetworkRule {
    return new NetworkRule(scope, id, {
      name: 'allow-from-namespaces',
      namespace,
      direction: 'ingress',
      peer: NetworkPeer.anyOf(...[...from].sort().map((name) => NetworkPeer.namespace(name))),
    });
  }

  /** Pods may reach every pod of other namespaces (which must allow it, too). */
  static allowToNamespaces(
    scope: Construct,
    id: string,
    namespace: string,
    to: readonly string[],
  ): NetworkRule {
    return new NetworkRule(scope, id, {
      name: 'allow-to-namespaces',
      namespace,
      direction: 'egress',
      peer: NetworkPeer.anyOf(...[...to].sort().map((name) => NetworkPeer.namespace(name))),
    });
  }

  /** Pods may reach networks over HTTPS, never the metadata address or what is excepted. */
  static allowToCidrs(
    scope: Construct,
    id: string,
    namespace: string,
    to: { readonly cidrs: readonly string[]; readonly except?: readonly string[] },
  ): NetworkRule {
    return new NetworkRule(scope, id, {
      name: 'allow-to-cidrs',
      namespace,
      direction: 'egress',
      peer: NetworkPeer.anyOf(
        ...[...to.cidrs].sort().map((cidr) => NetworkPeer.cidr(cidr, to.except)),
      ),
      ports: [NetworkPort.tcp(namedPorts.https)],
    });
  }

  /** Pods may reach the API server at its machines' networks. */
  static allowToApiServer(
    scope: Construct,
    id: string,
    namespace: string,
    to: {
      readonly cidrs: readonly string[];
      readonly podLabels?: Readonly<Record<string, string>>;
    },
  ): NetworkRule {
    return new NetworkRule(scope, id, {
      name: to.podLabels === undefined ? 'allow-to-api-server' : `allow-to-api-server-${id}`,
      namespace,
      ...(to.podLabels && { podLabels: to.podLabels }),
      direction: 'egress',
      peer: NetworkPeer.anyOf(...[...to.cidrs].sort().map((cidr) => NetworkPeer.cidr(cidr))),
      ports: [NetworkPort.tcp(namedPorts.apiServer)],
    });
  }
}

function problemsOf({ namespace, direction, peer, podLabels, ports }: NetworkRuleProps) {
  return [
    ...problemsOfLabel('namespace', namespace),
    ...problemsOfUnknown('direction', direction, ['ingress', 'egress']),
    ...problemsOfEmpty('peer', peer.data),
    ...problemsOfLabels('podLabels', podLabels),
    ...(ports === undefined ? [] : problemsOfEmpty('ports', ports)),
  ];
}

function specOf(props: NetworkRuleProps): NetworkPolicySpec {
  const peers = props.peer.data;
  const ports = props.ports?.map(({ data }) => data);
  const podSelector = selector(props.podLabels);
  return props.direction === 'ingress'
    ? { podSelector, policyTypes: ['Ingress'], ingress: [{ from: peers, ...(ports && { ports }) }] }
    : { podSelector, policyTypes: ['Egress'], egress: [{ to: peers, ...(ports && { ports }) }] };
}

const dnsPorts = [NetworkPort.udp(namedPorts.dns), NetworkPort.tcp(namedPorts.dns)];

function selector(labels: Readonly<Record<string, string>> | undefined) {
  return labels === undefined ? {} : { matchLabels: labels };
}
