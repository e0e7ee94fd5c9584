import { synthesizeManifests } from '../../../constructs/manifests';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import { exactVersion } from '../../../lib/blueprint/version';
import { planUpgrade } from '../../../lib/cluster/upgrade/plan-upgrade';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { startEtcdTier, type EtcdTier } from '../../support/etcd/etcd-tier';
import { waitFor } from '../../support/kubernetes/kube-process';
import {
  makeSampleNamespace,
  readSamples,
  storeSamples,
} from '../../support/kubernetes/kube-samples';
import { describeWithTools } from '../../support/tools';

describeWithTools(
  'upgrade from 1.35 to 1.36',
  [...controlPlaneTools('1.35'), ...controlPlaneTools('1.36')],
  () => {
    let etcd: EtcdTier;
    let older: ControlPlane;
    let newer: ControlPlane;
    const planes: ControlPlane[] = [];
    let stored: Record<string, string>;

    beforeAll(async () => {
      etcd = await startEtcdTier({
        members: 3,
        volumeMegabytes: 1024,
        changes: { kubernetes: { version: '1.35' } },
      });
      older = await startControlPlane({ minorVersion: '1.35', etcd, scheduler: true });
      planes.push(older);
      await makeSampleNamespace(older);
      stored = await storeSamples(older);
    });
    afterAll(async () => {
      for (const plane of planes) await plane.stop();
      await etcd.stop();
    });

    test('is planned: etcd stays, every control-plane machine, then every pool', () => {
      const next = withMinorVersion(etcd.blueprint, '1.36');
      const plan = planUpgrade(etcd.blueprint, next, {
        from: synthesizeManifests(etcd.blueprint),
        to: synthesizeManifests(next),
      });
      expect(plan.refusals).toEqual([]);
      expect(plan.steps.map(({ machine }) => machine)).toEqual([
        'etcd',
        'control-plane 1 of 3',
        'manifests',
        'control-plane 2 of 3',
        'control-plane 3 of 3',
        'worker-general',
      ]);
    });

    test('a first newer machine joins beside an older one, and both read and write the same', async () => {
      newer = await startControlPlane({
        minorVersion: '1.36',
        etcd: { ...etcd, blueprint: withMinorVersion(etcd.blueprint, '1.36') },
        scheduler: true,
      });
      planes.push(newer);
      expect(await readSamples(newer, stored)).toEqual([]);
      for (const [writer, reader] of [
        [newer, older],
        [older, newer],
      ] as const) {
        const name = `written-by-${writer.minorVersion.replace('.', '-')}`;
        const made = await writer.admin.post('/api/v1/namespaces/sample/secrets', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name },
          stringData: { from: writer.minorVersion },
        });
        expect(made.status).toBe(201);
        const read = await reader.admin.get(`/api/v1/namespaces/sample/secrets/${name}`);
        expect((read.body as { data: { from: string } }).data.from).toBe(
          Buffer.from(writer.minorVersion).toString('base64'),
        );
      }
    });

    test('when the older machine goes, the newer takes its leases over', async () => {
      await older.stop();
      const holders = async () => {
        const names = ['kube-controller-manager', 'kube-scheduler'];
        const leases = await Promise.all(
          names.map((name) =>
            newer.admin.get(`/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}`),
          ),
        );
        return leases.map(({ body }) => (body as { spec: { renewTime: string } }).spec.renewTime);
      };
      const before = await holders();
      await waitFor(
        'renewed leases',
        async () => (await holders()).every((time, index) => time !== before[index]) || undefined,
        { everyMilliseconds: 1000 },
      );
      expect(await readSamples(newer, stored)).toEqual([]);
      const { stdout } = await newer.kubectl(['version', '-o', 'json']);
      const { serverVersion } = JSON.parse(stdout) as { serverVersion: { gitVersion: string } };
      expect(serverVersion.gitVersion).toMatch(/^v1\.36\./);
    });

    test('the new version serves what it adds', async () => {
      const { body } = await newer.admin.get('/apis/admissionregistration.k8s.io/v1');
      const { resources } = body as { resources: { name: string }[] };
      expect(resources.map(({ name }) => name)).toContain('mutatingadmissionpolicies');
    });
  },
);

function withMinorVersion(blueprint: Blueprint, minorVersion: string): Blueprint {
  return {
    ...blueprint,
    kubernetes: { ...blueprint.kubernetes, version: exactVersion(minorVersion), minorVersion },
  };
}
