import type { Blueprint } from '../../blueprint/blueprint';
import { withUserFlags, type Flags } from './flags';
import { tlsMinVersionOfLoopback } from './tls';
import { namedPorts } from '../../network/ports';

/** Flags of kube-controller-manager beyond what kubeadm sets by itself. */
export function planControllerManagerFlags({ kubernetes }: Blueprint): Flags {
  return withUserFlags(
    {
      'bind-address': '127.0.0.1',
      'secure-port': namedPorts.controllerManager,
      profiling: false,
      'use-service-account-credentials': true,
      // Without bootstrap tokens there is nothing to sign or to clean up.
      controllers: '*',
      // Calico hands out pod addresses.
      'allocate-node-cidrs': false,
      // Certificates of kubelets: a machine that is gone loses its credential within a month.
      'cluster-signing-duration': '720h',
      'terminated-pod-gc-threshold': 1000,
      'tls-min-version': tlsMinVersionOfLoopback,
    },
    kubernetes.flags['kube-controller-manager'],
  );
}
