import { describe, expect, test } from '@jest/globals';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { minimalInput } from '../support/cluster/blueprint-inputs';
import type { RecordedResource } from '../support/cluster/mocks';
import { recordCluster } from '../support/cluster/record-cluster';

/** What the first packet of a machine needs, in any subnet. */
const network = [
  'InternetGateway',
  'NatGateway',
  'NetworkAclAssociation',
  'NetworkAclRule',
  'Route',
  'RouteTableAssociation',
  'SecurityGroupEgressRule',
  'SecurityGroupIngressRule',
  'VpcEndpoint',
  'VpcEndpointRouteTableAssociation',
  // The name of the API, and what it leads to.
  'Listener',
  'LoadBalancer',
];

const kindOf = ({ type }: Pick<RecordedResource, 'type'>) => type.split(':').at(-1) ?? '';
const label = (resource: RecordedResource) => `${kindOf(resource)} ${resource.name}`;

/** Everything that must exist before a resource is made, near and far. */
function awaited(resources: readonly RecordedResource[]) {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const known = new Map<string, ReadonlySet<string>>();
  const of = (urn: string): ReadonlySet<string> => {
    const found = known.get(urn);
    if (found) return found;
    const near = byUrn.get(urn)?.dependencies ?? [];
    const all = new Set([...near, ...near.flatMap((dependency) => [...of(dependency)])]);
    known.set(urn, all);
    return all;
  };
  return of;
}

async function missing(
  changes: Partial<BlueprintInput>,
  waiters: readonly string[],
  needed: (resource: RecordedResource) => boolean,
  lost = '',
): Promise<readonly string[]> {
  const { resources } = await recordCluster(changes);
  const of = awaited(
    resources.map((resource) => ({
      ...resource,
      dependencies: resource.dependencies.filter((urn) => !urn.endsWith(`::${lost}`)),
    })),
  );
  const waiting = resources.filter((resource) => waiters.includes(kindOf(resource)));
  expect(waiting.length).toBeGreaterThan(0);
  return waiting.flatMap((waiter) => {
    const before = of(waiter.urn);
    return resources
      .filter((resource) => needed(resource) && !before.has(resource.urn))
      .map((resource) => `${label(waiter)} does not wait for ${label(resource)}`);
  });
}

const isNetwork = (resource: RecordedResource) =>
  network.includes(kindOf(resource)) ||
  (kindOf(resource) === 'Record' && resource.name === 'prod-dns-api');

describe('what waits for what', () => {
  test.each<[string, Partial<BlueprintInput>]>([
    ['the default cluster', {}],
    [
      'one NAT gateway and node ports',
      {
        access: { ...minimalInput.access, nodePortCidrs: ['192.0.2.0/24'] },
        network: { natGateways: 'single' },
        workers: [{ name: 'general', nodePorts: [30080] }],
      },
    ],
    ['a private API', { access: { ...minimalInput.access, apiCidrs: [] } }],
  ])('every machine of %s waits for the whole network', async (_name, changes) => {
    expect(await missing(changes, ['Group', 'Instance'], isNetwork)).toEqual([]);
  });

  test('NAT gateways and public load balancers wait for an attached internet gateway', async () => {
    const gateway = (resource: RecordedResource) =>
      kindOf(resource) === 'InternetGateway' || resource.name === 'prod-network-public-internet';
    expect(await missing({}, ['NatGateway', 'LoadBalancer'], gateway)).toEqual([]);
  });

  test('the test itself sees a missing edge', async () => {
    const lost = 'prod-firewall-etcd-clients-out';
    const found = await missing({}, ['Instance'], isNetwork, lost);
    expect(found).toHaveLength(5);
    expect(found[0]).toBe(
      `Instance prod-etcd-etcd-0 does not wait for SecurityGroupEgressRule ${lost}`,
    );
  });
});
