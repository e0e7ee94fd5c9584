import { createSign, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { startAuthenticator } from '../../support/kubernetes/kube-authenticator';
import { startFakeAws, type AwsIdentity, type FakeAws } from '../../support/kubernetes/kube-aws';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { mapToTest } from '../../support/kubernetes/kube-mapping';
import { handshake, listeningSockets, statusOf } from '../../support/kubernetes/kube-endpoint';
import { restrictedPod } from '../../support/kubernetes/kube-objects';
import { startOidcIssuer, type OidcIssuer } from '../../support/kubernetes/kube-oidc-issuer';
import { mustRun, waitFor, type Program } from '../../support/kubernetes/kube-process';
import { issueCertificate, makeCa } from '../../support/pki';
import { describeWithTools } from '../../support/tools';

const secretText = 'keep this to yourself';
const workerRole = 'arn:aws:sts::123456789012:assumed-role/tier-worker';
const identities = {
  worker: {
    accessKeyId: 'ASIAWORKER',
    secretAccessKey: 'worker-secret-key',
    arn: `${workerRole}/i-0aaaaaaaaaaaaaaa1`,
  },
  // Started after it, with the address that it had.
  successor: {
    accessKeyId: 'ASIASUCCESSOR',
    secretAccessKey: 'successor-secret-key',
    arn: `${workerRole}/i-0aaaaaaaaaaaaaaa2`,
  },
  operator: {
    accessKeyId: 'ASIAOPERATOR',
    secretAccessKey: 'operator-secret-key',
    arn: 'arn:aws:sts::123456789012:assumed-role/platform-admins/ada',
  },
  stranger: {
    accessKeyId: 'ASIASTRANGER',
    secretAccessKey: 'stranger-secret-key',
    arn: 'arn:aws:sts::999999999999:assumed-role/tier-worker/i-0aaaaaaaaaaaaaaa1',
  },
} as const satisfies Record<string, AwsIdentity>;

describeWithTools(
  'access to the API',
  [...controlPlaneTools('1.36'), 'aws-iam-authenticator'],
  (tools) => {
    let folder: string;
    let issuer: OidcIssuer;
    let aws: FakeAws;
    let webhook: Program | undefined;
    let plane: ControlPlane;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'access-'));
      issuer = await startOidcIssuer();
      aws = await startFakeAws({
        folder,
        identities: Object.values(identities),
        // Names of nodes need no answer of EC2.
        instances: [],
      });
      await writeFile(path.join(folder, 'oidc-ca.pem'), issuer.ca);
      plane = await startControlPlane({
        scheduler: true,
        env: { SSL_CERT_FILE: path.join(folder, 'oidc-ca.pem') },
        changes: {
          kubernetes: { oidc: { issuerUrl: issuer.url, clientId: 'kubernetes' } },
          principals: {
            operatorRoleArns: ['arn:aws:iam::123456789012:role/teams/platform-admins'],
          },
        },
        prepare: async (root, place) => {
          webhook = await startAuthenticator(
            tools['aws-iam-authenticator'],
            root,
            aws.environment(identities.worker),
            (text) => mapToTest(text, place),
          );
        },
      });
      await plane.admin.post('/api/v1/namespaces', namespace('restricted-one', 'restricted'));
      await plane.admin.post('/api/v1/namespaces', namespace('plain-one'));
      for (const name of ['restricted-one', 'plain-one']) {
        await waitFor('default service account', async () => {
          const { status } = await plane.admin.get(
            `/api/v1/namespaces/${name}/serviceaccounts/default`,
          );
          return status === 200 || undefined;
        });
      }
    });
    afterAll(async () => {
      await plane.stop();
      await webhook?.stop();
      await aws.stop();
      await issuer.stop();
      await rm(folder, { recursive: true, force: true });
    });

    describe('who is refused', () => {
      test.each([
        '/',
        '/api',
        '/version',
        '/healthz',
        '/livez',
        '/readyz',
        '/metrics',
        '/openapi/v2',
        '/.well-known/openid-configuration',
        '/api/v1/namespaces/kube-public/configmaps/cluster-info',
        '/debug/pprof/',
      ])('an anonymous request of %s', async (target) => {
        expect((await plane.client({}).get(target)).status).toBe(401);
      });

      test('a client whose certificate another CA signed', async () => {
        const cas = [
          await makeCa('kubernetes'),
          plane.etcd.pki.cas.get('etcd-ca'),
          plane.etcd.pki.cas.get('front-proxy-ca'),
        ];
        for (const ca of cas) {
          if (!ca) throw new Error('no such CA');
          const { certificate, key } = await issueCertificate({
            ca,
            commonName: 'intruder',
            organization: 'system:masters',
          });
          const answer = await plane.client({ certificate, key }).get('/api/v1/namespaces');
          expect(answer.status).toBe(401);
        }
      });

      test('a user without rights', async () => {
        const client = plane.client(await plane.issue({ user: 'without-rights' }));
        expect((await client.get('/api/v1/secrets')).status).toBe(403);
        expect((await client.get('/api')).status).toBe(200);
      });

      test.each(['apiServer', 'controllerManager', 'scheduler'] as const)(
        'TLS 1.1 by the %s, and below 1.3 where only the machine itself asks',
        async (name) => {
          const port = plane.place.ports[name];
          const loopback = name !== 'apiServer';
          expect(await handshake({ port }, 'TLSv1.1')).toMatch(
            /alert protocol version|unsupported protocol/,
          );
          const older = await handshake({ port }, 'TLSv1.2');
          expect(loopback ? older : '').toMatch(loopback ? /alert protocol version/ : /^$/);
          expect(loopback ? '' : older).toBe(loopback ? '' : 'TLSv1.2');
          expect(await handshake({ port }, 'TLSv1.3')).toBe('TLSv1.3');
        },
      );

      test('profiles, by an administrator, on all three programs', async () => {
        expect((await plane.admin.get('/debug/pprof/')).status).toBe(404);
        expect((await plane.admin.get('/logs/')).status).toBe(404);
        for (const name of ['controllerManager', 'scheduler'] as const) {
          const config = await plane.issue({ user: 'test-admin', group: 'system:masters' });
          const port = plane.place.ports[name];
          expect([name, await statusOf({ port }, '/debug/pprof/', config)]).toEqual([name, 404]);
          expect([name, await statusOf({ port }, '/metrics', config)]).toEqual([name, 200]);
          expect([name, await statusOf({ port }, '/metrics')]).toEqual([name, 403]);
        }
      });

      test('a token longer-lived than a day is cut to a day', async () => {
        const answer = await plane.admin.post(
          '/api/v1/namespaces/plain-one/serviceaccounts/default/token',
          tokenRequest(10 * 365 * 86_400),
        );
        const { spec } = answer.body as { spec: { expirationSeconds: number } };
        expect([answer.status, spec.expirationSeconds]).toEqual([201, 86_400]);
      });

      test('a service of an outside address', async () => {
        const answer = await plane.admin.post('/api/v1/namespaces/plain-one/services', {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'outside' },
          spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] },
        });
        expect(answer.status).toBe(403);
      });
    });

    describe('ports', () => {
      test('the API server has one; controller manager and scheduler listen on loopback only', async () => {
        const { apiServer, controllerManager, scheduler } = plane.place.ports;
        expect(await listeningSockets(plane.programs.get('kube-apiserver')?.pid)).toEqual([
          `*:${apiServer}`,
        ]);
        expect(await listeningSockets(plane.programs.get('kube-controller-manager')?.pid)).toEqual([
          `127.0.0.1:${controllerManager}`,
        ]);
        expect(await listeningSockets(plane.programs.get('kube-scheduler')?.pid)).toEqual([
          `127.0.0.1:${scheduler}`,
        ]);
      });

      test('the webhook listens on loopback, and its unit keeps it from its second port', async () => {
        // The program has a plain HTTP listener that no flag turns off; it goes on without it.
        const sockets = await listeningSockets(webhook?.pid);
        expect(sockets.filter((socket) => socket !== '*:21363')).toEqual([
          expect.stringMatching(/^127\.0\.0\.1:/),
        ]);
        const unit = await readFile(
          path.join(plane.place.root, 'etc/systemd/system/aws-iam-authenticator.service'),
          'utf8',
        );
        expect(unit).toContain('\nSocketBindDeny=any\nSocketBindAllow=ipv4:tcp:21362\n');
      });
    });

    describe('service-account tokens', () => {
      test('work while the pod they are bound to lives, and not after', async () => {
        const pods = '/api/v1/namespaces/plain-one/pods';
        const made = await plane.admin.post(pods, restrictedPod('bound'));
        const { metadata } = made.body as { metadata: { uid: string } };
        const answer = await plane.admin.post(
          '/api/v1/namespaces/plain-one/serviceaccounts/default/token',
          tokenRequest(600, { kind: 'Pod', apiVersion: 'v1', name: 'bound', uid: metadata.uid }),
        );
        const { token } = (answer.body as { status: { token: string } }).status;
        const client = plane.client({ token });
        const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
        const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
        const who = await client.post(review, body);
        expect([who.status, userOf(who.body)]).toEqual([
          201,
          'system:serviceaccount:plain-one:default',
        ]);
        await plane.admin.delete(`${pods}/bound`, { gracePeriodSeconds: 0 });
        // Answers to tokens are cached for ten seconds.
        const refused = await waitFor(
          'refusal',
          async () => ((await client.post(review, body)).status === 401 ? true : undefined),
          { everyMilliseconds: 500 },
        );
        expect(refused).toBe(true);
      });

      test('are refused once they have expired, and with a foreign audience or key', async () => {
        const key = await readFile(
          path.join(plane.place.root, 'etc/kubernetes/pki/sa.key'),
          'utf8',
        );
        const account = await plane.admin.get(
          '/api/v1/namespaces/plain-one/serviceaccounts/default',
        );
        const { uid } = (account.body as { metadata: { uid: string } }).metadata;
        const now = Math.floor(Date.now() / 1000);
        const claims = {
          iss: 'https://oidc.example.com/prod',
          aud: ['https://oidc.example.com/prod'],
          sub: 'system:serviceaccount:plain-one:default',
          iat: now - 7200,
          nbf: now - 7200,
          exp: now + 600,
          jti: randomUUID(),
          'kubernetes.io': {
            namespace: 'plain-one',
            serviceaccount: { name: 'default', uid },
          },
        };
        const status = async (changed: object, signer = key) =>
          (await plane.client({ token: signToken({ ...claims, ...changed }, signer) }).get('/api'))
            .status;
        expect(await status({})).toBe(200);
        expect(await status({ exp: now - 60 })).toBe(401);
        expect(await status({ aud: ['somebody-else'] })).toBe(401);
        expect(await status({}, (await makeCa('other')).key)).toBe(401);
      });
    });

    describe('OIDC', () => {
      test('a token of the issuer is the user and groups it names, with their prefix', async () => {
        const token = issuer.sign({ aud: 'kubernetes', sub: 'ada', groups: ['admins'] });
        expect(await whoAmI(plane.client({ token }))).toEqual({
          username: 'oidc:ada',
          groups: ['oidc:admins', 'system:authenticated'],
        });
      });
      test.each([
        ['another audience', { aud: 'somewhere-else', sub: 'ada' }],
        ['the past', { aud: 'kubernetes', sub: 'ada', exp: 1_700_000_000 }],
        ['another issuer', { aud: 'kubernetes', sub: 'ada', iss: 'https://127.0.0.1:1' }],
      ])('a token of %s is refused', async (_, claims) => {
        const token = issuer.sign(claims);
        expect((await plane.client({ token }).get('/api')).status).toBe(401);
      });
    });

    describe('IAM identities by the real webhook', () => {
      const tokenOf = async (identity: AwsIdentity, cluster = 'tier') => {
        const { stdout } = await mustRun(
          tools['aws-iam-authenticator'],
          ['token', '--cluster-id', cluster, '--token-only'],
          { env: aws.environment(identity) },
        );
        return stdout.trim();
      };

      test.each([
        ['worker', 'i-0aaaaaaaaaaaaaaa1'],
        ['successor', 'i-0aaaaaaaaaaaaaaa2'],
      ] as const)('a %s is the node of its own instance', async (name, instance) => {
        const client = plane.client({ token: await tokenOf(identities[name]) });
        expect(await whoAmI(client)).toEqual({
          username: `system:node:${instance}`,
          groups: ['system:authenticated', 'system:nodes'],
        });
      });

      test('a person is the group of the role, whatever the path of the role', async () => {
        const client = plane.client({ token: await tokenOf(identities.operator) });
        expect(await whoAmI(client)).toEqual({
          username: 'iam:platform-admins:ada',
          groups: ['hardened-cluster:operators', 'system:authenticated'],
        });
      });

      test('the same role of another account, another cluster and a wrong key are refused', async () => {
        const status = async (token: string) => (await plane.client({ token }).get('/api')).status;
        expect(await status(await tokenOf(identities.stranger))).toBe(401);
        expect(await status(await tokenOf(identities.worker, 'another-cluster'))).toBe(401);
        const forged = { ...identities.worker, secretAccessKey: 'guessed' };
        expect(await status(await tokenOf(forged))).toBe(401);
      });
    });

    describe('the identity of a kubelet', () => {
      let kubelet: KubeClient;
      const pods = '/api/v1/namespaces/plain-one/pods';

      beforeAll(async () => {
        kubelet = plane.client(
          await plane.issue({ user: 'system:node:one', group: 'system:nodes' }),
        );
        for (const name of ['one', 'two']) {
          await plane.admin.post('/api/v1/nodes', {
            apiVersion: 'v1',
            kind: 'Node',
            metadata: { name },
          });
          await plane.admin.post('/api/v1/namespaces/plain-one/secrets', {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: `of-${name}` },
            stringData: { password: secretText },
          });
          const pod = restrictedPod(`on-${name}`);
          await plane.admin.post(pods, {
            ...pod,
            spec: {
              ...(pod.spec as object),
              nodeName: name,
              volumes: [{ name: 'secret', secret: { secretName: `of-${name}` } }],
            },
          });
        }
      });

      test('reads what its own pods need', async () => {
        const read = await waitFor('own secret', async () => {
          const { status } = await kubelet.get('/api/v1/namespaces/plain-one/secrets/of-one');
          return status === 200 || undefined;
        });
        expect(read).toBe(true);
        expect((await kubelet.get('/api/v1/nodes/one')).status).toBe(200);
      });

      test.each<readonly [string, (client: KubeClient) => Promise<{ status: number }>]>([
        ["another node's secret", (c) => c.get('/api/v1/namespaces/plain-one/secrets/of-two')],
        ['all secrets', (c) => c.get('/api/v1/secrets')],
        ['another node', (c) => c.get('/api/v1/nodes/two')],
        ["another node's pod", (c) => c.get(`${pods}/on-two`)],
        ["deletes another node's pod", (c) => c.delete(`${pods}/on-two`)],
        [
          "another node's status",
          (c) => c.patch('/api/v1/nodes/two/status', { status: { phase: 'Running' } }),
        ],
        [
          "another node's lease",
          (c) => c.get('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/two'),
        ],
        [
          'a role label on itself',
          (c) =>
            c.patch('/api/v1/nodes/one', {
              metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } },
            }),
        ],
        [
          'a node-restriction label on itself',
          (c) =>
            c.patch('/api/v1/nodes/one', {
              metadata: { labels: { 'node-restriction.kubernetes.io/trusted': 'yes' } },
            }),
        ],
        [
          'the removal of its taints',
          (c) =>
            c.patch('/api/v1/nodes/one', {
              spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] },
            }),
        ],
        [
          'a token of a service account that no pod of it uses',
          (c) =>
            c.post(
              '/api/v1/namespaces/kube-system/serviceaccounts/node-controller/token',
              tokenRequest(600),
            ),
        ],
        ['a pod of its own making', (c) => c.post(pods, restrictedPod('made-by-kubelet'))],
      ])('is refused %s', async (_, attempt) => {
        expect((await attempt(kubelet)).status).toBe(403);
      });

      test('may set zone and region on itself', async () => {
        const answer = await kubelet.patch('/api/v1/nodes/one', {
          metadata: {
            labels: {
              'topology.kubernetes.io/zone': 'eu-central-1a',
              'topology.kubernetes.io/region': 'eu-central-1',
              'node.kubernetes.io/pool': 'general',
            },
          },
        });
        expect(answer.status).toBe(200);
      });
    });

    describe('pod security', () => {
      const plain = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'plain' },
        spec: { containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10.1' }] },
      };
      const privileged = {
        ...plain,
        metadata: { name: 'privileged' },
        spec: {
          containers: [{ ...plain.spec.containers[0], securityContext: { privileged: true } }],
        },
      };
      test.each([
        ['a privileged pod', 'plain-one', privileged, 403],
        [
          'a pod in the host network',
          'plain-one',
          { ...plain, spec: { ...plain.spec, hostNetwork: true } },
          403,
        ],
        ['a plain pod', 'plain-one', plain, 201],
        ['a privileged pod', 'restricted-one', privileged, 403],
        ['a plain pod', 'restricted-one', plain, 403],
        ['a restricted pod', 'restricted-one', restrictedPod('good'), 201],
      ])('%s in namespace %s', async (_, name, body, expected) => {
        const answer = await plane.admin.post(`/api/v1/namespaces/${name}/pods`, body);
        expect(answer.status).toBe(expected);
        if (expected === 201) {
          const { spec } = answer.body as { spec: { containers: { imagePullPolicy: string }[] } };
          expect(spec.containers[0]?.imagePullPolicy).toBe('Always');
        }
      });
    });

    // Last: it reads what the tests above left behind.
    describe('the audit log', () => {
      interface AuditEvent {
        readonly level: string;
        readonly verb: string;
        readonly requestURI: string;
        readonly user: { readonly username: string };
        readonly objectRef?: { readonly resource: string; readonly subresource?: string };
        readonly requestObject?: unknown;
        readonly responseObject?: unknown;
        readonly responseStatus?: { readonly code: number };
      }
      let text: string;
      let events: readonly AuditEvent[];
      beforeAll(async () => {
        await plane.admin.post('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata: { name: 'audited' },
          rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
        });
        await plane.admin.get('/api/v1/namespaces/plain-one/secrets');
        await plane.admin.get(
          '/api/v1/namespaces/plain-one/pods/on-one/exec?command=id&stdout=true',
        );
        // An event is written after its answer was sent.
        text = await waitFor('the last event', async () => {
          const written = await readFile(plane.auditLog, 'utf8');
          const whole = written.slice(0, written.lastIndexOf('\n') + 1);
          return whole.includes('/pods/on-one/exec?') ? whole : undefined;
        });
        events = text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as AuditEvent);
      });
      const of = (resource: string, verb: string, subresource?: string) =>
        events.filter(
          ({ objectRef, verb: was }) =>
            objectRef?.resource === resource &&
            was === verb &&
            objectRef.subresource === subresource,
        );

      test('tells who touched a Secret, and never what is in one', () => {
        const created = of('secrets', 'create');
        expect(created.length).toBeGreaterThanOrEqual(2);
        for (const event of [...created, ...of('secrets', 'list'), ...of('secrets', 'get')]) {
          expect([event.level, event.requestObject, event.responseObject]).toEqual([
            'Metadata',
            undefined,
            undefined,
          ]);
        }
        expect(text.includes(secretText)).toBe(false);
        expect(text.includes(Buffer.from(secretText).toString('base64'))).toBe(false);
      });

      test('has what a token was asked for, and no token', () => {
        const requests = of('serviceaccounts', 'create', 'token');
        expect(requests.some(({ requestObject }) => requestObject !== undefined)).toBe(true);
        expect(requests.every(({ responseObject }) => responseObject === undefined)).toBe(true);
        expect(/"eyJ[A-Za-z0-9_-]{20,}\./.test(text)).toBe(false);
        expect(text.includes('k8s-aws-v1.')).toBe(false);
      });

      test('has changes to roles in full', () => {
        const event = of('clusterroles', 'create').find(({ requestURI }) =>
          requestURI.includes('/clusterroles'),
        );
        expect([event?.level, event?.requestObject, event?.responseObject]).toEqual([
          'RequestResponse',
          expect.objectContaining({ kind: 'ClusterRole' }),
          expect.objectContaining({ kind: 'ClusterRole' }),
        ]);
      });

      test('has every exec, and who was refused', () => {
        expect(of('pods', 'get', 'exec').map(({ level }) => level)).toContain('RequestResponse');
        const refused = events.filter(({ responseStatus }) => responseStatus?.code === 403);
        expect(refused.map(({ user }) => user.username)).toContain('system:node:one');
        const unauthenticated = events.filter(({ responseStatus }) => responseStatus?.code === 401);
        expect(unauthenticated.length).toBeGreaterThan(5);
      });

      test('leaves heartbeats and the reads of the components out', () => {
        const leases = of('leases', 'update').filter(({ user }) =>
          /^system:(kube-|node)/.test(user.username),
        );
        expect(leases).toEqual([]);
        const reads = events.filter(
          ({ user, verb, objectRef }) =>
            user.username === 'system:kube-scheduler' &&
            verb === 'watch' &&
            objectRef?.resource === 'pods',
        );
        expect(reads).toEqual([]);
      });
    });
  },
);

function namespace(name: string, level?: string): object {
  const labels = level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function tokenRequest(expirationSeconds: number, boundObjectRef?: object): object {
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds, ...(boundObjectRef === undefined ? {} : { boundObjectRef }) },
  };
}

function userOf(body: unknown): string {
  return (body as { status: { userInfo: { username: string } } }).status.userInfo.username;
}

async function whoAmI(client: KubeClient): Promise<{ username: string; groups: string[] }> {
  const { body } = await client.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
  });
  const { userInfo } = (body as { status: { userInfo: { username: string; groups: string[] } } })
    .status;
  return { username: userInfo.username, groups: [...userInfo.groups].sort() };
}

function signToken(claims: object, key: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'ES256' })}.${encode(claims)}`;
  const signature = createSign('SHA256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
