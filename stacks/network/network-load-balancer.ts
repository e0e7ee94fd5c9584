import * as pulumi from '@pulumi/pulumi';
import { createHash } from 'node:crypto';
import { Listener } from '@pulumi/aws/lb/listener';
import { LoadBalancer } from '@pulumi/aws/lb/loadBalancer';
import { TargetGroup } from '@pulumi/aws/lb/targetGroup';
import type { Problem } from '../../lib/blueprint/problem';
import { componentType, validateArgs, type Tags } from '../component-args';
import { claimNames } from '../claim-names';
import { problemsOfNoIds, someIdsFrom, type IdList } from '../id-list';
import { highestPort } from '../../lib/network/ports';

/** A TCP port that the load balancer listens on and passes on to the same port of its targets. */
export interface TcpListener {
  /** Stable and unique, such as `api` or `node-port-30443`. */
  readonly key: string;
  readonly port: number;
}

/** Arguments of {@link NetworkLoadBalancer}. */
export interface NetworkLoadBalancerArgs {
  /** VPC that it belongs to. */
  readonly vpcId: pulumi.Input<string>;
  /** Whether it has private addresses alone. */
  readonly internal: boolean;
  /** One a zone. */
  readonly subnetIds: IdList;
  /** A load balancer without one lets everybody in. */
  readonly securityGroupIds: IdList;
  /** Ports that it listens on. */
  readonly listeners: readonly TcpListener[];
  /**
   * Whether targets see the address of the client. Off where a target may be its own client: such
   * a connection never comes about otherwise.
   */
  readonly preserveClientIp: boolean;
  /** Bucket of the access logs. */
  readonly accessLogBucket: pulumi.Input<string>;
  /** Folder of the access logs in the bucket. */
  readonly accessLogPrefix: string;
  /** Whether AWS refuses to delete it. */
  readonly deletionProtection: boolean;
  /** What must exist before it. @default nothing */
  readonly after?: readonly pulumi.Resource[];
  /** On everything that is made. */
  readonly tags: Tags;
}

/** A network load balancer over all zones. Targets are healthy when their port accepts. */
export class NetworkLoadBalancer extends pulumi.ComponentResource {
  readonly dnsName: pulumi.Output<string>;
  /** Route 53 zone of `dnsName`, for alias records. */
  readonly zoneId: pulumi.Output<string>;
  /** Before they exist, nothing is passed on. */
  readonly ready: readonly pulumi.Resource[];
  private readonly listeners: ReadonlyMap<string, { group: TargetGroup; listener: Listener }>;

  constructor(name: string, args: NetworkLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('NetworkLoadBalancer', [
      ...problemsOf(args),
      ...claimNames(opts, [{ path: 'name', kind: 'load balancer', name: loadBalancerName(name) }]),
    ]);
    super(componentType('NetworkLoadBalancer'), name, {}, opts);
    const balancer = new LoadBalancer(
      name,
      {
        name: loadBalancerName(name),
        loadBalancerType: 'network',
        internal: args.internal,
        subnets: someIdsFrom('NetworkLoadBalancer', 'subnetIds', args.subnetIds),
        securityGroups: someIdsFrom(
          'NetworkLoadBalancer',
          'securityGroupIds',
          args.securityGroupIds,
        ),
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: args.deletionProtection,
        accessLogs: { bucket: args.accessLogBucket, prefix: args.accessLogPrefix, enabled: true },
        tags: { ...args.tags, Name: name },
      },
      { parent: this, dependsOn: [...(args.after ?? [])], deleteBeforeReplace: true },
    );
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.listeners = new Map(
      args.listeners.map((listener) => [listener.key, this.listen(name, balancer, listener, args)]),
    );
    this.ready = [...this.listeners.values()].map(({ listener }) => listener);
    this.registerOutputs({ dnsName: this.dnsName });
  }

  /** Target group behind one listener. */
  targetGroupArn(key: string): pulumi.Output<string> {
    const found = this.listeners.get(key);
    if (!found) throw new Error(`no listener ${key}`);
    return found.group.arn;
  }

  private listen(
    name: string,
    balancer: LoadBalancer,
    { key, port }: TcpListener,
    args: NetworkLoadBalancerArgs,
  ) {
    const listenerName = `${name}-${key}`;
    const tags = { ...args.tags, Name: listenerName };
    const group = new TargetGroup(
      listenerName,
      {
        name: loadBalancerName(listenerName),
        vpcId: args.vpcId,
        port,
        protocol: 'TCP',
        targetType: 'instance',
        preserveClientIp: args.preserveClientIp ? 'true' : 'false',
        deregistrationDelay: 60,
        connectionTermination: true,
        // TCP, since anonymous requests are off and an HTTPS check would be answered 401.
        healthCheck: {
          protocol: 'TCP',
          port: `${port}`,
          interval: 10,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const listener = new Listener(
      listenerName,
      {
        loadBalancerArn: balancer.arn,
        port,
        protocol: 'TCP',
        defaultActions: [{ type: 'forward', targetGroupArn: group.arn }],
        tags,
      },
      { parent: this },
    );
    return { group, listener };
  }
}

/** A name of at most the 32 characters that load balancers and target groups may have. */
export function loadBalancerName(name: string): string {
  if (name.length <= 32) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 7);
  return `${name.slice(0, 24).replace(/-+$/, '')}-${digest}`;
}

function problemsOf(args: NetworkLoadBalancerArgs): Problem[] {
  const { listeners, subnetIds, securityGroupIds } = args;
  return [
    ...problemsOfNoIds('subnetIds', subnetIds),
    ...problemsOfNoIds('securityGroupIds', securityGroupIds),
    ...listeners.flatMap(({ key, port }, index) => [
      ...(Number.isInteger(port) && port >= 1 && port <= highestPort
        ? []
        : [
            {
              path: `listeners[${index}].port`,
              got: port,
              expected: `a port from 1 to ${highestPort}`,
            },
          ]),
      ...(listeners.findIndex((other) => other.key === key || other.port === port) === index
        ? []
        : [
            {
              path: `listeners[${index}]`,
              got: { key, port },
              expected: 'a key and a port not used before',
            },
          ]),
    ]),
  ];
}
