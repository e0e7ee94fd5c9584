import { describe, expect, test } from '@jest/globals';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { fourthZone } from '../support/cluster/fourth-zone';
import type { RecordedResource } from '../support/cluster/mocks';
import { recordCluster } from '../support/cluster/record-cluster';

async function resourcesOf(
  changes: Partial<BlueprintInput>,
): Promise<ReadonlyMap<string, RecordedResource>> {
  const { resources } = await recordCluster(changes);
  return new Map(resources.map((resource) => [resource.urn, resource]));
}

/** What a change of the configuration does to resources; generated keys are left out. */
async function compare(before: Partial<BlueprintInput>, after: Partial<BlueprintInput>) {
  const [old, now] = [await resourcesOf(before), await resourcesOf(after)];
  const custom = [...now.values()].filter((resource) => resource.custom);
  return {
    added: custom
      .filter(({ urn }) => !old.has(urn))
      .map(label)
      .sort(),
    removed: [...old.values()]
      .filter(({ urn }) => !now.has(urn))
      .map(label)
      .sort(),
    changed: custom
      .filter((resource) => {
        const earlier = old.get(resource.urn);
        return (
          earlier !== undefined && open(earlier) !== open(resource) && !isKeyDocument(resource)
        );
      })
      .map(label)
      .sort(),
    /** What machines are made from, of those that were there before. */
    machines: [...old.values()].flatMap((earlier) => {
      const later = now.get(earlier.urn);
      if (!later || !/:(Instance|LaunchTemplate)$/.test(earlier.type)) return [];
      return [{ name: earlier.name, same: earlier.inputs, now: later.inputs }];
    }),
  };
}

const label = ({ type, name }: RecordedResource) => `${type.split(':').at(-1) ?? ''} ${name}`;

function open({ type, inputs, secretInputs, ignoreChanges }: RecordedResource): string {
  const left = [...secretInputs, ...ignoreChanges];
  return JSON.stringify(
    Object.entries(inputs).filter(([key]) => !left.includes(key) && !type.startsWith('tls:')),
  );
}

/** Expects that every machine is made from the same bytes as before, user-data among them. */
function expectSameMachines({ machines }: Awaited<ReturnType<typeof compare>>, count: number) {
  expect(machines).toHaveLength(count);
  for (const machine of machines) {
    expect(Object.keys(machine.now)).toContain('userData');
    expect({ name: machine.name, inputs: machine.now }).toEqual({
      name: machine.name,
      inputs: machine.same,
    });
  }
}

/** Holds a public key, which every run of a test generates again. */
const isKeyDocument = ({ type, name }: RecordedResource) =>
  name === 'prod-oidc' && /:(RestApi|Deployment)$/.test(type);

describe('a change of the configuration', () => {
  test('adds a pool and touches nothing but what runs in the cluster', async () => {
    const change = await compare({}, { workers: [{ name: 'general' }, { name: 'batch' }] });
    expect(change).toMatchObject({
      added: [
        'BucketObjectv2 prod-content-bundle-worker-batch',
        'Group prod-worker-batch',
        'LaunchTemplate prod-worker-batch',
      ],
      removed: [],
      // A CronJob inside the cluster checks each pool.
      changed: [
        'BucketObjectv2 prod-manifests-70-kube-bench.yaml',
        'BucketObjectv2 prod-manifests-SHA256SUMS',
        'Parameter prod-manifests-checksum',
      ],
    });
    expectSameMachines(change, 8);
  });

  test('adds members and touches nothing', async () => {
    const change = await compare({ etcd: { members: 3 } }, { etcd: { members: 5 } });
    expect(change).toMatchObject({ removed: [], changed: [] });
    expect(change.added.filter((name) => !/etcd-(members-etcd-)?[34](-|$)/.test(name))).toEqual([]);
    expect(change.added.filter((name) => name.startsWith('Parameter prod-etcd-'))).toEqual([
      'Parameter prod-etcd-directory-etcd-3',
      'Parameter prod-etcd-directory-etcd-4',
    ]);
    expectSameMachines(change, 6);
  });

  // What spans the zones has one list of their subnets, which AWS extends where it is.
  test('adds a zone and touches nothing but the lists of subnets', async () => {
    const zones = ['a', 'b', 'c', 'd'].map((letter) => `eu-central-1${letter}`);
    // The standard wants a control-plane machine in each zone.
    const controlPlane = { machines: 4 };
    const change = await compare({ controlPlane }, { controlPlane, zones });
    expect(change.removed).toEqual([]);
    expect(change.added.filter((name) => !fourthZone.added.test(name))).toEqual([]);
    expect(change.changed).toEqual(fourthZone.updated);
    expectSameMachines(change, 8);
  });

  test('names another network: one rule, and the host firewall of the API servers', async () => {
    const sshCidrs = ['198.51.100.0/24'];
    const change = await compare(
      { access: { apiCidrs: ['203.0.113.0/24'], sshCidrs } },
      { access: { apiCidrs: ['203.0.113.0/24', '192.0.2.0/24'], sshCidrs } },
    );
    expect(change).toMatchObject({
      added: ['SecurityGroupIngressRule prod-firewall-api-from-outside-in-192-0-2-0-24'],
      removed: [],
      changed: [
        'BucketObjectv2 prod-content-bundle-control-plane',
        'LaunchTemplate prod-control-plane',
      ],
    });
  });
});
