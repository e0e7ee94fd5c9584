import type { MachineFile } from '../machine-config';

/**
 * systemd-networkd removes routes, rules and next hops that it did not make whenever it starts, and an
 * update restarts it: a node would lose its pod network.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/networkd.conf.html
 * @see https://docs.tigera.io/calico/latest/operations/troubleshoot/troubleshooting
 */
export function networkManagerFile(): MachineFile {
  return {
    path: '/etc/systemd/networkd.conf.d/90-hardened-cluster.conf',
    content:
      '[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\nManageForeignNextHops=no\n',
  };
}
