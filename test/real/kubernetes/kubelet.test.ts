import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { synthesizeManifests } from '../../../constructs/manifests';
import { nodeBindings } from '../../../lib/kubernetes/node/node-bindings';
import { nodeSoftware } from '../../../lib/kubernetes/releases';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { startEtcdCloud, type EtcdCloud } from '../../support/etcd/etcd-cloud';
import { findVpcCidr } from '../../support/etcd/etcd-network';
import { startAuthenticator } from '../../support/kubernetes/kube-authenticator';
import { startFakeAws, type FakeAws } from '../../support/kubernetes/kube-aws';
import type { Caller } from '../../support/kubernetes/kube-client';
import {
  handshake,
  listeningSockets,
  shownCertificate,
  statusOf,
} from '../../support/kubernetes/kube-endpoint';
import { mapToTest } from '../../support/kubernetes/kube-mapping';
import { startPlainEtcd } from '../../support/kubernetes/kube-plain-etcd';
import { runCommand, waitFor } from '../../support/kubernetes/kube-process';
import {
  renderControlPlaneRoot,
  type RenderedRoot,
} from '../../support/kubernetes/kube-rendered-root';
import { startWorkerMachine, type WorkerMachine } from '../../support/kubernetes/kube-worker';
import { issueCertificate, makeCa } from '../../support/pki';
import { describeWithTools } from '../../support/tools';

const node = 'i-0aaaaaaaaaaaaaaa1';
const identity = {
  accessKeyId: 'ASIAWORKER',
  secretAccessKey: 'worker-secret-key',
  arn: `arn:aws:sts::123456789012:assumed-role/prod-worker/${node}`,
};
const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const pki = '/var/lib/kubelet/pki';

interface ManifestObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface NodeObject {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly providerID: string };
  readonly status: {
    readonly addresses: readonly { readonly type: string; readonly address: string }[];
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
    readonly nodeInfo: {
      readonly containerRuntimeVersion: string;
      readonly kubeletVersion: string;
    };
  };
}

describeWithTools(
  'a worker with its container runtime',
  [
    ...controlPlaneTools('1.36'),
    'kubelet@1.36',
    `containerd@${nodeSoftware.containerd}`,
    'containerd-shim-runc-v2',
    'aws-iam-authenticator',
    'openssl',
    'ip',
  ],
  (tools) => {
    let aws: FakeAws;
    let cloud: EtcdCloud;
    let plane: ControlPlane;
    const cleanUp: (() => Promise<unknown>)[] = [];
    let controlMachine: RenderedRoot;
    let worker: WorkerMachine;

    beforeAll(async () => {
      const scratch = await mkdtemp(path.join(tmpdir(), 'kubelet-'));
      cleanUp.push(() => rm(scratch, { recursive: true, force: true }));
      const network = findVpcCidr();
      const privateIp = network.replace(/\.0\/24$/, '.7');
      aws = await startFakeAws({
        folder: scratch,
        identities: [identity],
        instances: [{ id: node, privateIp }],
      });
      cleanUp.push(() => aws.stop());
      const etcd = await startPlainEtcd();
      cleanUp.push(() => etcd.stop());
      plane = await startControlPlane({
        etcd,
        prepare: async (root, place) => {
          const webhook = await startAuthenticator(
            tools['aws-iam-authenticator'],
            root,
            aws.environment(identity),
            (text) => mapToTest(text, place),
          );
          cleanUp.push(() => webhook.stop());
        },
      });
      cleanUp.push(() => plane.stop());
      cloud = await startEtcdCloud('127.0.0.1', plane.blueprint.name);
      cleanUp.push(() => cloud.stop());
      controlMachine = await renderControlPlaneRoot({
        blueprint: plane.blueprint,
        pki: plane.etcd.pki,
        kubeadm: tools['kubeadm@1.36'],
      });
      cleanUp.push(() => rm(controlMachine.root, { recursive: true, force: true }));
      const approver = synthesizeManifests(plane.blueprint)
        .flatMap(({ objects }) => objects as readonly ManifestObject[])
        .filter(({ kind }) => kind === 'ClusterRole' || kind === 'ClusterRoleBinding')
        .filter(({ metadata }) => metadata.name.startsWith('hardened-cluster-certificates'));
      for (const object of [...nodeBindings, ...approver]) {
        const made = await plane.admin.post(
          `/apis/rbac.authorization.k8s.io/v1/${object.kind.toLowerCase()}s`,
          object,
        );
        expect([object, made.status]).toEqual([object, 201]);
      }
      worker = await startWorkerMachine({
        plane,
        nodeName: node,
        network,
        programs: {
          kubelet: tools['kubelet@1.36'],
          containerd: tools[`containerd@${nodeSoftware.containerd}`],
          shim: tools['containerd-shim-runc-v2'],
          authenticator: tools['aws-iam-authenticator'],
        },
        env: {
          AWS_ACCESS_KEY_ID: identity.accessKeyId,
          AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
        },
      });
      cleanUp.push(() => worker.stop());
    });
    afterAll(async () => {
      for (const step of cleanUp.reverse()) await step();
    });

    const readOnWorker = async (file: string): Promise<string | undefined> => {
      const { status, stdout } = await worker.machine.exec(['cat', file]);
      return status === 0 ? stdout : undefined;
    };
    const journalOf = (unit: string) => worker.machine.journal(unit);
    const daysOf = (certificate: X509Certificate) =>
      (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    const api = () => ({ host: worker.address, port: 10250 });

    test('its containerd runs on the rendered configuration, every plugin of it, without a complaint', async () => {
      await worker.machine.systemctl('start', 'containerd.service');
      const log = await journalOf('containerd.service');
      // No plugin of the CNI is there yet, and this machine shares its kernel with others.
      const expected =
        /cni|oom.?score|fsverity|Configuration migrated from version 3|level=(info|debug)/i;
      const complaints = log
        .split('\n')
        .filter((line) => line.includes('level=') && !expected.test(line));
      expect(complaints).toEqual([]);
      expect(log).toContain('containerd successfully booted');
      const [pid] = worker.machine.processes('containerd.service');
      // The stream server, which only the kubelet uses.
      expect(await listeningSockets(pid)).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
    });

    test('its kubelet becomes its own node by its IAM role, and gets a certificate to rotate', async () => {
      await worker.machine.systemctl('start', 'kubelet.service');
      const pem = await waitFor(
        'client certificate of the kubelet',
        () => readOnWorker(`${pki}/kubelet-client-current.pem`),
        { everyMilliseconds: 500 },
      );
      const certificate = new X509Certificate(pem);
      expect(certificate.subject).toBe(`O=system:nodes\nCN=system:node:${node}`);
      // Thirty days, or what is left of the CA's own: a day in tests.
      expect(daysOf(certificate)).toBeLessThanOrEqual(30);
      const written = await readOnWorker('/etc/kubernetes/kubelet.conf');
      expect(written).toContain('kubelet-client-current.pem');
      expect(written).not.toMatch(/exec:|token:/);
      const { items } = (await plane.admin.get(requests)).body as {
        items: { spec: { username: string; signerName: string } }[];
      };
      const client = items.find(({ spec }) => spec.signerName.endsWith('apiserver-client-kubelet'));
      expect(client?.spec.username).toBe(`system:node:${node}`);
    });

    test('the node is there with its runtime, labels and address, and waits for the CNI only', async () => {
      const object = await waitFor(
        'status of the node',
        async () => {
          const { status, body } = await plane.admin.get(`/api/v1/nodes/${node}`);
          const found = body as NodeObject;
          const ready =
            status === 200 && found.status.conditions.some(({ type }) => type === 'Ready');
          return ready && found.status.nodeInfo.containerRuntimeVersion ? found : undefined;
        },
        { everyMilliseconds: 500 },
      );
      expect(object.metadata.labels).toMatchObject({
        'topology.kubernetes.io/zone': 'eu-central-1a',
        'topology.kubernetes.io/region': 'eu-central-1',
        'node.kubernetes.io/pool': plane.blueprint.workers[0]?.name,
      });
      expect(object.spec.providerID).toBe(`aws:///eu-central-1a/${node}`);
      expect(object.status.addresses).toContainEqual({
        type: 'InternalIP',
        address: worker.address,
      });
      const { containerRuntimeVersion, kubeletVersion } = object.status.nodeInfo;
      expect(containerRuntimeVersion).toBe(`containerd://${nodeSoftware.containerd}`);
      expect(kubeletVersion).toMatch(/^v1\.36\./);
      const ready = object.status.conditions.find(({ type }) => type === 'Ready');
      expect([ready?.status, ready?.message]).toEqual([
        'False',
        expect.stringContaining('cni plugin not initialized'),
      ]);
    });

    test('before its serving certificate is approved it serves no client', async () => {
      expect(await handshake(api(), 'TLSv1.3')).not.toBe('TLSv1.3');
    });

    test('its serving certificate is approved by the script of a control-plane machine', async () => {
      const file = await waitFor(
        'serving certificate',
        async () => {
          const { code, stderr } = await runCommand(
            path.join(
              controlMachine.root,
              'usr/local/lib/hardened-cluster/approve-serving-certificates',
            ),
            [],
            {
              env: {
                PATH: [tools['kubeadm@1.36'], tools['kubectl@1.36']]
                  .map((program) => path.dirname(program))
                  .concat('/usr/sbin:/usr/bin:/sbin:/bin')
                  .join(':'),
                HC_ROOT: controlMachine.root,
                HC_API_SERVER: plane.baseUrl,
                HC_ENDPOINT_IMDS: cloud.url,
                HC_ENDPOINT_EC2: aws.url,
              },
            },
          );
          expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
          return readOnWorker(`${pki}/kubelet-server-current.pem`);
        },
        { everyMilliseconds: 1000 },
      );
      const certificate = new X509Certificate(file);
      expect(certificate.subject).toBe(`O=system:nodes\nCN=system:node:${node}`);
      expect(certificate.subjectAltName).toBe(`DNS:${node}, IP Address:${worker.address}`);
      expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
      expect(daysOf(certificate)).toBeLessThanOrEqual(30);
      expect(certificate.verify(new X509Certificate(plane.ca).publicKey)).toBe(true);
      const shown = await waitFor('that certificate on port 10250', async () => {
        const raw = await shownCertificate(api()).catch(() => undefined);
        return raw?.equals(certificate.raw) === true ? true : undefined;
      });
      expect(shown).toBe(true);
    });

    test('it listens on 10250, and for health on loopback; 10255 is closed', async () => {
      const [pid] = worker.machine.processes('kubelet.service');
      expect(await listeningSockets(pid)).toEqual(['*:10250', '127.0.0.1:10248']);
      expect(await connection(worker.address, 10250)).toBe('open');
      for (const port of [10255, 10248, 4194]) {
        expect([port, await connection(worker.address, port)]).toEqual([port, 'ECONNREFUSED']);
      }
      const health = await worker.machine.exec(['curl', '-sS', 'http://127.0.0.1:10248/healthz']);
      expect(health.stdout).toBe('ok');
      const readOnly = await worker.machine.exec(['curl', '-sS', 'http://127.0.0.1:10255/pods']);
      expect([readOnly.status, readOnly.stdout]).toEqual([7, '']); // Could not connect.
    });

    test.each([
      '/pods',
      '/metrics',
      '/healthz',
      '/configz',
      '/debug/pprof/',
      '/logs/',
      '/containerLogs/kube-system/some-pod/main',
    ])('an anonymous request of %s is refused', async (target) => {
      expect(await statusOf(api(), target)).toBe(401);
    });

    test('so are other CAs, and users without rights to nodes', async () => {
      const foreign = async (name: string): Promise<Caller> => {
        const ca = plane.etcd.pki.cas.get(name) ?? (await makeCa('kubernetes'));
        return issueCertificate({ ca, commonName: 'x', organization: 'system:masters' });
      };
      const token = async () => {
        const { body } = await plane.admin.post(
          '/api/v1/namespaces/default/serviceaccounts/default/token',
          { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
        );
        return { token: (body as { status: { token: string } }).status.token };
      };
      await waitFor('default service account', async () => {
        const { status } = await plane.admin.get(
          '/api/v1/namespaces/default/serviceaccounts/default',
        );
        return status === 200 || undefined;
      });
      const callers: readonly (readonly [string, Caller, number])[] = [
        ['a CA of the same name', await foreign('none'), 401],
        ['the CA of etcd', await foreign('etcd-ca'), 401],
        ['an unsigned token', { token: 'guessed' }, 401],
        ['a user without rights', await plane.issue({ user: 'stranger' }), 403],
        [
          'another node',
          await plane.issue({ user: 'system:node:another', group: 'system:nodes' }),
          403,
        ],
        ['a service account', await token(), 403],
        ['an administrator', await plane.issue({ user: 'a', group: 'system:masters' }), 200],
      ];
      for (const [name, caller, expected] of callers) {
        expect([name, await statusOf(api(), '/pods', caller)]).toEqual([name, expected]);
      }
    });

    test('an administrator reads neither profiles nor the log folder of the machine', async () => {
      const caller = await plane.issue({ user: 'a', group: 'system:masters' });
      for (const target of ['/debug/pprof/', '/debug/pprof/profile', '/debug/flags/v', '/logs/']) {
        expect([target, await statusOf(api(), target, caller)]).toEqual([target, 405]);
      }
    });

    test('TLS 1.1 and suites that are not listed are refused', async () => {
      expect(await handshake(api(), 'TLSv1.1')).toMatch(
        /alert protocol version|unsupported protocol/,
      );
      expect(await handshake(api(), 'TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256')).toBe('TLSv1.2');
      expect(await handshake(api(), 'TLSv1.3')).toBe('TLSv1.3');
      for (const suite of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-CHACHA20-POLY1305']) {
        expect([suite, await handshake(api(), 'TLSv1.2', suite)]).toEqual([
          suite,
          expect.stringContaining('handshake failure'),
        ]);
      }
    });

    test('the API server reaches it, trusts its certificate and may use it', async () => {
      const { status, body } = await plane.admin.get(`/api/v1/nodes/${node}/proxy/configz`);
      expect(status).toBe(200);
      // What the kubelet says it runs with, not what we wrote down.
      expect((body as { kubeletconfig: object }).kubeletconfig).toMatchObject({
        authentication: { anonymous: { enabled: false }, webhook: { enabled: true } },
        authorization: { mode: 'Webhook' },
        protectKernelDefaults: true,
        seccompDefault: true,
        podPidsLimit: 1024,
        rotateCertificates: true,
        serverTLSBootstrap: true,
        failCgroupV1: true,
        cgroupDriver: 'systemd',
        tlsMinVersion: 'VersionTLS12',
        streamingConnectionIdleTimeout: '5m0s',
        imagePullCredentialsVerificationPolicy: 'AlwaysVerify',
        enableProfilingHandler: false,
      });
    });

    test('it read its configuration without a complaint', async () => {
      const log = await journalOf('kubelet.service');
      expect(log).toContain('Started kubelet');
      expect(log).not.toMatch(
        /unknown field|failed to load kubelet config|unknown flag|deprecated|invalid kernel flag/i,
      );
    });
  },
);

/** `open`, or the code of the error. */
function connection(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve('open');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
}
