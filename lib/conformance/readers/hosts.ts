import type { Facts, ResourceFact } from '../facts';
import { blocks, readCloud, references, resolve, resourcesOfKind, type Cloud } from './cloud';
import { groupKey } from './firewall-rules';
import { readStatements } from './iam-policies';
import { memoize } from './memoize';
import { textAt } from './values';

/** A machine, or a group of identical ones, as the cloud sees it. */
export interface Host {
  readonly name: string;
  /** The instance or launch template. */
  readonly resource: ResourceFact;
  /** Security groups by key. */
  readonly groups: readonly string[];
  /** URNs (or bare references) of its subnets. */
  readonly subnets: readonly string[];
  /** Whether it gets a public address. */
  readonly publicAddress: boolean;
}

/** Every instance, and every launch template with the subnets of the groups that use it. */
export const readHosts = memoize((facts: Facts): readonly Host[] | undefined => {
  const cloud = readCloud(facts);
  if (cloud === undefined) return undefined;
  const assigning = new Set(
    resourcesOfKind(cloud, 'Subnet', 'DefaultSubnet')
      .filter(({ inputs }) => inputs.mapPublicIpOnLaunch === true)
      .map(({ urn }) => urn),
  );
  return [...instances(cloud), ...templates(cloud)].map((host) => ({
    ...host,
    publicAddress:
      host.publicAddress ||
      takesAddress(facts, cloud, host.resource) ||
      (!refusesAddress(host.resource) && host.subnets.some((subnet) => assigning.has(subnet))),
  }));
});

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
      keyOf(cloud, subnet),
      keyOf(cloud, references(inputs, 'routeTableId')[0] ?? ''),
    ]),
  );
  const tableOf = new Map(associations);
  const main = mainTables(cloud);
  return new Set(
    resourcesOfKind(cloud, 'Subnet', 'DefaultSubnet')
      .filter((subnet) => {
        const vpc = keyOf(cloud, references(subnet.inputs, 'vpcId')[0] ?? '');
        return tables.has(tableOf.get(subnet.urn) ?? main.get(vpc) ?? '');
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
      table: keyOf(cloud, references(inputs, 'routeTableId')[0] ?? ''),
      inputs,
    })),
    ...resourcesOfKind(cloud, 'RouteTable', 'DefaultRouteTable').flatMap(({ urn, inputs }) =>
      blocks(inputs, 'routes').map((route) => ({ table: urn, inputs: route })),
    ),
  ];
}

/** Tables that subnets without an association of their own fall back to, by VPC. */
function mainTables(cloud: Cloud): ReadonlyMap<string, string> {
  return new Map([
    ...resourcesOfKind(cloud, 'MainRouteTableAssociation').map(({ inputs }): [string, string] => [
      keyOf(cloud, references(inputs, 'vpcId')[0] ?? ''),
      keyOf(cloud, references(inputs, 'routeTableId')[0] ?? ''),
    ]),
  ]);
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
  return ['gatewayId', 'natGatewayId', 'egressOnlyGatewayId', 'transitGatewayId'].some(
    (key) => references(inputs, key).length > 0,
  );
}

function instances(cloud: Cloud): Host[] {
  return resourcesOfKind(cloud, 'Instance', 'SpotInstanceRequest').map((resource) => {
    const template = blocks(resource.inputs, 'launchTemplate')
      .map((block) => resolve(cloud, references(block, 'id')[0]))
      .find((found) => found !== undefined);
    const interfaces = interfacesOf(cloud, resource);
    const own = hostParts(cloud, resource);
    const inherited = template ? hostParts(cloud, template) : undefined;
    const attached = interfaces.map((found) => hostParts(cloud, found));
    return {
      name: resource.name,
      resource,
      groups: [
        ...own.groups,
        ...attached.flatMap(({ groups }) => groups),
        ...(inherited?.groups ?? []),
      ],
      subnets: [
        ...own.subnets,
        ...attached.flatMap(({ subnets }) => subnets),
        ...(inherited?.subnets ?? []),
      ],
      publicAddress:
        own.publicAddress || (inherited?.publicAddress ?? false) || hasElasticIp(cloud, resource),
    };
  });
}

function templates(cloud: Cloud): Host[] {
  const groups = resourcesOfKind(cloud, 'Group').filter(({ type }) => type.includes('autoscaling'));
  const instanceTemplates = new Set(
    resourcesOfKind(cloud, 'Instance').flatMap(({ inputs }) =>
      blocks(inputs, 'launchTemplate').flatMap((block) =>
        references(block, 'id').map((id) => keyOf(cloud, id)),
      ),
    ),
  );
  return resourcesOfKind(cloud, 'LaunchTemplate', 'LaunchConfiguration')
    .filter(({ urn }) => !instanceTemplates.has(urn))
    .map((resource) => {
      const users = groups.filter(({ inputs }) =>
        templateReferences(inputs).some((reference) => keyOf(cloud, reference) === resource.urn),
      );
      const own = hostParts(cloud, resource);
      return {
        ...own,
        name: resource.name,
        resource,
        subnets: [
          ...own.subnets,
          ...users.flatMap(({ inputs }) =>
            references(inputs, 'vpcZoneIdentifiers').map((id) => keyOf(cloud, id)),
          ),
        ],
      };
    });
}

function templateReferences(inputs: Readonly<Record<string, unknown>>): readonly string[] {
  const mixed = blocks(inputs, 'mixedInstancesPolicy')
    .flatMap((policy) => blocks(policy, 'launchTemplate'))
    .flatMap((template) => blocks(template, 'launchTemplateSpecification'));
  return [...blocks(inputs, 'launchTemplate'), ...mixed].flatMap((block) => [
    ...references(block, 'id'),
    ...references(block, 'launchTemplateId'),
  ]);
}

function hostParts(cloud: Cloud, { inputs }: ResourceFact): Omit<Host, 'name' | 'resource'> {
  const interfaces = blocks(inputs, 'networkInterfaces');
  return {
    groups: [
      ...references(inputs, 'vpcSecurityGroupIds'),
      ...references(inputs, 'securityGroups'),
      ...interfaces.flatMap((block) => references(block, 'securityGroups')),
    ].map((reference) => groupKey(cloud, reference)),
    subnets: [
      ...references(inputs, 'subnetId'),
      ...interfaces.flatMap((block) => references(block, 'subnetId')),
    ].map((reference) => keyOf(cloud, reference)),
    publicAddress: [inputs, ...interfaces].some((block) => setting(block) === 'true'),
  };
}

/** A machine whose role may associate an address gives itself one when it starts. */
function takesAddress(facts: Facts, cloud: Cloud, { inputs }: ResourceFact): boolean {
  const roles = profileReferences(inputs).flatMap((profile) => {
    const found = resolve(cloud, profile);
    return found ? references(found.inputs, 'role') : [];
  });
  return (readStatements(facts) ?? []).some(
    ({ effect, actions, role }) =>
      effect === 'Allow' &&
      role !== undefined &&
      roles.includes(role) &&
      actions.some((action) => ['ec2:AssociateAddress', 'ec2:*', '*'].includes(action)),
  );
}

/** What a machine names as its instance profile: an ARN, an id or a name. */
export function profileReferences(inputs: ResourceFact['inputs']): readonly string[] {
  return [
    ...references(inputs, 'iamInstanceProfile'),
    ...blocks(inputs, 'iamInstanceProfile').flatMap((block) => [
      ...references(block, 'arn'),
      ...references(block, 'name'),
    ]),
  ];
}

function refusesAddress({ inputs }: ResourceFact): boolean {
  return [inputs, ...blocks(inputs, 'networkInterfaces')].some(
    (block) => setting(block) === 'false',
  );
}

function setting(block: unknown): string | undefined {
  return textAt(block, 'associatePublicIpAddress');
}

function interfacesOf(cloud: Cloud, { inputs }: ResourceFact): readonly ResourceFact[] {
  return [...blocks(inputs, 'networkInterfaces'), ...blocks(inputs, 'primaryNetworkInterface')]
    .map((block) => resolve(cloud, references(block, 'networkInterfaceId')[0]))
    .filter((found) => found !== undefined);
}

function hasElasticIp(cloud: Cloud, host: ResourceFact): boolean {
  const addresses = resourcesOfKind(cloud, 'Eip', 'EipAssociation');
  return addresses.some(({ inputs }) =>
    ['instance', 'instanceId'].some((key) =>
      references(inputs, key).some((reference) => resolve(cloud, reference)?.urn === host.urn),
    ),
  );
}

function keyOf(cloud: Cloud, reference: string): string {
  return resolve(cloud, reference)?.urn ?? reference;
}
