import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { synthesizeManifests } from '../../../constructs/manifests';
import {
  checksumOfIndex,
  manifestIndexParameter,
  manifestKeys,
  renderManifestIndex,
  type StoredManifest,
} from '../../../lib/kubernetes/control-plane/manifest-store';
import { nodeBindings } from '../../../lib/kubernetes/node/node-bindings';
import { createRequest } from '../../../lib/pki/issue-certificate';
import { generateKey } from '../../../lib/pki/key';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { startEtcdCloud, type EtcdCloud } from '../../support/etcd/etcd-cloud';
import { renderInstances } from '../../support/kubernetes/kube-aws';
import { startPlainEtcd } from '../../support/kubernetes/kube-plain-etcd';
import type { EtcdForApiServer } from '../../support/kubernetes/kube-plain-etcd';
import { runCommand, waitFor, type CommandResult } from '../../support/kubernetes/kube-process';
import {
  listFiles,
  machineFacts,
  renderControlPlaneRoot,
  type RenderedRoot,
} from '../../support/kubernetes/kube-rendered-root';
import { describeWithTools } from '../../support/tools';
import { calicoDefinitions } from '../constructs/setup';

const node = machineFacts.HC_INSTANCE_ID;

describeWithTools(
  'scripts of a control-plane machine',
  [...controlPlaneTools('1.36'), 'openssl', 'shellcheck'],
  (tools) => {
    let etcd: EtcdForApiServer;
    let plane: ControlPlane;
    let cloud: EtcdCloud;
    let machine: RenderedRoot;
    let ec2: string;
    const programs = {
      kubeadm: tools['kubeadm@1.36'],
      kubectl: tools['kubectl@1.36'],
    };

    /** As a deployment does: the index, and its checksum. */
    const publish = (manifests: readonly StoredManifest[]) => {
      cloud.objects.set(manifestKeys.index, Buffer.from(renderManifestIndex(manifests)));
      cloud.parameters.set(manifestIndexParameter, checksumOfIndex(manifests));
    };

    beforeAll(async () => {
      etcd = await startPlainEtcd();
      plane = await startControlPlane({ etcd });
      cloud = await startEtcdCloud('127.0.0.1', plane.blueprint.name);
      const manifests = synthesizeManifests(plane.blueprint);
      for (const { name, yaml } of manifests) {
        cloud.objects.set(manifestKeys.file(name), Buffer.from(yaml));
      }
      publish(manifests);
      machine = await renderControlPlaneRoot({
        blueprint: plane.blueprint,
        pki: plane.etcd.pki,
        kubeadm: programs.kubeadm,
      });
      await furnish(machine.root, programs);
      ec2 = await serveInstances(cloud);
    });
    afterAll(async () => {
      await plane.stop();
      await etcd.stop();
      await cloud.stop();
      await rm(machine.root, { recursive: true, force: true });
    });

    const script = (
      name: string,
      args: readonly string[] = [],
      input = '',
    ): Promise<CommandResult> =>
      runCommand(path.join(machine.root, 'usr/local/lib/hardened-cluster', name), args, {
        input,
        env: {
          PATH: `${machine.root}/stubs:/usr/sbin:/usr/bin:/sbin:/bin`,
          HC_ROOT: machine.root,
          HC_API_SERVER: plane.baseUrl,
          HC_ENDPOINT_S3: cloud.url,
          HC_ENDPOINT_SSM: cloud.url,
          HC_ENDPOINT_IMDS: cloud.url,
          HC_ENDPOINT_EC2: ec2,
          HC_WAIT_SECONDS: '240',
          HC_PAUSE_SECONDS: '0',
        },
      });

    test('pass shellcheck', async () => {
      const files = (machine.part.files ?? [])
        .filter(({ content }) => content.startsWith('#!/bin/sh'))
        .map((file) => path.join(machine.root, file.path));
      expect(files.length).toBeGreaterThanOrEqual(6);
      const { stdout } = await runCommand(tools.shellcheck, [
        ...['--shell=sh', '--exclude=SC1091', '--severity=style'],
        ...files,
      ]);
      expect(stdout).toBe('');
    });

    test('the start makes a control plane, the scheduler after the manifests, and twice the same', async () => {
      const first = await script('start-control-plane');
      expect([first.code, first.code === 0 ? '' : first.stderr]).toEqual([0, '']);
      const manifests = await readdir(path.join(machine.root, 'etc/kubernetes/manifests'));
      expect(manifests.sort()).toEqual([
        'kube-apiserver.yaml',
        'kube-controller-manager.yaml',
        'kube-scheduler.yaml',
      ]);
      // What the last line says was there when the scheduler's file was written.
      const order = [
        'for "kube-apiserver"',
        'serverside-applied',
        'Applied essential addon: kube-proxy',
        'for "kube-scheduler"',
      ].map((text) => `${first.stdout}${first.stderr}`.indexOf(text));
      expect(order).not.toContain(-1);
      expect(order).toEqual([...order].sort((a, b) => a - b));
      const state = await contents(machine.root);
      const second = await script('start-control-plane');
      expect([second.code, second.code === 0 ? '' : second.stderr]).toEqual([0, '']);
      expect(await contents(machine.root)).toEqual(state);
    });

    test('the manifests hold, the add-ons run beside them, and the node has its role', async () => {
      const status = async (target: string) => (await plane.admin.get(target)).status;
      expect(await status('/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy')).toBe(200);
      expect(await status('/apis/apps/v1/namespaces/kube-system/deployments/coredns')).toBe(200);
      for (const { metadata } of nodeBindings) {
        const target = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${metadata.name}`;
        expect([target, await status(target)]).toEqual([target, 200]);
      }
      const { body } = await plane.admin.get(`/api/v1/nodes/${node}`);
      const { labels } = (body as { metadata: { labels: Record<string, string> } }).metadata;
      expect(labels['node-role.kubernetes.io/control-plane']).toBe('');
    });

    test('no credential of an administrator stays behind', async () => {
      const files = await listFiles(machine.root);
      const found: string[] = [];
      for (const file of files) {
        const text = await readFile(file, 'utf8');
        for (const [, data = ''] of text.matchAll(/client-certificate-data: (\S+)/g)) {
          const { stdout } = await runCommand('openssl', ['x509', '-noout', '-subject'], {
            input: Buffer.from(data, 'base64').toString(),
          });
          if (stdout.includes('system:masters')) found.push(file);
        }
      }
      expect(found).toEqual([]);
    });

    test('a manifest that is gone from the bucket is gone from the cluster, a changed checksum is refused', async () => {
      const extra = stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'for-a-while', namespace: 'kube-public' },
      });
      const manifests = synthesizeManifests(plane.blueprint);
      const withExtra = [...manifests, { name: '90-extra.yaml', yaml: extra }];
      cloud.objects.set(manifestKeys.file('90-extra.yaml'), Buffer.from(extra));
      cloud.objects.set(manifestKeys.index, Buffer.from(renderManifestIndex(withExtra)));
      // A writer of the bucket alone changes nothing in the cluster.
      const foreign = await script('apply-manifests');
      expect([foreign.code, foreign.stderr]).toEqual([1, expect.stringContaining('sha256')]);
      publish(withExtra);
      expect((await script('apply-manifests')).code).toBe(0);
      const target = '/api/v1/namespaces/kube-public/configmaps/for-a-while';
      expect((await plane.admin.get(target)).status).toBe(200);

      cloud.objects.set(manifestKeys.file('90-extra.yaml'), Buffer.from(`${extra}# changed\n`));
      const refused = await script('apply-manifests');
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('sha256')]);

      publish(manifests);
      expect((await script('apply-manifests')).code).toBe(0);
      expect((await plane.admin.get(target)).status).toBe(404);
      const idle = await script('apply-manifests');
      expect([idle.code, idle.stderr]).toEqual([0, 'apply-manifests: nothing changed\n']);
    });

    test('a refused manifest stops only itself, and is named with the reason', async () => {
      const limits = stringify({
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'limits', namespace: 'kube-public' },
        spec: {
          limits: [{ type: 'Container', default: { cpu: '25m' }, defaultRequest: { cpu: '50m' } }],
        },
      });
      const fine = stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'after-it', namespace: 'kube-public' },
      });
      const manifests = synthesizeManifests(plane.blueprint);
      const put = (files: readonly StoredManifest[]) => {
        for (const { name, yaml } of files) {
          cloud.objects.set(manifestKeys.file(name), Buffer.from(yaml));
        }
        publish([...manifests, ...files]);
      };
      const target = '/api/v1/namespaces/kube-public/configmaps/after-it';
      const users = { name: '60-namespace-small.yaml', yaml: limits };
      put([users, { name: '61-after.yaml', yaml: fine }]);
      const named =
        /manifests\/60-namespace-small\.yaml: not applied: .*LimitRange "limits" is invalid/;
      const changed = await script('apply-manifests');
      expect([changed.code, changed.stderr]).toEqual([1, expect.stringMatching(named)]);
      expect(changed.stderr).not.toMatch(/manifests\/(?!60-namespace-small)[^ ]*: not applied/);
      expect((await plane.admin.get(target)).status).toBe(200);
      // The control plane starts all the same, unless the cluster's own manifests are refused.
      const start = await script('apply-manifests', ['--addons']);
      expect([start.code, start.stderr]).toEqual([0, expect.stringMatching(named)]);
      put([{ name: '31-own.yaml', yaml: limits }]);
      const own = await script('apply-manifests', ['--addons']);
      expect([own.code, own.stderr]).toEqual([
        1,
        expect.stringContaining('not applied: 31-own.yaml'),
      ]);

      publish(manifests);
      expect((await script('apply-manifests')).code).toBe(0);
      expect((await plane.admin.get(target)).status).toBe(404);
    });

    test('a probe is answered as the API server answers, and nothing else is', async () => {
      const ask = async (line: string) =>
        (await script('answer-probe', [], `${line}\r\nHost: a\r\n\r\n`)).stdout.split('\r\n')[0];
      expect(await ask('GET /readyz HTTP/1.1')).toBe('HTTP/1.1 200 OK');
      expect(await ask('GET /livez HTTP/1.1')).toBe('HTTP/1.1 200 OK');
      expect(await ask('GET /api/v1/secrets HTTP/1.1')).toBe('HTTP/1.1 404 Not Found');
      expect(await ask('GET /readyz/../api HTTP/1.1')).toBe('HTTP/1.1 404 Not Found');
      expect(await ask('POST /readyz HTTP/1.1')).toBe('HTTP/1.1 405 Method Not Allowed');
      const down = await runCommand(
        path.join(machine.root, 'usr/local/lib/hardened-cluster/answer-probe'),
        [],
        {
          input: 'GET /readyz HTTP/1.1\r\n\r\n',
          env: { HC_ROOT: machine.root, HC_API_SERVER: 'https://127.0.0.1:1' },
        },
      );
      expect(down.stdout.split('\r\n')[0]).toBe('HTTP/1.1 503 Service Unavailable');
    });

    describe('certificates of kubelets', () => {
      interface Ask {
        readonly user?: string;
        readonly commonName?: string;
        readonly organization?: string;
        readonly dnsNames?: readonly string[];
        readonly ipAddresses?: readonly string[];
        readonly usages?: readonly string[];
        readonly signerName?: string;
      }
      const own = { dnsNames: [node], ipAddresses: [machineFacts.HC_PRIVATE_IP] };
      const submit = async (name: string, ask: Ask, expected = 201): Promise<void> => {
        const user = ask.user ?? `system:node:${node}`;
        const client = plane.client(await plane.issue({ user, group: 'system:nodes' }));
        const request = await createRequest({
          privateKeyPem: (await generateKey()).privateKeyPem,
          subject: {
            commonName: ask.commonName ?? user,
            organization: ask.organization ?? 'system:nodes',
          },
          dnsNames: ask.dnsNames ?? own.dnsNames,
          ipAddresses: ask.ipAddresses ?? own.ipAddresses,
        });
        const { status, text } = await client.post(
          '/apis/certificates.k8s.io/v1/certificatesigningrequests',
          {
            apiVersion: 'certificates.k8s.io/v1',
            kind: 'CertificateSigningRequest',
            metadata: { name },
            spec: {
              signerName: ask.signerName ?? 'kubernetes.io/kubelet-serving',
              request: Buffer.from(request).toString('base64'),
              usages: ask.usages ?? ['digital signature', 'server auth'],
            },
          },
        );
        expect([status, status === expected ? '' : text]).toEqual([expected, '']);
      };
      const conditionOf = async (name: string) => {
        const { body } = await plane.admin.get(
          `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}`,
        );
        const { conditions = [] } = (body as { status: { conditions?: { type: string }[] } })
          .status;
        return conditions.map(({ type }) => type).join();
      };

      test('of clients are approved for the node itself by the controller manager', async () => {
        const client = {
          signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
          usages: ['digital signature', 'client auth'],
          dnsNames: [],
          ipAddresses: [],
        };
        await submit('client-of-itself', client);
        // NodeRestriction does not let it ask for another node in the first place.
        await submit('client-of-another', { ...client, commonName: 'system:node:another' }, 403);
        const approved = await waitFor('approval', async () =>
          (await conditionOf('client-of-itself')) === 'Approved' ? true : undefined,
        );
        expect(approved).toBe(true);
      });

      test('are approved for the own name and address, denied for all else, and wait for their instance', async () => {
        const asks: Readonly<Record<string, Ask>> = {
          'own-name-and-address': {},
          'own-address-only': { dnsNames: [] },
          'another-address': { ipAddresses: ['10.0.0.99'] },
          'own-and-another-address': { ipAddresses: [machineFacts.HC_PRIVATE_IP, '10.0.0.99'] },
          'name-of-the-api': { dnsNames: [node, plane.blueprint.names.api] },
          'name-of-another-node': { dnsNames: ['i-0123456789abcde99'] },
          'no-instance': {
            user: 'system:node:i-0123456789abcde77',
            dnsNames: ['i-0123456789abcde77'],
          },
          stopped: {
            user: 'system:node:i-0123456789abcde66',
            dnsNames: ['i-0123456789abcde66'],
            ipAddresses: ['10.0.0.66'],
          },
        };
        for (const [name, ask] of Object.entries(asks)) await submit(name, ask);
        const { code, stderr } = await script('approve-serving-certificates');
        expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
        const verdicts: Record<string, string> = {};
        for (const name of Object.keys(asks)) verdicts[name] = await conditionOf(name);
        expect(verdicts).toEqual({
          'own-name-and-address': 'Approved',
          'own-address-only': 'Approved',
          'another-address': 'Denied',
          'own-and-another-address': 'Denied',
          'name-of-the-api': 'Denied',
          'name-of-another-node': 'Denied',
          // EC2 may list it in a moment.
          'no-instance': '',
          stopped: '',
        });
        // What is decided is not decided again.
        expect(await script('approve-serving-certificates')).toEqual({
          code: 0,
          stdout: '',
          stderr: '',
        });
      });
    });
  },
);

/** What the image, artifacts and other units of the machine bring. */
async function furnish(
  root: string,
  tools: Readonly<Record<'kubeadm' | 'kubectl', string>>,
): Promise<void> {
  const { kubeadm, kubectl } = tools;
  const file = async (name: string, content: string, mode = 0o644) => {
    const target = path.join(root, name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, mode);
  };
  const definitions = calicoDefinitions().map((definition) => stringify(definition));
  await file('usr/local/share/hardened-cluster/calico-crds.yaml', definitions.join('---\n'));
  await file('run/aws-iam-authenticator/kubeconfig.yaml', 'apiVersion: v1\nkind: Config\n');
  await file('stubs/kubeadm', `#!/bin/sh\nexec ${kubeadm} "$@"\n`, 0o755);
  await file('stubs/kubectl', `#!/bin/sh\nexec ${kubectl} "$@"\n`, 0o755);
  // The kubelet's part: it registers the node.
  await file(
    'stubs/systemctl',
    `#!/bin/sh
[ "$*" = 'start kubelet.service' ] || exit 1
k=$(mktemp)
${kubeadm} --rootfs "$HC_ROOT" kubeconfig user --config /etc/kubernetes/kubeadm.yaml \\
  --client-name system:node:${node} --org system:nodes >"$k" 2>/dev/null
sed -i "s|^\\( *server: \\).*|\\1$HC_API_SERVER|" "$k"
printf '{"apiVersion":"v1","kind":"Node","metadata":{"name":"${node}"}}' |
  ${kubectl} --kubeconfig "$k" apply --server-side -f - >/dev/null
rm "$k"
`,
    0o755,
  );
}

async function serveInstances(cloud: EtcdCloud): Promise<string> {
  const running = renderInstances([{ id: node, privateIp: machineFacts.HC_PRIVATE_IP }]);
  const stopped =
    '<item><reservationId>r-2</reservationId><instancesSet><item><instanceId>i-0123456789abcde66</instanceId>' +
    '<instanceState><name>stopped</name></instanceState>' +
    '<privateIpAddress>10.0.0.66</privateIpAddress></item></instancesSet></item></reservationSet>';
  const text = running.replace('</reservationSet>', stopped);
  cloud.objects.set('', Buffer.from(text));
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => {
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

/** Checksums of all files but locks and what is stamped with a time. */
async function contents(root: string): Promise<Record<string, string>> {
  const files = (await listFiles(root)).filter((file) => !/\/run\/|\.lock$/.test(file));
  const checksums = await Promise.all(
    files.map(async (file): Promise<[string, string]> => [
      path.relative(root, file),
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ]),
  );
  return Object.fromEntries(checksums);
}
