import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { startEtcdTier, type EtcdTier } from '../../support/etcd/etcd-tier';
import { statusOf } from '../../support/kubernetes/kube-endpoint';
import { waitFor } from '../../support/kubernetes/kube-process';
import {
  creatableResources,
  makeSampleNamespace,
  makeSamples,
} from '../../support/kubernetes/kube-samples';
import { describeWithTools } from '../../support/tools';

interface ListMeta {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
  readonly metadata: { readonly resourceVersion: string };
}

const secretText = 'correct horse battery staple';

describeWithTools('storage on etcd with access control', controlPlaneTools('1.36'), () => {
  let etcd: EtcdTier;
  let plane: ControlPlane;

  beforeAll(async () => {
    etcd = await startEtcdTier({
      members: 3,
      volumeMegabytes: 2048,
      // Ten seconds instead of eight hours; everything else as planned.
      changes: {
        etcd: { flags: { 'auto-compaction-retention': '10s' } },
        waivers: [
          {
            clause: 'scs-0215/etcd/compaction-retention',
            reason: 'accelerated compaction in a test',
            expires: '2026-12-31',
          },
        ],
      },
    });
    plane = await startControlPlane({ etcd, scheduler: true });
    await makeSampleNamespace(plane, { 'pod-security.kubernetes.io/enforce': 'restricted' });
  });
  afterAll(async () => {
    await plane.stop();
    await etcd.stop();
  });

  test('objects of every built-in kind are written, listed, watched and deleted', async () => {
    const samples = await makeSamples();
    const problems: string[] = [];
    const seen: string[] = [];
    for (const { prefix, group, resource } of await creatableResources(plane)) {
      const key = `${group}/${resource.name}`;
      const sample = samples[key];
      if (!sample) throw new Error(`no sample object of ${key}`);
      const collection = `${prefix}${resource.namespaced ? '/namespaces/sample' : ''}/${resource.name}`;
      const { name } = sample.metadata;
      const before = (await plane.admin.get(collection)).body as ListMeta;
      const { resourceVersion } = before.metadata;
      const query = `timeoutSeconds=5&resourceVersion=${resourceVersion}&fieldSelector=metadata.name%3D${name}`;
      const watched = plane.admin
        .firstEvent(`${collection}?watch=true&${query}`)
        .catch((error: unknown) => String(error));
      const created = await plane.admin.post(collection, sample);
      if (created.status === 201) {
        const event = await watched;
        if (event !== 'ADDED') problems.push(`${key}: watched ${event}`);
      } else {
        problems.push(`${key}: ${created.text}`);
      }
      const list = (await plane.admin.get(collection)).body as ListMeta;
      if (!list.items.some(({ metadata }) => metadata.name === name)) {
        problems.push(`${key}: not listed`);
      }
      const deleted = await plane.admin.delete(`${collection}/${name}`, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        gracePeriodSeconds: 0,
      });
      if (deleted.status >= 300) problems.push(`${key}: not deleted, ${deleted.text}`);
      seen.push(key);
    }
    expect(problems).toEqual([]);
    expect(seen.length).toBeGreaterThanOrEqual(55);
  });

  test('a Secret is encrypted in etcd and its text is in no file of any member', async () => {
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'kept' },
      stringData: { password: secretText },
    };
    expect((await plane.admin.post('/api/v1/namespaces/sample/secrets', body)).status).toBe(201);
    const { stdout } = await etcd.etcdctl(
      ['get', '/registry/secrets/sample/kept', '--print-value-only'],
      {},
    );
    expect(stdout.slice(0, 29)).toBe('k8s:enc:secretbox:v1:key-1:' + stdout.slice(27, 29));
    const plain = {
      ...body,
      kind: 'ConfigMap',
      stringData: undefined,
      data: { note: 'plain words' },
    };
    expect((await plane.admin.post('/api/v1/namespaces/sample/configmaps', plain)).status).toBe(
      201,
    );
    for (const machine of etcd.machines) {
      const files = await filesBelow(machine.volume);
      const contents = await Promise.all(files.map((file) => readFile(file)));
      const holds = (text: string) => contents.some((content) => content.includes(text));
      // The second shows that the search would find what is not encrypted.
      expect([machine.name, holds(secretText), holds('plain words')]).toEqual([
        machine.name,
        false,
        true,
      ]);
    }
  });

  test('10,000 objects are written and listed, page by page and at once', async () => {
    const collection = '/api/v1/namespaces/sample/configmaps';
    const started = Date.now();
    const numbers = Array.from({ length: 10_000 }, (_, index) => index);
    const statuses = new Map<number, number>();
    const worker = async () => {
      for (let index = numbers.pop(); index !== undefined; index = numbers.pop()) {
        const { status } = await plane.admin.post(collection, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `many-${index}`, labels: { many: 'yes' } },
          data: { text: 'x'.repeat(500) },
        });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    const seconds = (Date.now() - started) / 1000;
    expect(Object.fromEntries(statuses)).toEqual({ 201: 10_000 });
    const all = (await plane.admin.get(`${collection}?labelSelector=many%3Dyes`)).body as ListMeta;
    expect(all.items.length).toBe(10_000);
    let pages = 0;
    let listed = 0;
    let next: string | undefined = '';
    do {
      const answer = await plane.admin.get(
        `${collection}?labelSelector=many%3Dyes&limit=1000${next ? `&continue=${encodeURIComponent(next)}` : ''}`,
      );
      expect(answer.status).toBe(200);
      const page = answer.body as ListMeta & { metadata: { continue?: string } };
      pages += 1;
      listed += page.items.length;
      next = page.metadata.continue;
    } while (next);
    expect([pages, listed]).toEqual([10, 10_000]);
    process.stderr.write(`10,000 objects in ${seconds.toFixed(1)} s\n`);
  });

  test('controller manager and scheduler each hold their lease', async () => {
    for (const name of ['kube-controller-manager', 'kube-scheduler']) {
      const lease = await plane.admin.get(
        `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}`,
      );
      expect([name, lease.status]).toEqual([name, 200]);
      const { spec } = lease.body as { spec: { holderIdentity: string } };
      expect(spec.holderIdentity).not.toBe('');
    }
  });

  test('the API stays ready and writable while any one member restarts', async () => {
    for (const machine of etcd.machines) {
      await machine.powerOff();
      const name = `without-${machine.name}`;
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
      const created = await waitFor(
        name,
        async () => {
          const { status } = await plane.admin.post('/api/v1/namespaces/sample/configmaps', body);
          return status === 201 || undefined;
        },
        { seconds: 20 },
      );
      expect(created).toBe(true);
      // A probe that was under way when the member went may still fail.
      const ready = await waitFor(
        'readiness',
        async () => (await plane.admin.get('/readyz')).status === 200 || undefined,
        { seconds: 10 },
      );
      expect(ready).toBe(true);
      await machine.powerOn();
      await etcd.start([machine]);
    }
    expect([...plane.programs.values()].map((program) => program.exitCode())).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('etcd compacts by itself: the database does not grow with the number of changes', async () => {
    const member = etcd.machine('etcd-0');
    const sizeInUse = async () => {
      const { stdout } = await member.exec(['curl', '-fsS', 'http://127.0.0.1:2381/metrics']);
      const line = /^etcd_mvcc_db_total_size_in_use_in_bytes (\S+)$/m.exec(stdout);
      return Number(line?.[1]);
    };
    // Several objects at once: what is older than ten seconds goes while they are still written.
    let largest = 0;
    const change = async (name: string, count: number) => {
      for (let index = 0; index < count; index++) {
        const { status } = await plane.admin.patch(`/api/v1/namespaces/sample/configmaps/${name}`, {
          data: { text: `${index} ${'y'.repeat(100_000)}` },
        });
        expect(status).toBe(200);
        if (index % 10 === 9) largest = Math.max(largest, await sizeInUse());
      }
    };
    const before = await sizeInUse();
    await Promise.all(
      ['many-0', 'many-1', 'many-2', 'many-3', 'many-4'].map((name) => change(name, 60)),
    );
    expect(largest - before).toBeGreaterThan(10_000_000);
    await waitFor(
      'compaction',
      async () => ((await sizeInUse()) < before + 3_000_000 ? true : undefined),
      { everyMilliseconds: 1000 },
    );
    // Asked of etcd itself: the API server may still know an old state from its cache.
    const old = await etcd.etcdctl(['get', '/registry/namespaces/default', '--rev=10']);
    expect([old.status, old.stderr]).toEqual([1, expect.stringContaining('has been compacted')]);
  });

  test('nothing that the API server may not do is tried for ever', async () => {
    const log = await readFile(path.join(plane.place.root, 'kube-apiserver.log'), 'utf8');
    const denied = log.split('\n').filter((line) => line.includes('permission denied'));
    expect(denied).toEqual([]);
  });

  test('after all of this the very processes that were started are ready', async () => {
    expect(
      [...plane.programs.values()].map((program) => [program.name, program.exitCode()]),
    ).toEqual(
      ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => [name, null]),
    );
    await waitFor('readiness', async () =>
      (await plane.admin.get('/readyz')).status === 200 ? true : undefined,
    );
    for (const port of [plane.place.ports.controllerManager, plane.place.ports.scheduler]) {
      const healthy = await waitFor('health', async () =>
        (await statusOf({ port }, '/healthz')) === 200 ? true : undefined,
      );
      expect(healthy).toBe(true);
    }
  });

  test('consistent lists come from the cache, as they do on an etcd without users', async () => {
    const collection = '/api/v1/namespaces/sample/configmaps?limit=1&labelSelector=many%3Dnone';
    const servedFromCache = async () => {
      const { text } = await plane.admin.get('/metrics');
      const reads = text
        .split('\n')
        .filter((line) => line.startsWith('apiserver_watch_cache_consistent_read_total{'))
        .filter((line) => line.includes('resource="configmaps"'))
        .filter((line) => line.includes('success="true"') && line.includes('fallback="false"'));
      return reads.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    };
    // On a busy machine the cache may be late for one of them, which etcd serves then.
    const served = await waitFor('five lists from the cache', async () => {
      const before = await servedFromCache();
      for (let index = 0; index < 5; index++) {
        expect((await plane.admin.get(collection)).status).toBe(200);
      }
      return (await servedFromCache()) >= before + 5 || undefined;
    });
    expect(served).toBe(true);
  });
});

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
