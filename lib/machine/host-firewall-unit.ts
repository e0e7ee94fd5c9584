import type { Blueprint } from '../blueprint/blueprint';
import type { NetworkPlan } from '../network/plan-network';
import { resolveLock } from './artifact-lock';
import { debianPackageArtifact } from './artifacts';
import { planHostFirewall } from './host-firewall';
import type { MachinePart, MachineRole } from './machine-config';
import { renderNftables } from './render-nftables';

/** nftables and the two libraries that the image lacks, for machines without a package mirror. */
const packages = [
  { make: debianPackageArtifact('libjansson4', 'j/jansson'), version: '2.14-2+b3' },
  { make: debianPackageArtifact('libnftables1', 'n/nftables'), version: '1.1.3-1' },
  { make: debianPackageArtifact('nftables', 'n/nftables'), version: '1.1.3-1' },
] as const;

/** The host firewall of a role: its ruleset, and the unit that loads it before the network is up. */
export function planHostFirewallUnit(
  blueprint: Blueprint,
  role: MachineRole,
  network: NetworkPlan,
): MachinePart {
  const lock = resolveLock(blueprint);
  return {
    files: [
      {
        path: '/etc/hardened-cluster/firewall.nft',
        content: renderNftables(planHostFirewall(blueprint, role, network)),
        mode: '0600',
      },
    ],
    units: [{ name: 'hardened-cluster-firewall.service', content: unit }],
    ...(role === 'etcd'
      ? {
          artifacts: packages.map(({ make, version }) =>
            make(lock, version, blueprint.etcd.architecture),
          ),
        }
      : { packages: ['nftables'] }),
  };
}

/**
 * Debian's nftables.service is not used: it flushes the rules of everybody when it stops, those of
 * the pod network included. This one replaces its own table and never takes it away.
 */
const unit = `[Unit]
Description=Host firewall
Documentation=man:nft(8)
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=local-fs.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/hardened-cluster/firewall.nft
CapabilityBoundingSet=CAP_NET_ADMIN
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ProtectKernelModules=no
RestrictAddressFamilies=AF_NETLINK AF_UNIX
SystemCallArchitectures=native

[Install]
WantedBy=sysinit.target
`;
