import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { synthesizeManifests } from '../../../constructs/manifests';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import { planUpgrade } from '../../../lib/cluster/upgrade/plan-upgrade';
import { planPki } from '../../../lib/pki/pki-plan';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { startPlainEtcd, type PlainEtcd } from '../../support/kubernetes/kube-plain-etcd';
import { mustRun } from '../../support/kubernetes/kube-process';
import { materializePki, type MaterializedPki } from '../../support/pki';
import { describeWithTools } from '../../support/tools';
import { planAddresses } from '../../../lib/network/address-plan';

/**
 * The procedure of docs/kubernetes.md: each step is a machine with other keys in its configuration,
 * which its own `write-encryption-config` puts together.
 */
describeWithTools('rotation of the key of Secrets', controlPlaneTools('1.36'), (tools) => {
  const steps = [['key-1'], ['key-1', 'key-2'], ['key-2', 'key-1'], ['key-2']] as const;
  const texts = { first: 'written with one', second: 'written with both', third: 'written after' };
  let etcd: PlainEtcd;
  let pki: MaterializedPki;
  const planes: ControlPlane[] = [];

  beforeAll(async () => {
    etcd = await startPlainEtcd();
    const further = await materializePki(
      planPki(
        withKeys(etcd.blueprint, steps[1]),
        planAddresses(withKeys(etcd.blueprint, steps[1])),
      ),
    );
    pki = {
      ...etcd.pki,
      parameters: new Map([...further.parameters, ...etcd.pki.parameters]),
    };
    planes.push(await startMachine(steps[0]));
  });
  afterAll(async () => {
    for (const plane of planes) await plane.stop();
    await etcd.stop();
  });

  const startMachine = (keys: readonly string[]) =>
    startControlPlane({
      etcd: { ...etcd, pki, blueprint: withKeys(etcd.blueprint, keys) },
      controllerManager: false,
    });
  /** The next machine joins; the one before is still there. */
  const join = async (step: 1 | 2 | 3) => {
    const [older] = planes;
    if (!older) throw new Error('no machine');
    const newer = await startMachine(steps[step]);
    planes.push(newer);
    return { older, newer };
  };
  const leave = async () => planes.shift()?.stop();
  const write = async (plane: ControlPlane, name: keyof typeof texts) => {
    const { status } = await plane.admin.post('/api/v1/namespaces/default/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      stringData: { text: texts[name] },
    });
    expect([name, status]).toEqual([name, 201]);
  };
  const read = async (plane: ControlPlane) => {
    const { status, body } = await plane.admin.get('/api/v1/secrets');
    expect(status).toBe(200);
    const { items } = body as { items: { metadata: { name: string }; data: { text: string } }[] };
    return Object.fromEntries(
      items.map(({ metadata, data }) => [
        metadata.name,
        Buffer.from(data.text, 'base64').toString(),
      ]),
    );
  };
  /** What the value of each Secret begins with in etcd. */
  const prefixes = async () => {
    const { stdout } = await etcd.etcdctl(['get', '/registry/secrets/', '--prefix', '-w', 'json']);
    const { kvs } = JSON.parse(stdout) as { kvs: { key: string; value: string }[] };
    const decode = (text: string) => Buffer.from(text, 'base64').toString('latin1');
    return Object.fromEntries(
      kvs.map(({ key, value }) => [
        decode(key).split('/').at(-1) ?? '',
        /^k8s:enc:secretbox:v1:[^:]+:/.exec(decode(value))?.[0],
      ]),
    );
  };
  const of = (key: string) => `k8s:enc:secretbox:v1:${key}:`;

  test.each([0, 1, 2] as const)(
    'step %# of the procedure is one that an upgrade plan takes',
    (at) => {
      const [from, to] = [steps[at], steps[at + 1] ?? []].map((keys) =>
        withKeys(etcd.blueprint, keys),
      );
      if (!from || !to) throw new Error('no step');
      const manifests = synthesizeManifests(to);
      expect(planUpgrade(from, to, { from: manifests, to: manifests }).refusals).toEqual([]);
    },
  );

  test('a machine that knows the new key still writes with the old one', async () => {
    const [first] = planes;
    if (!first) throw new Error('no machine');
    await write(first, 'first');
    const { older, newer } = await join(1);
    await write(newer, 'second');
    const { first: one, second: two } = texts;
    expect(await read(older)).toEqual({ first: one, second: two });
    expect(await read(newer)).toEqual({ first: one, second: two });
    expect(await prefixes()).toEqual({ first: of('key-1'), second: of('key-1') });
    await leave();
  });

  test('the next writes with the new key, and the one before reads it', async () => {
    const { older, newer } = await join(2);
    await write(newer, 'third');
    expect(await read(older)).toEqual(texts);
    expect(await read(newer)).toEqual(texts);
    expect(await prefixes()).toEqual({
      first: of('key-1'),
      second: of('key-1'),
      third: of('key-2'),
    });
    await leave();
  });

  test('the command of the documentation writes every Secret with the new key', async () => {
    const document = await readFile(path.join(__dirname, '../../../docs/kubernetes.md'), 'utf8');
    const [, command = ''] = /Rewrite every Secret: `([^`]+)`/.exec(document) ?? [];
    const [plane] = planes;
    if (!plane) throw new Error('no machine');
    await mustRun('sh', ['-euc', command], {
      env: {
        PATH: `${path.dirname(tools['kubectl@1.36'])}:${process.env.PATH ?? ''}`,
        KUBECONFIG: plane.adminKubeconfig,
        HOME: plane.place.root,
      },
    });
    expect(await prefixes()).toEqual({
      first: of('key-2'),
      second: of('key-2'),
      third: of('key-2'),
    });
    expect(await read(plane)).toEqual(texts);
  });

  test('a machine without the old key reads all of them', async () => {
    const { newer } = await join(3);
    await leave();
    const folder = path.join(newer.place.root, 'etc/kubernetes/encryption');
    expect(await readdir(path.join(folder, 'keys'))).toEqual(['key-2']);
    const config = await readFile(path.join(folder, 'config.yaml'), 'utf8');
    const keyText = (name: string) =>
      pki.parameters.get(`control-plane/secrets-encryption/${name}`);
    expect(config.includes(keyText('key-1') ?? 'no key')).toBe(false);
    expect(config.includes(keyText('key-2') ?? 'no key')).toBe(true);
    expect(await read(newer)).toEqual(texts);
  });
});

function withKeys(blueprint: Blueprint, keys: readonly string[]): Blueprint {
  return {
    ...blueprint,
    kubernetes: { ...blueprint.kubernetes, encryption: { provider: 'secretbox', keys } },
  };
}
