import { randomInt } from 'node:crypto';
import { parseCidr, renderAddress } from '../../../lib/blueprint/ipv4';
import { planAddresses } from '../../../lib/network/address-plan';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import { run, tryRun } from './etcd-run';

/**
 * The planned network of an etcd tier on this machine: a bridge for the VPC and a network namespace
 * for each member that has exactly the address of the plan. A member thus sees its peers under the
 * addresses that their certificates name, which loopback addresses do not allow.
 */
export interface EtcdNetwork {
  /** Address of the host among the interface endpoints, for what members ask the cloud for. */
  readonly hostAddress: string;
  /** Address of the host in the control plane's subnets: what it opens connections from. */
  readonly controlPlaneAddress: string;
  /** Name of a member's network namespace. */
  namespaceOf(member: string): string;
  /** Takes a member off the network, or puts it back. */
  setLink(member: string, state: 'up' | 'down'): void;
  /** Gives the host a further address of the VPC, to come from another tier's subnet. */
  addHostAddress(address: string): void;
  remove(): void;
}

/**
 * What VPCs of tests are drawn from. Each network in it can be configured: the defaults of
 * `network.podCidr` and `network.serviceCidr` lie outside it.
 */
export const vpcCidrPool = '10.128.0.0/10';

/** A /24 for a VPC that nothing on this machine uses. */
export function findVpcCidr(): string {
  const routes = run('ip', ['-4', 'route', 'show', 'table', 'all']);
  const base = parseCidr(vpcCidrPool)?.base ?? 0;
  for (;;) {
    const prefix = renderAddress(base + 256 * randomInt(2 ** 14)).replace(/\.0$/, '');
    if (!routes.includes(`${prefix}.`)) return `${prefix}.0/24`;
  }
}

/** The first address of the first of some networks. */
function firstAddress([network = '']: readonly string[]): string {
  return renderAddress((parseCidr(network)?.base ?? 0) + 1);
}

/** Makes bridge and namespaces. Needs root. */
export function makeEtcdNetwork(blueprint: Blueprint): EtcdNetwork {
  const id = randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0');
  const bridge = `hcb${id}`;
  const addresses = planAddresses(blueprint);
  const prefix = blueprint.network.vpcCidr.split('/')[1] ?? '24';
  const { reserved } = addresses;
  const hostAddress = firstAddress(reserved.private);
  const controlPlaneAddress = firstAddress(reserved['control-plane']);
  const members = blueprint.etcd.members.map(({ name }) => name);
  const namespaceOf = (member: string): string => `hc${id}-${member}`;
  const linkOf = (member: string): string => `hcv${id}${members.indexOf(member)}`;

  run('ip', ['link', 'add', bridge, 'type', 'bridge']);
  // The first one is what connections of the host come from.
  for (const address of [controlPlaneAddress, hostAddress]) {
    run('ip', ['addr', 'add', `${address}/${prefix}`, 'dev', bridge]);
  }
  run('ip', ['link', 'set', bridge, 'up']);
  for (const member of members) {
    const namespace = namespaceOf(member);
    const inside = ['netns', 'exec', namespace, 'ip'];
    run('ip', ['netns', 'add', namespace]);
    run('ip', [
      ...['link', 'add', linkOf(member), 'type', 'veth'],
      ...['peer', 'name', 'ens5', 'netns', namespace],
    ]);
    run('ip', ['link', 'set', linkOf(member), 'master', bridge, 'up']);
    run('ip', [...inside, 'link', 'set', 'lo', 'up']);
    run('ip', [
      ...inside,
      ...['addr', 'add', `${addresses.etcdMembers[member] ?? ''}/${prefix}`, 'dev', 'ens5'],
    ]);
    run('ip', [...inside, 'link', 'set', 'ens5', 'up']);
  }
  return {
    hostAddress,
    controlPlaneAddress,
    namespaceOf,
    setLink: (member, state) => {
      run('ip', ['link', 'set', linkOf(member), state]);
    },
    addHostAddress: (address) => {
      run('ip', ['addr', 'add', `${address}/${prefix}`, 'dev', bridge]);
    },
    remove: () => {
      for (const member of members) {
        tryRun('ip', ['netns', 'del', namespaceOf(member)]);
        tryRun('ip', ['link', 'del', linkOf(member)]);
      }
      tryRun('ip', ['link', 'del', bridge]);
    },
  };
}
