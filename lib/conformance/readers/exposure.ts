import type { Facts, ResourceFact } from '../facts';
import { blocks, readCloud, references, resolve, resourcesOfKind, type Cloud } from './cloud';
import { groupName, readIngressRules, type IngressRule } from './firewall-rules';
import { readHosts } from './hosts';
import { isWithin } from './networks';
import { memoize } from './memoize';
import { publicSubnets } from './routes';

/** Ports that are reachable from outside the VPC. */
export interface Exposure {
  /** Host or load balancer, or the security group where nothing uses it. */
  readonly target: ResourceFact | undefined;
  readonly targetName: string;
  readonly kind: 'host' | 'load-balancer' | 'unused-group';
  readonly from: number;
  readonly to: number;
  readonly protocol: string;
  /** Networks outside the VPC. */
  readonly cidrs: readonly string[];
  /** Whether an address and a route make it reachable now, and not the rule alone. */
  readonly reachable: boolean;
  readonly rule: string;
}

/** A port on which a load balancer with a public address listens. */
export interface PublicListener {
  readonly loadBalancer: ResourceFact;
  readonly port: number;
  /** Ports that it passes connections on to. */
  readonly targetPorts: readonly number[];
  /** Networks that its security groups allow; everything where it has no group. */
  readonly cidrs: readonly string[];
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/** Whether a source lies outside the VPCs of the cluster; prefix lists and IPv6 always do. */
export function isOutside(facts: Facts, cidr: string): boolean {
  const cloud = readCloud(facts);
  const vpcs = cloud
    ? resourcesOfKind(cloud, 'Vpc').flatMap(({ inputs }) => references(inputs, 'cidrBlock'))
    : [];
  return !(vpcs.length > 0 ? vpcs : privateRanges).some((range) => isWithin(cidr, range));
}

/** What inbound rules allow from outside, host by host; undefined without resources. */
export const readExposures = memoize((facts: Facts): readonly Exposure[] | undefined => {
  const [cloud, rules, hosts] = [readCloud(facts), readIngressRules(facts), readHosts(facts)];
  const open = publicSubnets(facts);
  if (!cloud || !rules || !hosts || !open) return undefined;
  const balancers = resourcesOfKind(cloud, 'LoadBalancer').filter(({ type }) => isLayer4Or7(type));
  return rules.flatMap((rule): Exposure[] => {
    const cidrs = rule.cidrs.filter((cidr) => isOutside(facts, cidr));
    if (cidrs.length === 0 || isErrorReport(rule)) return [];
    const common = { ...range(rule), cidrs, rule: rule.name };
    const onHosts = hosts
      .filter(({ groups }) => groups.includes(rule.group))
      .map((host): Exposure => ({
        ...common,
        target: host.resource,
        targetName: host.name,
        kind: 'host',
        reachable: host.publicAddress && host.subnets.some((subnet) => open.has(subnet)),
      }));
    const onBalancers = balancers
      .filter((balancer) => groupsOf(cloud, balancer).includes(rule.group))
      .map((balancer): Exposure => ({
        ...common,
        target: balancer,
        targetName: balancer.name,
        kind: 'load-balancer',
        reachable: balancer.inputs.internal !== true,
      }));
    const found = [...onHosts, ...onBalancers];
    if (found.length > 0) return found;
    const group = resolve(cloud, rule.group);
    const targetName = groupName(cloud, rule.group);
    return [{ ...common, target: group, targetName, kind: 'unused-group', reachable: false }];
  });
});

/** Listeners of load balancers that have a public address; undefined without resources. */
export const readPublicListeners = memoize(
  (facts: Facts): readonly PublicListener[] | undefined => {
    const [cloud, rules] = [readCloud(facts), readIngressRules(facts)];
    if (!cloud || !rules) return undefined;
    return resourcesOfKind(cloud, 'Listener').flatMap(({ inputs }) => {
      const loadBalancer = resolve(cloud, references(inputs, 'loadBalancerArn')[0]);
      const port = inputs.port;
      if (!loadBalancer || loadBalancer.inputs.internal === true || typeof port !== 'number') {
        return [];
      }
      const groups = groupsOf(cloud, loadBalancer);
      const cidrs =
        groups.length === 0
          ? ['0.0.0.0/0']
          : rules
              .filter((rule) => groups.includes(rule.group) && rule.from <= port && port <= rule.to)
              .flatMap((rule) => rule.cidrs);
      return [{ loadBalancer, port, targetPorts: targetPorts(cloud, inputs), cidrs }];
    });
  },
);

/** An exposure as a line of evidence. */
export function showExposure(exposure: Exposure): string {
  const { targetName, from, to, protocol, cidrs, reachable, rule } = exposure;
  const span =
    from === 0 && to === 65535 ? 'every port' : from === to ? `${from}` : `${from}-${to}`;
  const way = reachable ? 'reachable' : 'allowed by its rules, no public address';
  return `${targetName}: ${span}/${protocol} from ${cidrs.join(', ')} (${way}; rule ${rule})`;
}

/** Destination unreachable: routers report errors by it, and no service answers to it. */
function isErrorReport({ protocol, from }: IngressRule): boolean {
  return ['icmp', '1'].includes(protocol) && from === 3;
}

function range({ from, to, protocol }: IngressRule) {
  return { from, to, protocol };
}

function groupsOf(cloud: Cloud, { inputs }: ResourceFact): readonly string[] {
  return references(inputs, 'securityGroups').map((id) => resolve(cloud, id)?.urn ?? id);
}

function targetPorts(cloud: Cloud, listener: Readonly<Record<string, unknown>>): readonly number[] {
  const actions = blocks(listener, 'defaultActions');
  const targets = [
    ...actions,
    ...actions
      .flatMap((action) => blocks(action, 'forward'))
      .flatMap((f) => blocks(f, 'targetGroups')),
  ].flatMap((block) => [...references(block, 'targetGroupArn'), ...references(block, 'arn')]);
  return targets
    .map((reference) => resolve(cloud, reference)?.inputs.port)
    .filter((port): port is number => typeof port === 'number');
}

function isLayer4Or7(type: string): boolean {
  return /^aws:(lb|alb|elb|elasticloadbalancingv2)\//.test(type);
}
