import type { Blueprint, EtcdMember } from '../blueprint/blueprint';
import { BlueprintError } from '../blueprint/problem';
import type { AddressPlan } from '../network/address-plan';
import { etcdCaPath, etcdPaths, identityPath } from './etcd-paths';
import type { EtcdFlags, EtcdFlagValue } from './flags';
import { namedPorts } from '../network/ports';

/** Common name of the certificates that members present to each other. */
export const peerCommonName = 'etcd-peer';

/** Peer addresses of all members as etcd writes them: `etcd-0=https://10.0.24.4:2380,...`. */
export function planInitialCluster(blueprint: Blueprint, { etcdMembers }: AddressPlan): string {
  return blueprint.etcd.members
    .map(({ name }) => `${name}=${url(etcdMembers[name], namedPorts.etcdPeer)}`)
    .join(',');
}

/** Client addresses of all members, for the API servers. */
export function planClientUrls(
  blueprint: Blueprint,
  { etcdMembers }: AddressPlan,
): readonly string[] {
  return blueprint.etcd.members.map(({ name }) => url(etcdMembers[name], namedPorts.etcdClient));
}

/**
 * Flags of one member, but for `--initial-cluster` and `--initial-cluster-state`: whether a cluster
 * is new is for the machine to find out when it starts.
 *
 * @throws BlueprintError when `etcd.flags` sets what makes a member itself
 * @see https://etcd.io/docs/v3.6/op-guide/configuration/
 */
export function planMemberFlags(
  blueprint: Blueprint,
  member: EtcdMember,
  { etcdMembers }: AddressPlan,
): Readonly<Record<string, EtcdFlagValue>> {
  refuseOwnFlags(blueprint);
  const address = etcdMembers[member.name];
  const flags: EtcdFlags = {
    ...ownFlags(blueprint, member.name, address),
    ...securityFlags,
    ...storageFlags(blueprint),
    ...corruptionFlags(blueprint.etcd.version),
  };
  return { ...flags, ...blueprint.etcd.flags };
}

function ownFlags(blueprint: Blueprint, name: string, address: string | undefined): EtcdFlags {
  return {
    name,
    'data-dir': etcdPaths.data,
    'initial-cluster-token': blueprint.name,
    'listen-peer-urls': url(address, namedPorts.etcdPeer),
    'initial-advertise-peer-urls': url(address, namedPorts.etcdPeer),
    'listen-client-urls': `${url(address, namedPorts.etcdClient)},${url('127.0.0.1', namedPorts.etcdClient)}`,
    'advertise-client-urls': url(address, namedPorts.etcdClient),
    // Plain HTTP, and therefore on loopback alone.
    'listen-metrics-urls': `http://127.0.0.1:${namedPorts.etcdMetrics}`,
    logger: 'zap',
    'log-level': 'info',
    'log-outputs': 'stderr',
  };
}

/**
 * Both ports want a certificate of the etcd CA. Only this tier and its clients hold one, and
 * the peer port takes members only.
 */
const securityFlags: EtcdFlags = {
  'auto-tls': false,
  'cert-file': identityPath('server'),
  'key-file': identityPath('server'),
  'trusted-ca-file': etcdCaPath,
  'client-cert-auth': true,
  'peer-auto-tls': false,
  'peer-cert-file': identityPath('peer'),
  'peer-key-file': identityPath('peer'),
  'peer-trusted-ca-file': etcdCaPath,
  'peer-client-cert-auth': true,
  'peer-cert-allowed-cn': peerCommonName,
  // Every client here speaks 1.3, whose cipher suites are all strong.
  'tls-min-version': 'TLS1.3',
  // Users are known by the common name of their certificate, which the gateway hides.
  'enable-grpc-gateway': false,
  'enable-pprof': false,
};

function storageFlags({ etcd }: Blueprint): EtcdFlags {
  return {
    // The API server's user may not compact: it takes the role root.
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': `${etcd.compactionRetentionHours}h`,
    'quota-backend-bytes': etcd.quotaBytes,
    'snapshot-count': 10000,
    'pre-vote': true,
    'strict-reconfig-check': true,
  };
}

/** A member compares its data with the others' when it starts and after each compaction. */
function corruptionFlags(version: string): EtcdFlags {
  return version.startsWith('3.5.')
    ? {
        'experimental-initial-corrupt-check': true,
        'experimental-compact-hash-check-enabled': true,
      }
    : { 'feature-gates': 'CompactHashCheck=true,InitialCorruptCheck=true' };
}

function refuseOwnFlags(blueprint: Blueprint): void {
  const own = [
    ...Object.keys(ownFlags(blueprint, '', '')).filter((flag) => !flag.startsWith('log')),
    'initial-cluster',
    'initial-cluster-state',
    'config-file',
    'force-new-cluster',
    'wal-dir',
  ];
  const problems = Object.entries(blueprint.etcd.flags)
    .filter(([flag]) => own.includes(flag))
    .map(([flag, got]) => ({
      path: `etcd.flags.${flag}`,
      got,
      expected: 'no value: it belongs to the member and follows from the rest of the configuration',
    }));
  if (problems.length > 0) throw new BlueprintError(problems);
}

function url(address: string | undefined, port: number): string {
  if (address === undefined) throw new Error('etcd member without a planned address');
  return `https://${address}:${port}`;
}
