import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { contains, parseCidr } from '../../lib/blueprint/ipv4';
import type { Plain } from '../synthesis/plain';
import {
  problemsOfEmpty,
  problemsOfLabel,
  problemsOfLabels,
  validateProps,
} from '../synthesis/validate-props';

type PeerData = Plain<k8s.NetworkPolicyPeer>;

/** Where machines get their credentials from; no pod has business there. */
export const metadataCidr = '169.254.169.254/32';

/** One end of an allowed flow, as NetworkPolicies name it. */
export class NetworkPeer {
  private constructor(readonly data: readonly PeerData[]) {}

  /**
   * Every pod of a namespace, or those with all of the labels.
   *
   * @throws PropsError when the name is no DNS label, or labels are given but none.
   */
  static namespace(name: string, podLabels?: Readonly<Record<string, string>>): NetworkPeer {
    validateProps('NetworkPeer', [
      ...problemsOfLabel('namespace', name),
      ...problemsOfLabels('podLabels', podLabels),
    ]);
    return new NetworkPeer([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
        ...(podLabels && { podSelector: { matchLabels: podLabels } }),
      },
    ]);
  }

  /**
   * Pods of the policy's own namespace, or those with all of the labels.
   *
   * @throws PropsError when labels are given but none.
   */
  static sameNamespace(podLabels?: Readonly<Record<string, string>>): NetworkPeer {
    validateProps('NetworkPeer', problemsOfLabels('podLabels', podLabels));
    return new NetworkPeer([
      { podSelector: podLabels === undefined ? {} : { matchLabels: podLabels } },
    ]);
  }

  /** Every pod of every namespace. */
  static everyPod(): NetworkPeer {
    return new NetworkPeer([{ namespaceSelector: {} }]);
  }

  /**
   * Addresses, without the metadata address and without those of `except` that lie inside.
   *
   * @throws Error when it is no CIDR, or lies wholly inside what is excepted.
   */
  static cidr(cidr: string, except: readonly string[] = []): NetworkPeer {
    const outer = parseCidr(cidr);
    if (!outer)
      throw new Error(`network peer: got "${cidr}", expected a CIDR such as "10.0.0.0/16"`);
    const holes = [...new Set([metadataCidr, ...except])].sort();
    const inside = holes.filter((hole) => {
      const inner = parseCidr(hole);
      if (!inner) {
        throw new Error(`network peer: got "${hole}", expected a CIDR such as "10.0.0.0/16"`);
      }
      if (contains(inner, outer)) {
        throw new Error(`network peer: got "${cidr}", expected a network outside ${hole}`);
      }
      return contains(outer, inner);
    });
    return new NetworkPeer([
      { ipBlock: { cidr, ...(inside.length === 0 ? {} : { except: inside }) } },
    ]);
  }

  /**
   * All of these.
   *
   * @throws PropsError when there are none: a rule without peers lets everybody through.
   */
  static anyOf(...peers: readonly NetworkPeer[]): NetworkPeer {
    validateProps('NetworkPeer', problemsOfEmpty('anyOf', peers));
    return new NetworkPeer(peers.flatMap(({ data }) => data));
  }
}
