import type { Facts, ResourceFact } from '../facts';
import {
  blocks,
  readCloud,
  referenceKey,
  references,
  resolve,
  resourcesOfKind,
  type Cloud,
} from './cloud';
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
        references(block, 'id').map((id) => referenceKey(cloud, id)),
      ),
    ),
  );
  return resourcesOfKind(cloud, 'LaunchTemplate', 'LaunchConfiguration')
    .filter(({ urn }) => !instanceTemplates.has(urn))
    .map((resource) => {
      const users = groups.filter(({ inputs }) =>
        templateReferences(inputs).some(
          (reference) => referenceKey(cloud, reference) === resource.urn,
        ),
      );
      const own = hostParts(cloud, resource);
      return {
        ...own,
        name: resource.name,
        resource,
        subnets: [
          ...own.subnets,
          ...users.flatMap(({ inputs }) =>
            references(inputs, 'vpcZoneIdentifiers').map((id) => referenceKey(cloud, id)),
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
    ].map((reference) => referenceKey(cloud, reference)),
    subnets: [
      ...references(inputs, 'subnetId'),
      ...interfaces.flatMap((block) => references(block, 'subnetId')),
    ].map((reference) => referenceKey(cloud, reference)),
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
