import { partitionOf } from '../../lib/aws/regions';
import { parse } from 'yaml';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { planAdmissionFiles } from '../../lib/kubernetes/access/admission-configuration';
import { auditPolicy } from '../../lib/kubernetes/access/audit-policy';
import { planAuthenticationFiles } from '../../lib/kubernetes/access/authentication-configuration';
import { planContainerdFiles } from '../../lib/kubernetes/node/container-runtime';
import {
  planEncryptionFiles,
  planEncryptionSecrets,
} from '../../lib/kubernetes/access/encryption-configuration';
import {
  planAuthenticatorUnit,
  planRoleMappings,
} from '../../lib/kubernetes/access/iam-authenticator';
import { planKubeProxyConfiguration } from '../../lib/kubernetes/node/kube-proxy-configuration';
import {
  clusterDnsAddress,
  planKubeletConfiguration,
} from '../../lib/kubernetes/node/kubelet-configuration';
import { applySetParent, planApplySetFiles } from '../../lib/kubernetes/control-plane/apply-set';
import { renderManifestIndex } from '../../lib/kubernetes/control-plane/manifest-store';
import { planControlPlane } from '../../lib/kubernetes/control-plane/plan-control-plane';
import { planWorker } from '../../lib/kubernetes/node/plan-worker';
import { planPki } from '../../lib/pki/pki-plan';
import { resolveLock } from '../../lib/machine/artifact-lock';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { planAddresses } from '../../lib/network/address-plan';

const contentOf = (files: readonly { path: string; content: string }[], name: string): unknown =>
  parse(files.find(({ path }) => path.endsWith(name))?.content ?? '');

describe('kubelet', () => {
  test.each([
    ['readOnlyPort', 0],
    ['authentication', expect.objectContaining({ anonymous: { enabled: false } })],
    ['authorization', expect.objectContaining({ mode: 'Webhook' })],
    ['rotateCertificates', true],
    ['serverTLSBootstrap', true],
    ['protectKernelDefaults', true],
    ['seccompDefault', true],
    ['podPidsLimit', 1024],
    ['eventRecordQPS', 50],
    ['imagePullCredentialsVerificationPolicy', 'AlwaysVerify'],
    ['enableSystemLogHandler', false],
    ['enableProfilingHandler', false],
    ['healthzBindAddress', '127.0.0.1'],
    ['clusterDNS', ['10.96.0.10']],
  ])('sets %s on both kinds of nodes', (field, value) => {
    for (const role of ['control-plane', 'worker'] as const) {
      expect(planKubeletConfiguration(makeBlueprint(), role)).toHaveProperty(field, value);
    }
  });

  test('runs static pods on the control plane only', () => {
    const blueprint = makeBlueprint();
    expect(planKubeletConfiguration(blueprint, 'control-plane')).toHaveProperty('staticPodPath');
    expect(planKubeletConfiguration(blueprint, 'worker')).not.toHaveProperty('staticPodPath');
  });

  test("reads a user's fields as YAML", () => {
    const flags = { kubelet: { maxPods: '60', kernelMemcgNotification: 'true' } };
    const configuration = planKubeletConfiguration(
      makeBlueprint({ kubernetes: { flags } }),
      'worker',
    );
    expect(configuration).toMatchObject({ maxPods: 60, kernelMemcgNotification: true });
  });

  test('fails when the Service range is no range', () => {
    expect(() => clusterDnsAddress('10.96.0.0')).toThrow('network.serviceCidr is no CIDR');
  });
});

test('kube-proxy answers on loopback only and keeps NodePorts off it', () => {
  expect(planKubeProxyConfiguration(makeBlueprint())).toMatchObject({
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    nodePortAddresses: ['primary'],
    iptables: { localhostNodePorts: false },
  });
});

test('admission defaults come from the configuration, and only kube-system is exempt', () => {
  const files = planAdmissionFiles(
    makeBlueprint({ profile: 'strict', kubernetes: { requests: { eventsPerSecond: 100 } } }),
  );
  expect(contentOf(files, 'pod-security.yaml')).toMatchObject({
    defaults: { enforce: 'restricted', audit: 'restricted', warn: 'restricted' },
    exemptions: { usernames: [], runtimeClasses: [], namespaces: ['kube-system'] },
  });
  expect(contentOf(files, 'event-rate-limit.yaml')).toMatchObject({
    limits: [{ type: 'Server', qps: 100, burst: 400 }],
  });
});

test('an image policy webhook that does not answer admits nothing', () => {
  const images = { policyWebhook: { url: 'https://images.example.com/review' } };
  const files = planAdmissionFiles(makeBlueprint({ images }));
  expect(contentOf(files, 'image-policy.yaml')).toMatchObject({
    imagePolicy: { defaultAllow: false },
  });
  expect(contentOf(files, 'image-policy-kubeconfig.yaml')).toMatchObject({
    clusters: [{ cluster: { server: 'https://images.example.com/review' } }],
  });
});

test('an OIDC issuer cannot name an identity of the cluster', () => {
  expect(planAuthenticationFiles(makeBlueprint())).toEqual([]);
  const oidc = {
    issuerUrl: 'https://login.example.com',
    clientId: 'kubernetes',
    usernamePrefix: '',
  };
  const files = planAuthenticationFiles(makeBlueprint({ kubernetes: { oidc } }));
  expect(contentOf(files, 'authentication.yaml')).toMatchObject({
    jwt: [
      {
        issuer: { url: 'https://login.example.com', audiences: ['kubernetes'] },
        userValidationRules: [
          { expression: "!user.username.startsWith('system:')" },
          { expression: "user.groups.all(group, !group.startsWith('system:'))" },
        ],
      },
    ],
  });
});

describe('encryption', () => {
  const providersOf = (changes: Partial<BlueprintInput>) => {
    const [file] = planEncryptionFiles(makeBlueprint(changes));
    const { resources } = parse(file?.content ?? '') as { resources: { providers: object[] }[] };
    return resources[0]?.providers.map((provider) => Object.keys(provider)[0]);
  };
  const keyArn = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

  test('writes with secretbox, or with KMS where there is a key, and reads plain text last', () => {
    expect(providersOf({})).toEqual(['secretbox', 'identity']);
    expect(providersOf({ kubernetes: { encryption: { provider: 'kms', keyArn } } })).toEqual([
      'kms',
      'secretbox',
      'identity',
    ]);
  });

  test('keeps the order of the keys, the first of which encrypts; each is a secret of its own', () => {
    const encryption = { provider: 'secretbox', keys: ['key-2', 'key-1'] } as const;
    const blueprint = makeBlueprint({
      kubernetes: { encryption: { ...encryption, keys: ['key-2', 'key-1'] } },
    });
    const [file] = planEncryptionFiles(blueprint);
    expect(
      [...(file?.content ?? '').matchAll(/@SECRET:([^@]+)@/g)].map(([, name]) => name),
    ).toEqual(['key-2', 'key-1']);
    const planned = new Set(
      planPki(blueprint, planAddresses(blueprint)).secrets.map(({ parameter }) => parameter),
    );
    expect(planEncryptionSecrets(blueprint).every(({ parameter }) => planned.has(parameter))).toBe(
      true,
    );
  });
});

describe('IAM identities', () => {
  test('maps workers to their nodes and people to their groups, without the paths of roles', () => {
    const principals = {
      operatorRoleArns: ['arn:aws:iam::123456789012:role/teams/platform'],
      viewerRoleArns: ['arn:aws:iam::123456789012:role/readers'],
    };
    expect(planRoleMappings(makeBlueprint({ principals }))).toEqual([
      {
        rolearn: 'arn:aws:iam::@HC_ACCOUNT_ID@:role/prod-worker',
        username: 'system:node:{{SessionName}}',
        groups: ['system:nodes'],
      },
      {
        rolearn: 'arn:aws:iam::123456789012:role/platform',
        username: 'iam:platform:{{SessionName}}',
        groups: ['hardened-cluster:operators'],
      },
      {
        rolearn: 'arn:aws:iam::123456789012:role/readers',
        username: 'iam:readers:{{SessionName}}',
        groups: ['hardened-cluster:viewers'],
      },
    ]);
  });

  test('maps only nodes to a group of the cluster', () => {
    const arn = 'arn:aws:iam::123456789012:role/everybody';
    const mappings = planRoleMappings(
      makeBlueprint({
        principals: {
          breakGlassRoleArns: [`${arn}-1`],
          operatorRoleArns: [`${arn}-2`],
          viewerRoleArns: [`${arn}-3`],
          auditorRoleArns: [`${arn}-4`],
        },
      }),
    );
    const groups = mappings.slice(1).flatMap((mapping) => mapping.groups);
    expect(groups.filter((group) => group.startsWith('system:'))).toEqual([]);
    expect(new Set(groups).size).toBe(4);
  });

  test.each([
    ['eu-central-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('%s is in partition %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
  });

  test('the webhook binds one port of loopback', () => {
    const { content } = planAuthenticatorUnit(makeBlueprint());
    expect(content).toContain('--address=127.0.0.1');
    expect(content).toContain('SocketBindDeny=any\nSocketBindAllow=ipv4:tcp:21362\n');
  });
});

describe('audit policy', () => {
  const ruleOf = (group: string, resource: string) =>
    auditPolicy.rules.find(
      (rule) =>
        'resources' in rule &&
        rule.resources.some(
          (entry) =>
            entry.group === group &&
            (!('resources' in entry) || (entry.resources as readonly string[]).includes(resource)),
        ),
    )?.level;
  test.each([
    ['', 'secrets', 'Metadata'],
    ['', 'configmaps', 'Metadata'],
    ['', 'serviceaccounts/token', 'Request'],
    ['authentication.k8s.io', 'tokenreviews', 'Metadata'],
    ['', 'pods/exec', 'RequestResponse'],
    ['', 'pods/ephemeralcontainers', 'RequestResponse'],
    ['rbac.authorization.k8s.io', 'clusterroles', 'RequestResponse'],
    ['admissionregistration.k8s.io', 'validatingadmissionpolicies', 'RequestResponse'],
  ])('the first rule for %s/%s has level %s', (group, resource, level) => {
    expect(ruleOf(group, resource)).toBe(level);
  });
  test('ends with a rule for all the rest', () => {
    expect(auditPolicy.rules.at(-1)).toEqual({ level: 'Metadata' });
  });
});

test('containerd knows gVisor only where it is asked for', () => {
  const config = (sandboxRuntime: 'none' | 'gvisor') =>
    planContainerdFiles(makeBlueprint({ kubernetes: { sandboxRuntime } }))[0]?.content ?? '';
  expect(config('none')).not.toContain('runsc');
  expect(config('gvisor')).toContain("runtime_type = 'io.containerd.runsc.v1'");
});

test('the parent of the apply set is the one that kubectl asks for, with the id of KEP-3659', () => {
  const files = planApplySetFiles();
  expect(applySetParent).toBe('applysets.hardened-cluster.internal/manifests');
  expect(contentOf(files, 'apply-set.yaml')).toEqual({
    apiVersion: 'hardened-cluster.internal/v1',
    kind: 'ApplySet',
    metadata: {
      name: 'manifests',
      // printf manifests..ApplySet.hardened-cluster.internal | openssl sha256 -binary | basenc --base64url
      labels: {
        'applyset.kubernetes.io/id': 'applyset-cs0bGsYuVTu-xahGLXHVXH7CYH7Y1UJJ4qIVQRNLfPg-v1',
      },
      annotations: {
        'applyset.kubernetes.io/tooling': 'kubectl/v1.36',
        'applyset.kubernetes.io/contains-group-kinds': '',
      },
    },
  });
  expect(contentOf(files, 'apply-set-definition.yaml')).toMatchObject({
    metadata: {
      name: 'applysets.hardened-cluster.internal',
      labels: { 'applyset.kubernetes.io/is-parent-type': 'true' },
    },
    spec: {
      group: 'hardened-cluster.internal',
      scope: 'Cluster',
      names: { kind: 'ApplySet', plural: 'applysets' },
      versions: [{ name: 'v1', served: true, storage: true }],
    },
  });
});

test('the index of manifests is sorted and says the checksum of each', () => {
  expect(
    renderManifestIndex([
      { name: 'b.yaml', yaml: '' },
      { name: 'a.yaml', yaml: 'a' },
    ]),
  ).toBe(
    'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.yaml\n' +
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b.yaml\n',
  );
});

describe('machines', () => {
  const blueprint = makeBlueprint();
  const lock = resolveLock(blueprint);
  const [pool] = blueprint.workers;
  if (!pool) throw new Error('no pool');
  const controlPlane = planControlPlane(blueprint, lock);
  const worker = planWorker(blueprint, pool, lock);

  test('every secret is one that the PKI plans for their tier', () => {
    const { secrets } = planPki(blueprint, planAddresses(blueprint));
    for (const [part, role] of [
      [controlPlane, 'control-plane'],
      [worker, 'worker'],
    ] as const) {
      for (const { parameter } of part.secrets ?? []) {
        const plan = secrets.find((secret) => secret.parameter === parameter);
        expect([parameter, plan?.readers]).toEqual([parameter, [{ role }]]);
      }
    }
  });

  test('no file has a secret or a token that boot does not know', () => {
    for (const { path, content, template } of [
      ...(controlPlane.files ?? []),
      ...(worker.files ?? []),
    ]) {
      expect([path, /-----BEGIN|password:/i.test(content)]).toEqual([path, false]);
      if (template !== true) expect([path, /@HC_[A-Z_]+@/.test(content)]).toEqual([path, false]);
    }
  });

  test('a worker has no CA key, no kubeadm and no admin tools', () => {
    expect(worker.secrets?.map(({ parameter }) => parameter)).toEqual(['worker/cluster-ca']);
    expect(worker.artifacts?.map(({ name }) => name)).toEqual([
      'containerd',
      'runc',
      'cni-plugins',
      'crictl',
      'kubelet',
      'aws-iam-authenticator',
    ]);
  });

  test('a worker joins by its role: a plugin, no token and no certificate', () => {
    const kubeconfig = contentOf(worker.files ?? [], 'bootstrap-kubelet.conf');
    expect(kubeconfig).toMatchObject({
      clusters: [{ cluster: { server: 'https://api.prod.internal:6443' } }],
      users: [{ user: { exec: { command: '/usr/local/bin/aws-iam-authenticator' } } }],
    });
    expect(JSON.stringify(kubeconfig)).not.toMatch(/"token":|client-key/);
  });

  test('taints and labels of a pool reach its kubelet', () => {
    const tainted = makeBlueprint({
      workers: [
        {
          name: 'gpu',
          labels: { 'example.com/gpu': 'yes' },
          taints: [{ key: 'example.com/gpu', effect: 'NoSchedule' }],
        },
      ],
    });
    const [gpu] = tainted.workers;
    if (!gpu) throw new Error('no pool');
    const files = planWorker(tainted, gpu, lock).files ?? [];
    expect(contentOf(files, 'lib/kubelet/config.yaml')).toMatchObject({
      registerWithTaints: [{ key: 'example.com/gpu', effect: 'NoSchedule' }],
    });
    expect(files.find(({ path }) => path.endsWith('10-kubeadm.conf'))?.content).toContain(
      '--node-labels=example.com/gpu=yes,node.kubernetes.io/pool=gpu,topology.kubernetes.io/region=@HC_REGION@,topology.kubernetes.io/zone=@HC_ZONE@',
    );
  });
});
