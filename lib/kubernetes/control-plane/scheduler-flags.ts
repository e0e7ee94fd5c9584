import type { Blueprint } from '../../blueprint/blueprint';
import { withUserFlags, type Flags } from './flags';
import { tlsMinVersionOfLoopback } from './tls';
import { namedPorts } from '../../network/ports';

/** Flags of kube-scheduler beyond what kubeadm sets by itself. */
export function planSchedulerFlags({ kubernetes }: Blueprint): Flags {
  return withUserFlags(
    {
      'bind-address': '127.0.0.1',
      'secure-port': namedPorts.scheduler,
      profiling: false,
      'tls-min-version': tlsMinVersionOfLoopback,
    },
    kubernetes.flags['kube-scheduler'],
  );
}
