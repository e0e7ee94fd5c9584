import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { deriveKey } from '../../../stacks/trust/derive-key';
import { makePlan } from '../../support/cluster/cluster-plan';
import { fourthZone } from '../../support/cluster/fourth-zone';
import { engineConfig } from '../../support/engine/engine-config';
import { memberOf, type WorldEvent } from '../../support/engine/fake-provider-world';
import { leaksIn, privateKeysIn } from '../../support/cluster/find-secrets';
import { recordCluster } from '../../support/cluster/record-cluster';
import { PulumiEngine, type EngineRun } from '../../support/engine/pulumi-engine';
import { describeWithTools } from '../../support/tools';

const three: Partial<BlueprintInput> = { etcd: { members: 3 } };
const five: Partial<BlueprintInput> = { etcd: { members: 5 } };
const fourZones = ['a', 'b', 'c', 'd'].map((letter) => `eu-central-1${letter}`);

/** What the changes below end with. The standard wants a control-plane machine in each zone. */
const last: Partial<BlueprintInput> = {
  etcd: { ...five.etcd, version: '3.6.13' },
  controlPlane: { machines: 4 },
  zones: fourZones,
};

describeWithTools('Pulumi engine', ['pulumi', 'pulumi-language-nodejs'], (paths) => {
  let engine: PulumiEngine;
  /** What the program registers for three members, `<type> <name>`. */
  let registered: readonly string[];

  const configure = (changes: Partial<BlueprintInput>) => {
    engine.configure(engineConfig(join(engine.folder, 'artifacts'), changes));
  };

  const deletedSince = (event: number) =>
    engine.world
      .events()
      .slice(event)
      .filter(({ operation }) => operation === 'delete')
      .map(({ type, name }) => `${type.split(':').at(-1) ?? ''} ${name}`)
      .sort();

  const instancesSince = (event: number) =>
    engine.world
      .events()
      .slice(event)
      .filter(({ type }) => type === 'aws:ec2/instance:Instance');

  beforeAll(async () => {
    const { resources } = await recordCluster(three);
    const custom = resources.filter((resource) => resource.custom);
    registered = custom.map(({ type, name }) => `${type.split(':').at(-1) ?? ''} ${name}`).sort();
    engine = new PulumiEngine({
      pulumi: paths.pulumi,
      language: paths['pulumi-language-nodejs'],
      types: [...new Set(custom.map(({ type }) => type))].sort(),
    });
    await engine.initialize();
  });

  afterAll(() => {
    engine.remove();
  });

  test('fails before anything is registered when an artifact has no known checksum', async () => {
    engine.configure({
      ...engineConfig(join(engine.folder, 'artifacts'), three),
      'hardened-cluster:artifacts': {},
    });
    const run = await engine.up();
    expect(run.status).not.toBe(0);
    expect(run.text).toContain('artifacts.sha256.aws-iam-authenticator');
    expect(changesOf(run)).toEqual(nothing);
    expect(engine.world.events().filter(({ operation }) => operation !== 'invoke')).toEqual([]);
  });

  test('previews the exact resources and makes none', async () => {
    configure(three);
    const run = await engine.preview();
    expect(run).toMatchObject({ status: 0 });
    expect(changesOf(run)).toEqual({ ...nothing, create: registered });
    expect(engine.world.events().filter(({ operation }) => operation !== 'invoke')).toEqual([]);
  });

  test('makes what it previewed', async () => {
    const run = await engine.up();
    expect(run).toMatchObject({ status: 0 });
    expect(changesOf(run)).toEqual({ ...nothing, create: registered });
  });

  test('changes nothing the second time', async () => {
    const run = await engine.up();
    expect(run).toMatchObject({ status: 0 });
    expect(changesOf(run)).toEqual(nothing);
    expect(run.steps.same).toEqual(registered);
  });

  test('changes one auto-scaling group when the number of workers changes', async () => {
    configure({ ...three, workers: [{ name: 'general', minimum: 4 }] });
    const run = await engine.up();
    expect(run).toMatchObject({ status: 0 });
    expect(changesOf(run)).toEqual({ ...nothing, update: ['Group prod-worker-general'] });
  });

  test('only adds when a pool is added', async () => {
    configure({ ...three, workers: [{ name: 'general', minimum: 4 }, { name: 'batch' }] });
    const run = await engine.preview();
    expect(run).toMatchObject({ status: 0 });
    expect(changesOf(run)).toEqual({
      ...nothing,
      create: [
        'BucketObjectv2 prod-content-bundle-worker-batch',
        'Group prod-worker-batch',
        'LaunchTemplate prod-worker-batch',
      ],
      // A CronJob inside the cluster checks each pool.
      update: [
        'BucketObjectv2 prod-manifests-70-kube-bench.yaml',
        'BucketObjectv2 prod-manifests-SHA256SUMS',
        'Parameter prod-manifests-checksum',
      ],
    });
  });

  test('replaces etcd members one after the other, each when the one before is healthy', async () => {
    const before = engine.world.events().length;
    configure({ etcd: { members: 3, version: '3.6.13' } });
    const run = await engine.up();
    expect(run).toMatchObject({ status: 0 });
    expect(run.steps.replace.filter((step) => step.startsWith('Instance'))).toEqual([
      'Instance prod-etcd-etcd-0',
      'Instance prod-etcd-etcd-1',
      'Instance prod-etcd-etcd-2',
    ]);
    expect(run.steps.delete.filter((step) => step.startsWith('Volume '))).toEqual([]);
    const instances = instancesSince(before);
    expect(instances.map(({ operation, name }) => `${operation} ${name}`)).toEqual([
      'delete prod-etcd-etcd-0',
      'create prod-etcd-etcd-0',
      'delete prod-etcd-etcd-1',
      'create prod-etcd-etcd-1',
      'delete prod-etcd-etcd-2',
      'create prod-etcd-etcd-2',
    ]);
    expect(waitsForHealth(instances)).toEqual([true, true]);
  });

  test('only adds when members are added, one after the other, once they can be looked up', async () => {
    const before = engine.world.events().length;
    configure({ etcd: { ...five.etcd, version: '3.6.13' } });
    const run = await engine.up();
    expect(run).toMatchObject({ status: 0 });
    const { create, ...others } = changesOf(run);
    expect(others).toEqual({ update: [], replace: [], delete: [] });
    expect(create.filter((step) => !/etcd-[34](-|$)/.test(step))).toEqual([]);
    const instances = instancesSince(before);
    expect(instances.map(({ operation, name }) => `${operation} ${name}`)).toEqual([
      'create prod-etcd-etcd-3',
      'create prod-etcd-etcd-4',
    ]);
    expect(waitsForHealth(instances)).toEqual([true]);
    const made = engine.world
      .events()
      .slice(before)
      .filter(({ operation }) => operation === 'create')
      .map(({ name }) => name);
    const entries = ['prod-etcd-directory-etcd-3', 'prod-etcd-directory-etcd-4'];
    expect(made).toEqual(expect.arrayContaining(entries));
    const first = made.indexOf('prod-etcd-etcd-3');
    expect(entries.filter((name) => made.indexOf(name) > first)).toEqual([]);
  });

  test('only adds when a zone is added, but for the lists of subnets', async () => {
    configure(last);
    const run = await engine.up();
    expect(run).toMatchObject({ status: 0 });
    const { create, ...others } = changesOf(run);
    expect(create.filter((step) => !fourthZone.added.test(step))).toEqual([]);
    expect(others).toEqual({
      replace: [],
      delete: [],
      update: fourthZone.updated,
    });
  });

  test('finds nothing to do in a refresh', async () => {
    const run = await engine.refresh();
    expect(run).toMatchObject({ status: 0 });
    expect(changesOf(run)).toEqual(nothing);
  });

  test('keeps every generated secret encrypted', async () => {
    const keys = privateKeysIn(await engine.exportState('--show-secrets'));
    // Three CAs, four certificates and more a member, the etcd client and two bare keys.
    expect(keys.length).toBe(makePlan(five).pki.certificates.length + 3 + 2);
    const symmetric = keys.map((key) => deriveKey(key, 'prod/secrets-encryption-key-1'));
    const state = await engine.exportState();
    const told = engine.told();
    expect(told).toContain('resourcePreEvent');
    const world = JSON.stringify(engine.world.events());
    for (const text of [state, told, world, await engine.outputs()]) {
      expect(leaksIn(text, keys)).toEqual([]);
      expect(symmetric.filter((key) => text.includes(key))).toEqual([]);
    }
    // The search itself finds what is there.
    expect(leaksIn(JSON.stringify({ value: keys[0] }), keys)).toEqual([keys[0]]);
  });

  test('refuses to destroy before it deletes anything while protection is on', async () => {
    const before = engine.world.events().length;
    // A destroy begins with its preview, unless a person leaves that out.
    const run = await engine.previewDestroy();
    expect(run.status).not.toBe(0);
    expect(run.text).toContain('protect');
    expect(deletedSince(before)).toEqual([]);
  });

  test('destroys without protection; volumes, snapshots, logs and their keys stay', async () => {
    configure({ ...last, deletionProtection: false });
    const lifted = await engine.up();
    expect(lifted).toMatchObject({ status: 0 });
    expect(changesOf(lifted)).toEqual({
      ...nothing,
      update: ['LoadBalancer prod-internal', 'LoadBalancer prod-public'],
    });
    expect(await engine.previewDestroy()).toMatchObject({ status: 0 });
    const before = engine.world.events().length;
    const run = await engine.destroy();
    expect(run).toMatchObject({ status: 0 });
    const deleted = deletedSince(before);
    expect(deleted.filter((name) => name.startsWith('Key '))).toEqual(['Key prod-keys-secrets']);
    expect(deleted.filter((name) => retained.test(name))).toEqual([]);
    const state = JSON.parse(await engine.exportState()) as { deployment: { resources?: [] } };
    expect(state.deployment.resources ?? []).toEqual([]);
  });

  test('comes up again under the same name, beside what the last one left', async () => {
    expect(engine.world.alive().length).toBeGreaterThan(10);
    configure({ ...three, deletionProtection: false });
    const run = await engine.up();
    expect(run).toMatchObject({ status: 0 });
    expect(changesOf(run)).toEqual({ ...nothing, create: registered });
  });
});

const retained = /^(Volume|LogGroup) |^Bucket\w* prod-(etcd|access-logs)$/;

const nothing = { create: [], update: [], replace: [], delete: [] };

const changesOf = ({ steps: { create, update, replace, delete: deleted } }: EngineRun) => ({
  create,
  update,
  replace,
  delete: deleted,
});

/** Whenever something is done after a creation: whether that member was healthy by then. */
function waitsForHealth(instances: readonly WorldEvent[]): boolean[] {
  return instances.flatMap((event, index) => {
    const before = instances[index - 1];
    return before?.operation === 'create' ? [event.at >= memberOf(before).healthyAt] : [];
  });
}
