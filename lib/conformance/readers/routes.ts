import type { Facts } from '../facts';
import {
  blocks,
  readCloud,
  referenceKey,
  references,
  resolve,
  resourcesOfKind,
  type Cloud,
} from './cloud';
import { memoize } from './memoize';

/** URNs of subnets whose route table leads to an internet gateway. */
export const publicSubnets = memoize((facts: Facts): ReadonlySet<string> | undefined => {
  const cloud = readCloud(facts);
  return cloud && subnetsWithRoute(cloud, isInternetGateway);
});

/** URNs of subnets with any way out to the internet: an internet, NAT or egress-only gateway. */
export const subnetsWithWayOut = memoize((facts: Facts): ReadonlySet<string> | undefined => {
  const cloud = readCloud(facts);
  return cloud && subnetsWithRoute(cloud, leadsOutside);
});

function subnetsWithRoute(
  cloud: Cloud,
  matches: (cloud: Cloud, route: Route) => boolean,
): ReadonlySet<string> {
  const routes = readRoutes(cloud);
  const tables = new Set(routes.filter((route) => matches(cloud, route)).map(({ table }) => table));
  const associations = resourcesOfKind(cloud, 'RouteTableAssociation').flatMap(({ inputs }) =>
    references(inputs, 'subnetId').map((subnet): [string, string] => [
      referenceKey(cloud, subnet),
      referenceKey(cloud, references(inputs, 'routeTableId')[0] ?? ''),
    ]),
  );
  const tableOf = new Map(associations);
  return new Set(
    resourcesOfKind(cloud, 'Subnet', 'DefaultSubnet')
      .filter((subnet) => {
        const vpc = referenceKey(cloud, references(subnet.inputs, 'vpcId')[0] ?? '');
        const own = tableOf.get(subnet.urn);
        return (own === undefined ? fallbackTables(cloud, vpc) : [own]).some((table) =>
          tables.has(table),
        );
      })
      .map(({ urn }) => urn),
  );
}

interface Route {
  readonly table: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

function readRoutes(cloud: Cloud): readonly Route[] {
  return [
    ...resourcesOfKind(cloud, 'Route').map(({ inputs }) => ({
      table: referenceKey(cloud, references(inputs, 'routeTableId')[0] ?? ''),
      inputs,
    })),
    ...resourcesOfKind(cloud, 'RouteTable', 'DefaultRouteTable').flatMap(({ urn, inputs }) =>
      blocks(inputs, 'routes').map((route) => ({ table: urn, inputs: route })),
    ),
  ];
}

/**
 * Tables that subnets without an association of their own fall back to. A default table does not
 * name its VPC: every one counts, so that no subnet is taken for private that may be public.
 */
function fallbackTables(cloud: Cloud, vpc: string): readonly string[] {
  const main = resourcesOfKind(cloud, 'MainRouteTableAssociation')
    .filter(({ inputs }) =>
      references(inputs, 'vpcId').some((id) => referenceKey(cloud, id) === vpc),
    )
    .map(({ inputs }) => referenceKey(cloud, references(inputs, 'routeTableId')[0] ?? ''));
  return main.length > 0 ? main : resourcesOfKind(cloud, 'DefaultRouteTable').map(({ urn }) => urn);
}

function isInternetGateway(cloud: Cloud, { inputs }: Route): boolean {
  const gateways = references(inputs, 'gatewayId');
  return gateways.some(
    (gateway) =>
      gateway.startsWith('igw-') ||
      resolve(cloud, gateway)?.type.endsWith(':InternetGateway') === true,
  );
}

/** Routes of gateway endpoints name a prefix list and stay within AWS. */
function leadsOutside(_: Cloud, { inputs }: Route): boolean {
  return [
    'gatewayId',
    'natGatewayId',
    'egressOnlyGatewayId',
    'transitGatewayId',
    'vpcPeeringConnectionId',
    'vpcEndpointId',
    'networkInterfaceId',
    'instanceId',
    'coreNetworkArn',
    'localGatewayId',
    'carrierGatewayId',
    'odbNetworkArn',
  ].some((key) => references(inputs, key).length > 0);
}
