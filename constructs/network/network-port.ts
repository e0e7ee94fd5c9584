import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Plain } from '../synthesis/plain';
import { highestPort } from '../../lib/network/ports';

/**
 * Ports of an allowed flow. Unlike cdk8s-plus, which writes `port: 0` for all of them, all ports
 * of a protocol are a rule without a port.
 */
export class NetworkPort {
  private constructor(readonly data: Plain<k8s.NetworkPolicyPort>) {}

  /** @throws Error when it is no port number. */
  static tcp(port: number, endPort?: number): NetworkPort {
    return NetworkPort.of('TCP', port, endPort);
  }

  /** @throws Error when it is no port number. */
  static udp(port: number, endPort?: number): NetworkPort {
    return NetworkPort.of('UDP', port, endPort);
  }

  static allTcp(): NetworkPort {
    return new NetworkPort({ protocol: 'TCP' });
  }

  static allUdp(): NetworkPort {
    return new NetworkPort({ protocol: 'UDP' });
  }

  private static of(protocol: 'TCP' | 'UDP', port: number, endPort?: number): NetworkPort {
    for (const number of endPort === undefined ? [port] : [port, endPort]) {
      if (!Number.isInteger(number) || number < 1 || number > highestPort) {
        throw new Error(`network port: got ${number}, expected a number from 1 to ${highestPort}`);
      }
    }
    if (endPort !== undefined && endPort < port) {
      throw new Error(`network port: got ${port}-${endPort}, expected the smaller one first`);
    }
    return new NetworkPort({ protocol, port, ...(endPort === undefined ? {} : { endPort }) });
  }
}
