import type { Blueprint } from '../../blueprint/blueprint';
import { withUserFlags, type Flags } from './flags';
import { tlsMinVersionOfLoopback } from './tls';

/** Flags of kube-scheduler beyond what kubeadm sets by itself. */
export function planSchedulerFlags({ kubernetes }: Blueprint): Flags {
  return withUserFlags(
    {
      'bind-address': '127.0.0.1',
      'secure-port': 10259,
      profiling: false,
      'tls-min-version': tlsMinVersionOfLoopback,
    },
    kubernetes.flags['kube-scheduler'],
  );
}
