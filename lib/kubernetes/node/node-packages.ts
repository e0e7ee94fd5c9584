/**
 * Debian packages that kubelet, kube-proxy and the CNI call on the host; over the bus the kubelet asks
 * logind to hold a shutdown back until its pods are down.
 */
export const nodePackages: readonly string[] = [
  'conntrack',
  'dbus',
  'ebtables',
  'ethtool',
  'iptables',
  'kmod',
  'mount',
  'openssl',
  'socat',
];
