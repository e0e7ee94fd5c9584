import type * as pulumi from '@pulumi/pulumi';
import { planDnsFirewall } from '../../lib/network/plan-dns-firewall';
import { keepsClients } from '../../lib/network/subnet-kinds';
import { ClusterFirewall } from '../network/cluster-firewall';
import { boundaryOf, type ClusterScope } from './cluster-scope';
import { ClusterDns } from '../network/cluster-dns';
import { dataLife, type ClusterStorage } from './compose-storage';
import { apiListener } from '../machines/control-plane';
import { DnsFirewall } from '../network/dns-firewall';
import { FlowLogs } from '../network/flow-logs';
import {
  InterfaceEndpoints,
  machineServices,
  sessionManagerServices,
} from '../network/interface-endpoints';
import { NetworkLoadBalancer, type TcpListener } from '../network/network-load-balancer';
import { PrivateNetwork, type IdsByZone } from '../network/private-network';
import { S3Endpoints } from '../network/s3-endpoints';
import { nodePortListener } from '../machines/worker-pool';

/** Network, firewall, load balancers and names of a cluster. */
export interface ClusterNetwork {
  readonly network: PrivateNetwork;
  readonly firewall: ClusterFirewall;
  readonly dns: ClusterDns;
  readonly internalLoadBalancer: NetworkLoadBalancer;
  /** Undefined when nothing of the cluster is reached from outside by it. */
  readonly publicLoadBalancer: NetworkLoadBalancer | undefined;
  /** What the first packet of any machine needs: routes, ACLs, rules, endpoints, listeners, names. */
  readonly ready: readonly pulumi.Resource[];
}

/** Ids in the order of the zones. */
export const idsOf = (ids: IdsByZone): pulumi.Output<string>[] => Object.values(ids);

/** Composes what the machines stand in. */
export function composeNetwork(scope: ClusterScope, storage: ClusterStorage): ClusterNetwork {
  const { name, account, tags, parent, blueprint, addresses, portMatrix } = scope;
  const network = new PrivateNetwork(
    `${name}-network`,
    {
      vpcCidr: addresses.vpc,
      subnets: addresses.subnets,
      ...(scope.existing.vpc ? { existing: scope.existing.vpc } : {}),
      natGateways: blueprint.network.natGateways,
      portMatrix,
      tags,
    },
    { parent },
  );
  const { vpcId } = network;
  new FlowLogs(
    `${name}-flow-logs`,
    {
      vpcId,
      account,
      logGroupArn: storage.logs.group('flow-logs').arn,
      ...boundaryOf(blueprint),
      tags,
    },
    { parent },
  );
  const dnsFirewall = composeDnsFirewall(scope, vpcId);
  const s3 = composeS3(scope, storage, network);
  const firewall = new ClusterFirewall(
    `${name}-firewall`,
    { vpcId, portMatrix, s3PrefixListId: s3.prefixListId, tags },
    { parent },
  );
  const endpoints = new InterfaceEndpoints(
    `${name}-endpoints`,
    {
      vpcId,
      account,
      subnetIds: idsOf(network.subnetIds.private),
      securityGroupIds: [firewall.groupId('endpoints')],
      principalAccounts: accountsOf(Object.values(blueprint.principals).flat()),
      services: [
        ...machineServices,
        ...(blueprint.bastion.access === 'session-manager' ? sessionManagerServices : []),
      ],
      tags,
    },
    { parent },
  );
  const balancers = composeLoadBalancers(scope, storage, network, firewall);
  return {
    network,
    firewall,
    ...balancers,
    ready: [
      network,
      ...dnsFirewall,
      firewall,
      s3,
      endpoints,
      balancers.dns,
      balancers.internalLoadBalancer,
      ...(balancers.publicLoadBalancer ? [balancers.publicLoadBalancer] : []),
    ].flatMap(({ ready }) => ready),
  };
}

/** Accounts that roles are in. */
const accountsOf = (roleArns: readonly string[]) => roleArns.map((arn) => arn.split(':')[4] ?? '');

function composeDnsFirewall(
  { name, tags, parent, blueprint }: ClusterScope,
  vpcId: pulumi.Input<string>,
): DnsFirewall[] {
  const plan = planDnsFirewall(blueprint);
  return plan
    ? [new DnsFirewall(`${name}-dns-firewall`, { ...plan, vpcId, tags }, { parent })]
    : [];
}

function composeS3(
  scope: ClusterScope,
  storage: ClusterStorage,
  { vpcId, routeTableIds }: PrivateNetwork,
): S3Endpoints {
  const { name, account, tags, parent } = scope;
  const [zone = ''] = scope.blueprint.zones;
  const shared = (ids: IdsByZone) => ids[zone] ?? '';
  return new S3Endpoints(
    `${name}-s3`,
    {
      vpcId,
      account,
      // One table a zone where NAT gateways differ, and one for all public subnets.
      routeTableIds: {
        ...routeTableIds.private,
        ...Object.fromEntries(
          Object.entries(routeTableIds['control-plane']).map(([zone, id]) => [
            `control-plane-${zone}`,
            id,
          ]),
        ),
        public: shared(routeTableIds.public),
      },
      isolatedRouteTableIds: { etcd: shared(routeTableIds.etcd) },
      bucketNames: [storage.clusterBucket.bucketName],
      isolatedBucketNames: [storage.etcdBucket.bucketName],
      workloadBuckets: scope.blueprint.network.workloadBuckets,
      imageBuckets: scope.blueprint.network.imageBuckets,
      tags,
    },
    { parent },
  );
}

function composeLoadBalancers(
  scope: ClusterScope,
  { accessLogBucket }: ClusterStorage,
  { vpcId, subnetIds, ready }: PrivateNetwork,
  firewall: ClusterFirewall,
) {
  const { name, tags, parent, blueprint } = scope;
  const common = {
    vpcId,
    accessLogBucket: accessLogBucket.bucketName,
    deletionProtection: dataLife(blueprint).protect,
    // A public load balancer is refused where no internet gateway is attached.
    after: [...accessLogBucket.ready, ...ready],
    tags,
  };
  const internalLoadBalancer = new NetworkLoadBalancer(
    `${name}-internal`,
    {
      ...common,
      internal: true,
      subnetIds: idsOf(subnetIds['control-plane']),
      securityGroupIds: [firewall.groupId('internal-load-balancer')],
      listeners: [apiListener],
      preserveClientIp: keepsClients('internal-load-balancer'),
      accessLogPrefix: 'internal',
    },
    { parent },
  );
  const listeners = publicListeners(scope);
  const publicLoadBalancer =
    listeners.length === 0
      ? undefined
      : new NetworkLoadBalancer(
          `${name}-public`,
          {
            ...common,
            internal: false,
            subnetIds: idsOf(subnetIds.public),
            securityGroupIds: [firewall.groupId('public-load-balancer')],
            listeners,
            preserveClientIp: keepsClients('public-load-balancer'),
            accessLogPrefix: 'public',
          },
          { parent },
        );
  const dns = new ClusterDns(
    `${name}-dns`,
    {
      vpcId,
      domain: blueprint.names.domain,
      apiName: blueprint.names.api,
      loadBalancer: internalLoadBalancer,
      ...(scope.existing.dnsZone ? { existing: scope.existing.dnsZone } : {}),
      tags,
    },
    { parent },
  );
  return { internalLoadBalancer, publicLoadBalancer, dns };
}

function publicListeners({ blueprint }: ClusterScope): TcpListener[] {
  const { access, workers } = blueprint;
  return [
    ...(access.apiCidrs.length === 0 ? [] : [apiListener]),
    ...(access.nodePortCidrs.length === 0
      ? []
      : workers.flatMap(({ nodePorts }) => nodePorts.map(nodePortListener))),
  ];
}
