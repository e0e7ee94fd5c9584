import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { supportedMinorVersions } from '../../../lib/kubernetes/releases';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { startEtcdTier, type EtcdTier } from '../../support/etcd/etcd-tier';
import { handshake, listeningSockets, statusOf } from '../../support/kubernetes/kube-endpoint';
import { restrictedPod } from '../../support/kubernetes/kube-objects';
import { waitFor } from '../../support/kubernetes/kube-process';
import {
  makeSampleNamespace,
  creatableResources,
  makeSamples,
  readSamples,
  storeSamples,
} from '../../support/kubernetes/kube-samples';
import { issueCertificate, makeCa } from '../../support/pki';
import { describeWithTools } from '../../support/tools';

/** 1.36 has the suites beside this one; here is their short form for every other minor version. */
for (const minorVersion of supportedMinorVersions.filter((candidate) => candidate !== '1.36')) {
  describeWithTools(`the control plane of ${minorVersion}`, controlPlaneTools(minorVersion), () => {
    let etcd: EtcdTier;
    let plane: ControlPlane;
    let stored: Record<string, string>;

    beforeAll(async () => {
      etcd = await startEtcdTier({
        members: 1,
        changes: { kubernetes: { version: minorVersion } },
      });
      plane = await startControlPlane({ minorVersion, etcd, scheduler: true });
      await makeSampleNamespace(plane);
    });
    afterAll(async () => {
      await plane.stop();
      await etcd.stop();
    });

    test('is of that version and ready, with its leaders elected', async () => {
      const { body } = await plane.admin.get('/version');
      expect((body as { gitVersion: string }).gitVersion).toMatch(
        new RegExp(`^v${minorVersion.replace('.', '\\.')}\\.`),
      );
      for (const name of ['kube-controller-manager', 'kube-scheduler']) {
        const target = `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}`;
        await waitFor(`lease of ${name}`, async () =>
          (await plane.admin.get(target)).status === 200 ? true : undefined,
        );
      }
      expect((await plane.admin.get('/readyz')).status).toBe(200);
    });

    test('stores an object of every kind and reads it again', async () => {
      const samples = await makeSamples();
      const without = (await creatableResources(plane))
        .map(({ group, resource }) => `${group}/${resource.name}`)
        .filter((kind) => !Object.hasOwn(samples, kind));
      expect(without).toEqual([]);
      stored = await storeSamples(plane);
      expect(Object.keys(stored).length).toBeGreaterThanOrEqual(50);
      expect(await readSamples(plane, stored)).toEqual([]);
    });

    test('encrypts Secrets in etcd, and is refused nothing there', async () => {
      const [secret] = Object.keys(stored).filter((target) => target.includes('/secrets/'));
      const name = secret?.split('/').at(-1) ?? '';
      const { stdout } = await etcd.etcdctl([
        ...['get', `/registry/secrets/sample/${name}`, '--print-value-only'],
      ]);
      expect(stdout.slice(0, 27)).toBe('k8s:enc:secretbox:v1:key-1:');
      const log = await readFile(path.join(plane.place.root, 'kube-apiserver.log'), 'utf8');
      expect(log.split('\n').filter((line) => line.includes('permission denied'))).toEqual([]);
    });

    test('refuses anonymous requests, another CA, without rights or another node', async () => {
      const { port } = { port: plane.place.ports.apiServer };
      for (const target of ['/', '/livez', '/readyz', '/version', '/api/v1/secrets']) {
        expect([target, await statusOf({ port }, target)]).toEqual([target, 401]);
      }
      const ca = await makeCa('kubernetes');
      const intruder = await issueCertificate({
        ca,
        commonName: 'intruder',
        organization: 'system:masters',
      });
      expect(await statusOf({ port }, '/api', intruder)).toBe(401);
      expect(await statusOf({ port }, '/api', { token: 'guessed' })).toBe(401);
      const stranger = await plane.issue({ user: 'stranger' });
      expect(await statusOf({ port }, '/api/v1/secrets', stranger)).toBe(403);
      const node = await plane.issue({ user: 'system:node:one', group: 'system:nodes' });
      for (const target of [
        '/api/v1/secrets',
        '/api/v1/nodes/another',
        ...Object.keys(stored).filter((path) => path.includes('/secrets/')),
      ]) {
        expect([target, await statusOf({ port }, target, node)]).toEqual([target, 403]);
      }
    });

    test('refuses pods below their level, profiles, old TLS and every other port', async () => {
      const pods = '/api/v1/namespaces/sample/pods';
      const pod = restrictedPod('privileged');
      const privileged = {
        ...pod,
        spec: {
          containers: [
            {
              name: 'main',
              image: 'registry.k8s.io/pause:3.10.1',
              securityContext: { privileged: true },
            },
          ],
        },
      };
      expect((await plane.admin.post(pods, privileged)).status).toBe(403);
      expect((await plane.admin.post(pods, restrictedPod('restricted'))).status).toBe(201);
      expect((await plane.admin.get('/debug/pprof/')).status).toBe(404);
      const { apiServer, controllerManager, scheduler } = plane.place.ports;
      for (const port of [apiServer, controllerManager, scheduler]) {
        expect(await handshake({ port }, 'TLSv1.1')).toMatch(
          /alert protocol version|unsupported protocol/,
        );
        expect(await handshake({ port }, 'TLSv1.3')).toBe('TLSv1.3');
      }
      const sockets = (name: string) => listeningSockets(plane.programs.get(name)?.pid);
      expect(await sockets('kube-apiserver')).toEqual([`*:${apiServer}`]);
      expect(await sockets('kube-controller-manager')).toEqual([`127.0.0.1:${controllerManager}`]);
      expect(await sockets('kube-scheduler')).toEqual([`127.0.0.1:${scheduler}`]);
    });
  });
}
