import { describe, expect, test } from '@jest/globals';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { HardenedCluster } from '../../stacks/hardened-cluster';
import { makePlan } from '../support/cluster-plan';
import { recordRun, type RecordedResource } from '../support/mocks';

const known = new Map<string, ReadonlyMap<string, RecordedResource>>();

async function resourcesOf(changes: Partial<BlueprintInput>) {
  const key = JSON.stringify(changes);
  const registered = known.get(key) ?? (await register(changes));
  known.set(key, registered);
  return registered;
}

async function register(
  changes: Partial<BlueprintInput>,
): Promise<ReadonlyMap<string, RecordedResource>> {
  const { resources } = await recordRun(() => ({
    ...new HardenedCluster('prod', makePlan(changes)).outputs,
  }));
  return new Map(resources.map((resource) => [resource.urn, resource]));
}

/** What a change of the configuration does to resources; generated keys are left out. */
async function compare(before: Partial<BlueprintInput>, after: Partial<BlueprintInput>) {
  const [old, now] = [await resourcesOf(before), await resourcesOf(after)];
  const open = ({ type, inputs, secretInputs }: RecordedResource) =>
    JSON.stringify(
      Object.entries(inputs).filter(
        ([key]) => !secretInputs.includes(key) && !type.startsWith('tls:'),
      ),
    );
  const label = ({ type, name }: RecordedResource) => `${type.split(':').at(-1) ?? ''} ${name}`;
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
  };
}

/** Holds a public key, which every run of a test makes anew. */
const isKeyDocument = ({ name }: RecordedResource) => name === 'prod-oidc-jwks';

const indexOfManifests = 'BucketObjectv2 prod-manifests-SHA256SUMS';
const members = ['etcd-0', 'etcd-1', 'etcd-2', 'etcd-3', 'etcd-4'];

describe('a change of the configuration', () => {
  test('adds a pool and touches nothing else', async () => {
    const change = await compare({}, { workers: [{ name: 'general' }, { name: 'batch' }] });
    expect(change).toEqual({
      added: [
        'BucketObjectv2 prod-content-bundle-worker-batch',
        'Group prod-worker-batch',
        'LaunchTemplate prod-worker-batch',
      ],
      removed: [],
      // A CronJob inside the cluster checks each pool.
      changed: ['BucketObjectv2 prod-manifests-70-kube-bench.yaml', indexOfManifests],
    });
  });

  // Host firewalls name every member: the others must let the new ones in before they join.
  test('adds members, and renews the machines that must let them in', async () => {
    const change = await compare({ etcd: { members: 3 } }, { etcd: { members: 5 } });
    expect(change.removed).toEqual([]);
    expect(change.added.filter((name) => !/etcd-(members-etcd-)?[34]/.test(name))).toEqual([]);
    expect(change.changed).toEqual([
      'BucketObjectv2 prod-content-bundle-bastion',
      'BucketObjectv2 prod-content-bundle-control-plane',
      'BucketObjectv2 prod-etcd-content-bundle-etcd-0',
      'BucketObjectv2 prod-etcd-content-bundle-etcd-1',
      'BucketObjectv2 prod-etcd-content-bundle-etcd-2',
      'Instance prod-etcd-etcd-0',
      'Instance prod-etcd-etcd-1',
      'Instance prod-etcd-etcd-2',
      'LaunchTemplate prod-bastion',
      'LaunchTemplate prod-control-plane',
    ]);
  });

  // Host firewalls name the subnets of the other tiers.
  test('adds a zone, and renews the machines whose firewall names it', async () => {
    const zones = ['a', 'b', 'c', 'd'].map((letter) => `eu-central-1${letter}`);
    // The standard wants a control-plane machine in each zone.
    const controlPlane = { machines: 4 };
    const change = await compare({ controlPlane }, { controlPlane, zones });
    expect(change.removed).toEqual([]);
    expect(change.added.filter((name) => !/eu-central-1d|10-0-(96|112|120)-0/.test(name))).toEqual(
      [],
    );
    expect(change.changed).toEqual([
      'BucketObjectv2 prod-content-bundle-bastion',
      'BucketObjectv2 prod-content-bundle-control-plane',
      'BucketObjectv2 prod-content-bundle-worker-general',
      ...members.map((member) => `BucketObjectv2 prod-etcd-content-bundle-${member}`),
      'BucketObjectv2 prod-manifests-10-system-namespaces.yaml',
      'BucketObjectv2 prod-manifests-40-pod-network.yaml',
      indexOfManifests,
      'Group prod-bastion',
      'Group prod-control-plane',
      'Group prod-worker-general',
      ...members.map((member) => `Instance prod-etcd-${member}`),
      'LaunchTemplate prod-bastion',
      'LaunchTemplate prod-control-plane',
      'LaunchTemplate prod-worker-general',
      'LoadBalancer prod-internal',
      'LoadBalancer prod-public',
      'VpcEndpoint prod-endpoints-ec2',
      'VpcEndpoint prod-endpoints-kms',
      'VpcEndpoint prod-endpoints-logs',
      'VpcEndpoint prod-endpoints-ssm',
      'VpcEndpoint prod-endpoints-sts',
    ]);
  });

  test('names another network: one rule, and the host firewall of the API servers', async () => {
    const sshCidrs = ['198.51.100.0/24'];
    const change = await compare(
      { access: { apiCidrs: ['203.0.113.0/24'], sshCidrs } },
      { access: { apiCidrs: ['203.0.113.0/24', '192.0.2.0/24'], sshCidrs } },
    );
    expect(change).toEqual({
      added: ['SecurityGroupIngressRule prod-firewall-api-from-outside-in-192-0-2-0-24'],
      removed: [],
      changed: [
        'BucketObjectv2 prod-content-bundle-control-plane',
        'LaunchTemplate prod-control-plane',
      ],
    });
  });
});
