/** Debian packages that kubelet, kube-proxy and the CNI call on the host. */
export const nodePackages: readonly string[] = [
  'conntrack',
  'ebtables',
  'ethtool',
  'iptables',
  'kmod',
  'mount',
  'openssl',
  'socat',
];
