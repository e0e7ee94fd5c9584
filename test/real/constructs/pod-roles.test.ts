import { verify, type JsonWebKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { synthesizeManifests } from '../../../constructs/manifests';
import { featuresOf } from '../../../lib/kubernetes/releases';
import { renderDiscovery, renderKeySet } from '../../../stacks/trust/oidc-documents';
import { readTrustPolicy } from '../../support/aws/documented-trust-policy';
import { PolicyWorld } from '../../support/aws/policy-callers';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import { mockAccount } from '../../support/cluster/mocks';
import { recordCluster } from '../../support/cluster/record-cluster';
import {
  apiServerTools,
  startApiServer,
  type ApiServer,
} from '../../support/kubernetes/constructs-api-server';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { waitFor } from '../../support/kubernetes/kube-process';
import { testedMinorVersions } from '../../support/kubernetes/tested-minor-versions';
import { describeWithTools } from '../../support/tools';
import { container, pod, podSpec, type Json } from './pods';
import { applyManifests, defineApplySet, defineCalico, must, prepare, waitSettled } from './setup';

const shopRole = `arn:aws:iam::${mockAccount}:role/apps/shop`;
const cartRole = `arn:aws:iam::${mockAccount}:role/cart`;
const labRole = `arn:aws:iam::${mockAccount}:role/lab`;
const mountPath = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const eks = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`eks.amazonaws.com/${key}`, value]),
  );

interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Pod {
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly {
      readonly name: string;
      readonly projected?: {
        readonly sources: readonly {
          readonly serviceAccountToken?: {
            readonly audience: string;
            readonly expirationSeconds: number;
            readonly path: string;
          };
        }[];
      };
    }[];
  };
}

const sts = { AWS_STS_REGIONAL_ENDPOINTS: 'regional' };
const regions = { AWS_DEFAULT_REGION: 'eu-central-1', AWS_REGION: 'eu-central-1' };
const identity = (role = shopRole) => ({
  AWS_ROLE_ARN: role,
  AWS_WEB_IDENTITY_TOKEN_FILE: `${mountPath}/token`,
});
const everything = { ...sts, ...regions, ...identity() };

describe.each(testedMinorVersions.filter((version) => featuresOf(version).mutatingAdmissionPolicy))(
  'Kubernetes %s',
  (minorVersion) => {
    describeWithTools(`IAM roles of pods on ${minorVersion}`, apiServerTools(minorVersion), () => {
      const blueprintWith = (shopRoles: readonly string[]) =>
        makeBlueprint({
          kubernetes: { version: minorVersion },
          images: { allowedRegistries: ['registry.example.com'] },
          namespaces: [
            { name: 'shop', ...(shopRoles.length > 0 && { roleArns: [...shopRoles] }) },
            { name: 'lab', roleArns: [labRole] },
            { name: 'other' },
          ],
        });
      let server: ApiServer;
      let tenant: KubeClient;

      beforeAll(async () => {
        server = await startApiServer(blueprintWith([]));
        await defineCalico(server);
        await defineApplySet(server);
        await prepare(server);
        // Accounts of a time before the policy.
        await must(server.admin, '/api/v1/namespaces', {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: 'shop' },
        });
        await must(...account('shop', 'early', eks({ 'role-arn': shopRole })));
        await must(...account('shop', 'early-unlisted', eks({ 'role-arn': labRole })));
        await applyManifests(server, synthesizeManifests(blueprintWith([shopRole, cartRole])));
        await waitSettled(server);
        tenant = await server.clientOf('tenant', 'test:tenants');
        await waitFor('the service account default of shop', async () => {
          const { status } = await server.admin.get(
            '/api/v1/namespaces/shop/serviceaccounts/default',
          );
          return status === 200 || undefined;
        });
        await must(...account('shop', 'app', eks({ 'role-arn': shopRole })));
        await must(...account('shop', 'cart', eks({ 'role-arn': cartRole })));
        await must(...account('lab', 'app', eks({ 'role-arn': labRole })));
        await must(...account('shop', 'none', {}));
        await must(
          ...account('shop', 'tuned', {
            ...eks({ 'role-arn': shopRole, audience: 'other.example.com' }),
            ...eks({ 'token-expiration': '7200', 'sts-regional-endpoints': 'false' }),
          }),
        );
        await must(
          ...account('shop', 'odd', {
            ...eks({ 'role-arn': shopRole, 'token-expiration': 'soon' }),
            ...eks({ 'sts-regional-endpoints': 'maybe' }),
          }),
        );
        // Policies are compiled, and service accounts listed, some time after they were made.
        await waitFor('the first pod with a role', async () => {
          const created = await admit('shop', 'app').catch(() => undefined);
          return tokenOf(created) === undefined ? undefined : true;
        });
        await waitFor('the first refusal', async () => {
          const answer = await postAccount('shop', 'tried', eks({ 'role-arn': labRole }));
          return answer.status === 403 || undefined;
        });
      });
      afterAll(() => server.stop());

      function account(
        namespace: string,
        name: string,
        annotations: Readonly<Record<string, string>>,
      ): [KubeClient, string, object] {
        return [
          server.admin,
          `/api/v1/namespaces/${namespace}/serviceaccounts`,
          { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, annotations } },
        ];
      }

      function postAccount(
        namespace: string,
        name: string,
        annotations: Readonly<Record<string, string>>,
      ) {
        const [, path, body] = account(namespace, name, annotations);
        return tenant.post(`${path}?dryRun=All`, body);
      }

      const patchAccount = (namespace: string, name: string, metadata: object) =>
        tenant.patch(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}?dryRun=All`, {
          metadata,
        });

      /** A pod as the API server would store it. */
      async function admit(
        namespace: string,
        serviceAccountName: string,
        changes: Json = {},
        annotations: Readonly<Record<string, string>> = {},
      ): Promise<Pod> {
        const object = pod({ ...podSpec(), serviceAccountName, ...changes }, { annotations });
        const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
        return (await must(tenant, path, object)) as Pod;
      }

      const tokenOf = (created: Pod | undefined) =>
        created?.spec.volumes?.find(({ name }) => name === 'aws-iam-token')?.projected?.sources[0]
          ?.serviceAccountToken;
      const envOf = (each: Container | undefined) =>
        Object.fromEntries((each?.env ?? []).map(({ name, value }) => [name, value]));
      const isMounted = (each: Container | undefined) =>
        (each?.volumeMounts ?? []).filter((mount) => mount.mountPath === mountPath).length === 1;

      test.each([
        ['shop', 'app', shopRole],
        ['shop', 'cart', cartRole],
        ['shop', 'early', shopRole],
        ['lab', 'app', labRole],
      ])('a pod of %s/%s has its token and variables', async (namespace, name, role) => {
        const created = await admit(namespace, name);
        expect(created.spec.volumes).toEqual([
          {
            name: 'aws-iam-token',
            projected: {
              defaultMode: 420,
              sources: [
                {
                  serviceAccountToken: {
                    audience: 'sts.amazonaws.com',
                    expirationSeconds: 3600,
                    path: 'token',
                  },
                },
              ],
            },
          },
        ]);
        const [only] = created.spec.containers;
        expect(envOf(only)).toEqual({ ...sts, ...regions, ...identity(role) });
        expect(only?.volumeMounts).toEqual([{ name: 'aws-iam-token', mountPath, readOnly: true }]);
      });

      const linux = { nodeSelector: { 'kubernetes.io/os': 'linux' }, os: { name: 'linux' } };
      test.each<[title: string, namespace: string, account: string, changes: Json]>([
        ['an account without a role', 'shop', 'none', {}],
        ['an account that no one has made a role for', 'shop', 'early-unlisted', {}],
        ['the account default', 'shop', 'default', {}],
        ['another namespace', 'plain', 'granted', {}],
        [
          'Windows by its selector',
          'shop',
          'app',
          { nodeSelector: { 'kubernetes.io/os': 'windows' } },
        ],
      ])('a pod of %s has none', async (_title, namespace, name, changes) => {
        const created = await admit(namespace, name, changes);
        expect(created.spec.volumes).toBeUndefined();
        expect(envOf(created.spec.containers[0])).toEqual({});
        expect(created.spec.containers[0]?.volumeMounts).toBeUndefined();
      });

      // What a container has, and what it has afterwards, as the webhook of EKS leaves it.
      const kept = { name: 'AWS_ROLE_ARN', value: 'mine' };
      test.each<
        [title: string, before: Json, env: Readonly<Record<string, string>>, isMounted: boolean]
      >([
        ['nothing', {}, everything, true],
        ['empty lists', { env: [], volumeMounts: [] }, everything, true],
        [
          'variables of its own',
          { env: [{ name: 'A', value: 'b' }] },
          { A: 'b', ...everything },
          true,
        ],
        ['a role', { env: [kept] }, { AWS_ROLE_ARN: 'mine', ...sts, ...regions }, true],
        [
          'a token file',
          { env: [{ name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/mine' }] },
          { AWS_WEB_IDENTITY_TOKEN_FILE: '/mine', ...sts, ...regions },
          true,
        ],
        [
          'one of the two regions',
          { env: [{ name: 'AWS_REGION', value: 'eu-west-1' }] },
          { AWS_REGION: 'eu-west-1', ...sts, ...identity() },
          true,
        ],
        [
          'a choice of endpoints',
          { env: [{ name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'legacy' }] },
          { AWS_STS_REGIONAL_ENDPOINTS: 'legacy', ...regions, ...identity() },
          true,
        ],
        [
          'all of it',
          {
            env: [
              kept,
              { name: 'AWS_DEFAULT_REGION', value: 'eu-west-1' },
              { name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'legacy' },
            ],
          },
          {
            AWS_ROLE_ARN: 'mine',
            AWS_DEFAULT_REGION: 'eu-west-1',
            AWS_STS_REGIONAL_ENDPOINTS: 'legacy',
          },
          false,
        ],
      ])('a container with %s', async (_title, before, env, mounted) => {
        const created = await admit('shop', 'app', {
          containers: [container({ name: 'plain' }), container({ name: 'tried', ...before })],
          initContainers: [container({ name: 'before', ...before })],
        });
        const [plain, tried] = created.spec.containers;
        for (const each of [tried, created.spec.initContainers?.[0]]) {
          expect(envOf(each)).toEqual(env);
          expect(each?.env).toHaveLength(Object.keys(env).length);
          expect(isMounted(each)).toBe(mounted);
        }
        expect(envOf(plain)).toEqual(everything);
        expect(isMounted(plain)).toBe(true);
      });

      test('a pod keeps its own volumes, and a token or mount of that name', async () => {
        const own = { name: 'aws-iam-token', emptyDir: {} };
        const created = await admit('shop', 'app', {
          volumes: [{ name: 'data', emptyDir: {} }, own],
          containers: [
            container({ name: 'a', volumeMounts: [{ name: 'aws-iam-token', mountPath: '/mine' }] }),
            container({ name: 'b', volumeMounts: [{ name: 'data', mountPath }] }),
            container({ name: 'c', volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
          ],
          ...linux,
        });
        expect(created.spec.volumes).toEqual([{ name: 'data', emptyDir: {} }, own]);
        expect(
          created.spec.containers.map(({ volumeMounts = [] }) =>
            volumeMounts.map((mount) => `${mount.name} ${mount.mountPath}`),
          ),
        ).toEqual([
          ['aws-iam-token /mine'],
          [`data ${mountPath}`],
          ['data /data', `aws-iam-token ${mountPath}`],
        ]);
        expect(created.spec.containers.map(envOf)).toEqual([everything, everything, everything]);
      });

      test('the token for the API server is mounted beside it', async () => {
        const created = await admit('shop', 'app', { automountServiceAccountToken: true });
        expect(created.spec.volumes?.map(({ name }) => name)).toEqual([
          expect.stringMatching(/^kube-api-access-/),
          'aws-iam-token',
        ]);
      });

      test.each<
        [string, string, Readonly<Record<string, string>>, audience: string, seconds: number]
      >([
        ['of the account', 'tuned', {}, 'other.example.com', 7200],
        ['of the pod', 'tuned', { 'token-expiration': '1800' }, 'other.example.com', 1800],
        ['of the pod alone', 'app', { 'token-expiration': '86400' }, 'sts.amazonaws.com', 86400],
        ['too short', 'app', { 'token-expiration': '30' }, 'sts.amazonaws.com', 600],
        ['too long', 'app', { 'token-expiration': '100000' }, 'sts.amazonaws.com', 86400],
        ['no number', 'tuned', { 'token-expiration': '1h' }, 'other.example.com', 7200],
        ['negative', 'app', { 'token-expiration': '-600' }, 'sts.amazonaws.com', 3600],
        [
          'too many digits',
          'app',
          { 'token-expiration': '9'.repeat(40) },
          'sts.amazonaws.com',
          3600,
        ],
        ['no number of the account', 'odd', {}, 'sts.amazonaws.com', 3600],
      ])(
        'a token expires as annotated: %s',
        async (_title, name, annotations, audience, seconds) => {
          const created = await admit('shop', name, {}, eks(annotations));
          expect(tokenOf(created)).toEqual({ audience, expirationSeconds: seconds, path: 'token' });
        },
      );

      test('the regional endpoint is left out by annotation alone', async () => {
        const endpointOf = async (name: string) => {
          const created = await admit('shop', name);
          return envOf(created.spec.containers[0]).AWS_STS_REGIONAL_ENDPOINTS;
        };
        expect(await endpointOf('tuned')).toBeUndefined();
        expect(await endpointOf('odd')).toBe('regional');
      });

      test('a pod is left out by its label', async () => {
        const label = 'eks.amazonaws.com/skip-pod-identity-webhook';
        const object = pod(
          { ...podSpec(), serviceAccountName: 'app' },
          { labels: { [label]: '' } },
        );
        const path = '/api/v1/namespaces/shop/pods?dryRun=All';
        expect(tokenOf((await must(tenant, path, object)) as Pod)).toBeUndefined();
      });

      test('containers are skipped by annotation', async () => {
        const created = await admit(
          'shop',
          'app',
          {
            containers: [container({ name: 'main' }), container({ name: 'sidecar' })],
            initContainers: [container({ name: 'first' }), container({ name: 'second' })],
          },
          eks({ 'skip-containers': 'first, sidecar' }),
        );
        const given = [...created.spec.containers, ...(created.spec.initContainers ?? [])]
          .filter((each) => isMounted(each) && envOf(each).AWS_ROLE_ARN === shopRole)
          .map(({ name }) => name);
        expect(given).toEqual(['main', 'second']);
      });

      test('an ephemeral container is left alone', async () => {
        await must(
          tenant,
          '/api/v1/namespaces/shop/pods',
          pod({ ...podSpec(), serviceAccountName: 'app' }, { name: 'debugged' }),
        );
        const breakGlass = await server.clientOf('iam:break-glass:ada', 'system:masters');
        const path = '/api/v1/namespaces/shop/pods/debugged';
        const { status, body, text } = await breakGlass.patch(`${path}/ephemeralcontainers`, {
          spec: {
            ephemeralContainers: [
              { ...container({ name: 'debugger', imagePullPolicy: 'Always' }), stdin: true },
            ],
          },
        });
        expect([status, status === 200 ? '' : text]).toEqual([200, '']);
        const { spec } = body as { spec: { ephemeralContainers: readonly Container[] } };
        expect(envOf(spec.ephemeralContainers[0])).toEqual({});
      });

      const notListed = 'is not listed for this namespace';
      test.each<[title: string, namespace: string, role: string, message: string]>([
        ['a role of another namespace', 'shop', labRole, notListed],
        ['the other way round', 'lab', shopRole, notListed],
        ['a role of nobody', 'shop', `arn:aws:iam::${mockAccount}:role/admin`, notListed],
        ['another case of letters', 'shop', shopRole.toUpperCase(), notListed],
        ['a part of a listed role', 'shop', shopRole.slice(0, -1), notListed],
        ['a listed role in a namespace without roles', 'other', shopRole, notListed],
        ['a listed role in a namespace of somebody', 'plain', shopRole, notListed],
      ])('a service account may not name %s', async (_title, namespace, role, message) => {
        const created = await postAccount(namespace, 'tried', eks({ 'role-arn': role }));
        expect([created.status, created.text]).toEqual([403, expect.stringContaining(message)]);
        const name = { shop: 'none', lab: 'default', other: 'default', plain: 'granted' }[
          namespace
        ];
        const changed = await patchAccount(namespace, name ?? '', {
          annotations: eks({ 'role-arn': role }),
        });
        expect([changed.status, changed.text]).toEqual([403, expect.stringContaining(message)]);
      });

      test('a service account may name a listed role, but not default', async () => {
        const annotations = eks({ 'role-arn': cartRole });
        expect((await postAccount('shop', 'tried', annotations)).status).toBe(201);
        expect((await patchAccount('shop', 'none', { annotations })).status).toBe(200);
        expect((await patchAccount('shop', 'early-unlisted', { annotations })).status).toBe(200);
        const refused = await patchAccount('shop', 'default', { annotations });
        expect([refused.status, refused.text]).toEqual([
          403,
          expect.stringContaining('has no role'),
        ]);
      });

      test('an account of an earlier time can be changed but for its role', async () => {
        const labels = { team: 'shop' };
        expect((await patchAccount('shop', 'early-unlisted', { labels })).status).toBe(200);
        const removed = await patchAccount('shop', 'early-unlisted', {
          annotations: { 'eks.amazonaws.com/role-arn': null },
        });
        expect(removed.status).toBe(200);
      });

      /** What a kubelet asks for on behalf of a pod. */
      const requestToken = async (namespace: string, name: string, audience?: string) =>
        server.admin.post(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: {
            expirationSeconds: 3600,
            ...(audience !== undefined && { audiences: [audience] }),
          },
        });

      test.each([
        ['shop', 'none', 'sts.amazonaws.com', 201],
        ['lab', 'app', 'sts.amazonaws.com', 201],
        ['other', 'default', 'sts.amazonaws.com', 403],
        ['plain', 'granted', 'sts.amazonaws.com', 403],
        ['kube-system', 'default', 'sts.amazonaws.com', 403],
        ['plain', 'granted', undefined, 201],
        ['plain', 'granted', 'vault.example.com', 201],
      ])('a token of %s/%s for %s: %i', async (namespace, name, audience, expected) => {
        const { status, text } = await requestToken(namespace, name, audience);
        expect([status, status === expected ? '' : text]).toEqual([expected, '']);
      });

      test('a token verifies against the published documents, and STS lets it have its role alone', async () => {
        const token = tokenOf(await admit('shop', 'app'));
        const { body } = await requestToken('shop', 'app', token?.audience);
        const text = (body as { status: { token: string } }).status.token;
        const [head = '', claims = '', signature = ''] = text.split('.');
        const decode = (part: string) =>
          JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

        const published = JSON.parse(renderKeySet(await readFile(server.tokenKeyFile, 'utf8'))) as {
          keys: readonly (JsonWebKey & { kid: string })[];
        };
        const key = published.keys.find(({ kid }) => kid === decode(head).kid);
        expect(key).toBeDefined();
        expect(
          verify(
            'sha256',
            Buffer.from(`${head}.${claims}`),
            { key: key as JsonWebKey, format: 'jwk', dsaEncoding: 'ieee-p1363' },
            Buffer.from(signature, 'base64url'),
          ),
        ).toBe(true);
        // The API server's own documents say the same.
        const own = async (path: string) => {
          const { stdout } = await server.kubectl(['get', '--raw', path]);
          return JSON.parse(stdout) as unknown;
        };
        expect(await own('/openid/v1/jwks')).toEqual(published);
        const { iss, sub, aud } = decode(claims);
        const discovery = JSON.parse(renderDiscovery(String(iss))) as Record<string, unknown>;
        expect(await own('/.well-known/openid-configuration')).toMatchObject({
          issuer: discovery.issuer,
          id_token_signing_alg_values_supported: discovery.id_token_signing_alg_values_supported,
        });
        expect(decode(head).alg).toBe('ES256');
        expect([sub, aud]).toEqual(['system:serviceaccount:shop:app', ['sts.amazonaws.com']]);

        const { resources } = await recordCluster();
        const world = new PolicyWorld(resources);
        const issuer = String(iss).replace('https://', '');
        const assume = (trusted: string, context: Readonly<Record<string, string>>) =>
          world.decide(
            world.webIdentity(issuer),
            { action: 'sts:AssumeRoleWithWebIdentity', resource: shopRole, context },
            readTrustPolicy({ issuer, account: mockAccount, subject: trusted }),
          ).allowed;
        const context = { [`${issuer}:sub`]: String(sub), [`${issuer}:aud`]: String(aud) };
        expect(assume('shop:app', context)).toBe(true);
        expect(assume('shop:cart', context)).toBe(false);
        expect(assume('lab:app', context)).toBe(false);
        expect(assume('shop:app', { ...context, [`${issuer}:aud`]: String(iss) })).toBe(false);
      });

      test('a role that is taken from the list is given to no further pod', async () => {
        const policies = synthesizeManifests(blueprintWith([cartRole])).find(
          ({ name }) => name === '30-policies.yaml',
        );
        const { code, stderr } = await server.kubectl(
          ['apply', '--server-side', '--force-conflicts', '--filename=-'],
          { input: policies?.yaml ?? '' },
        );
        expect([code, stderr]).toEqual([0, '']);
        await waitFor('the shorter list', async () => {
          const created = await admit('shop', 'app');
          return tokenOf(created) === undefined || undefined;
        });
        expect(tokenOf(await admit('shop', 'cart'))).toBeDefined();
        expect((await patchAccount('shop', 'app', { labels: { team: 'shop' } })).status).toBe(200);
        await waitFor('the refusal', async () => {
          const again = await postAccount('shop', 'tried', eks({ 'role-arn': shopRole }));
          return again.status === 403 || undefined;
        });
      });

      test('with no list at all the annotation means nothing', async () => {
        const plain = makeBlueprint({
          kubernetes: { version: minorVersion },
          images: { allowedRegistries: ['registry.example.com'] },
          namespaces: [{ name: 'shop' }, { name: 'lab' }, { name: 'other' }],
        });
        await applyManifests(server, synthesizeManifests(plain));
        await waitFor('the policy gone', async () => {
          const answer = await postAccount('shop', 'tried', eks({ 'role-arn': labRole }));
          return answer.status === 201 || undefined;
        });
        await waitFor('pods without roles', async () => {
          const created = await admit('lab', 'app');
          return tokenOf(created) === undefined || undefined;
        });
      });
    });
  },
);
