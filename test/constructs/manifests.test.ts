import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { clusterKinds, namespacedKinds } from '../../constructs/kinds';
import { synthesizeManifests } from '../../constructs/manifests';
import { clusters, identityOf, manifests, objectsOf, type Manifest } from './golden-clusters';

const golden = (name: string) => path.join(__dirname, '..', 'golden', `manifests-${name}.yaml`);
const names = ['standard', 'strict'] as const;

/** Every value of an object with the keys that lead to it. */
function* walk(value: unknown, keys: readonly string[] = []): Generator<[string[], unknown]> {
  yield [[...keys], value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* walk(inner, [...keys, key]);
}

/** Values below a key of that name, with the object they are in. */
function valuesOf(objects: readonly Manifest[], wanted: string): [string, unknown][] {
  return objects.flatMap((object) =>
    [...walk(object)]
      .filter(([keys]) => keys.at(-1) === wanted)
      .map(([, value]): [string, unknown] => [identityOf(object), value]),
  );
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: SecurityContext;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Record<string, unknown>[];
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly securityContext?: SecurityContext;
  readonly resources?: { readonly limits?: { readonly memory?: string } };
}

interface SecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly seccompProfile?: { readonly type: string };
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

/** Pods that the project deploys, by the object that makes them. */
function podsOf(objects: readonly Manifest[]): [Manifest, PodSpec, Record<string, string>][] {
  return objects.flatMap((object) =>
    [...walk(object)]
      .filter(([, value]) => typeof value === 'object' && value !== null && 'containers' in value)
      .map(([keys, spec]): [Manifest, PodSpec, Record<string, string>] => {
        const template = keys
          .slice(0, -1)
          .reduce<unknown>((value, key) => Reflect.get(Object(value), key), object);
        const { metadata } = template as { metadata?: { annotations?: Record<string, string> } };
        return [object, spec as PodSpec, metadata?.annotations ?? {}];
      }),
  );
}

/** Whether a pod meets Pod Security restricted. */
function isRestricted(spec: PodSpec): boolean {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const volumes = [
    'configMap',
    'downwardAPI',
    'emptyDir',
    'persistentVolumeClaim',
    'projected',
    'secret',
  ];
  return (
    !spec.hostNetwork &&
    !spec.hostPID &&
    spec.securityContext?.runAsNonRoot === true &&
    spec.securityContext.seccompProfile?.type === 'RuntimeDefault' &&
    containers.every(
      ({ securityContext: context }) =>
        context?.privileged !== true &&
        context?.allowPrivilegeEscalation === false &&
        context.capabilities?.drop?.includes('ALL') === true &&
        (context.capabilities.add ?? []).every((name) => name === 'NET_BIND_SERVICE'),
    ) &&
    (spec.volumes ?? []).every((volume) =>
      Object.keys(volume).every((key) => key === 'name' || volumes.includes(key)),
    )
  );
}

describe.each(names)('the %s cluster', (name) => {
  const objects = objectsOf(name);

  test('renders the reviewed YAML', () => {
    const rendered = manifests[name].map((file) => `# ${file.name}\n---\n${file.yaml}`).join('');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden(name), rendered);
    expect(rendered).toBe(readFileSync(golden(name), 'utf8'));
  });

  test('renders YAML that reads back as its objects', () => {
    for (const file of manifests[name]) {
      for (const version of ['1.1', '1.2'] as const) {
        const read = parseAllDocuments(file.yaml, { version }).map(
          (document) => document.toJS() as unknown,
        );
        expect(read).toEqual(file.objects);
      }
    }
  });

  test('renders the same twice, without prototypes or lazy values', () => {
    expect(synthesizeManifests(clusters[name]).map(({ yaml }) => yaml)).toEqual(
      manifests[name].map(({ yaml }) => yaml),
    );
    expect(JSON.parse(JSON.stringify(objects))).toEqual(objects);
  });

  test('names each object once, and files so that they sort', () => {
    const identities = objects.map(identityOf);
    expect(identities.filter((one, index) => identities.indexOf(one) !== index)).toEqual([]);
    const files = manifests[name].map((file) => file.name);
    expect(files).toEqual([...files].sort());
    for (const file of files) expect(file).toMatch(/^\d\d-[a-z0-9-]+\.yaml$/);
  });

  test('decides on a namespace for every object', () => {
    const made = objects
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => metadata.name);
    for (const object of objects) {
      const { kind, metadata } = object;
      expect([identityOf(object), kind in namespacedKinds]).toEqual([
        identityOf(object),
        metadata.namespace !== undefined,
      ]);
      expect(kind in namespacedKinds || kind in clusterKinds).toBe(true);
      if (metadata.namespace !== undefined) expect(made).toContain(metadata.namespace);
    }
  });

  test('keeps names and labels within the limits of Kubernetes', () => {
    const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
    const pathSegment = /^[^/%]{1,253}$/;
    const rbac = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];
    for (const { kind, metadata } of objects) {
      expect(metadata.name).toMatch(rbac.includes(kind) ? pathSegment : subdomain);
      expect(metadata.name.length).toBeLessThanOrEqual(kind === 'CronJob' ? 52 : 253);
      for (const [key, value] of Object.entries(metadata.labels ?? {})) {
        expect(key).toMatch(
          /^([a-z0-9][-a-z0-9.]{0,252}\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
        );
        expect(value).toMatch(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/);
      }
    }
  });

  test('names no port 0 and no capability with the prefix CAP_', () => {
    const ports = ['port', 'containerPort', 'hostPort', 'endPort'].flatMap((key) =>
      valuesOf(objects, key),
    );
    expect(ports.length).toBeGreaterThanOrEqual(8);
    expect(ports.filter(([, port]) => !(Number(port) >= 1 && Number(port) <= 65535))).toEqual([]);
    const capabilities = ['add', 'drop'].flatMap((key) => valuesOf(objects, key));
    expect(capabilities.length).toBeGreaterThan(2);
    for (const [, list] of capabilities) {
      for (const capability of list as string[]) expect(capability).toMatch(/^(?!CAP_)[A-Z_]+$/);
    }
  });

  test('every pod meets restricted, or says why not and has a grant', () => {
    const pods = podsOf(objects);
    expect(pods.length).toBeGreaterThanOrEqual(4);
    for (const [object, spec, annotations] of pods) {
      const why = annotations['hardened-cluster/not-restricted'];
      expect([identityOf(object), isRestricted(spec)]).toEqual([
        identityOf(object),
        why === undefined,
      ]);
      if (why === undefined) continue;
      const granted = objects.some(
        (other) =>
          other.kind === 'RoleBinding' &&
          other.metadata.namespace === object.metadata.namespace &&
          JSON.stringify(other.subjects).includes(`"${String(spec.serviceAccountName)}"`),
      );
      expect([identityOf(object), granted]).toEqual([identityOf(object), true]);
    }
  });

  test('every pod has an account of its own, limits, and images by version that are always pulled', () => {
    for (const [, spec] of podsOf(objects)) {
      expect(spec.serviceAccountName).toBeDefined();
      expect(spec.serviceAccountName).not.toBe('default');
      for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
        expect(container.image).toMatch(/^[a-z0-9.-]+\.[a-z]+\/[a-z0-9./-]+:v?\d+(\.\d+)+$/);
        expect(container.imagePullPolicy).toBe('Always');
        expect(container.resources?.limits?.memory).toBeDefined();
      }
    }
  });

  test('every namespace has a level, a default account without token and a default deny', () => {
    for (const { metadata } of objects.filter(({ kind }) => kind === 'Namespace')) {
      expect(metadata.labels).toMatchObject({
        'pod-security.kubernetes.io/enforce': expect.stringMatching(
          /^(privileged|baseline|restricted)$/,
        ) as string,
        'pod-security.kubernetes.io/enforce-version': `v${clusters[name].kubernetes.minorVersion}`,
      });
      const own = objects.filter((object) => object.metadata.namespace === metadata.name);
      expect(own).toContainEqual(
        expect.objectContaining({ kind: 'ServiceAccount', automountServiceAccountToken: false }),
      );
      expect(own).toContainEqual(
        expect.objectContaining({
          kind: 'NetworkPolicy',
          spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] },
        }),
      );
    }
  });

  test('binds cluster-admin to break-glass alone, and gives no role a wildcard', () => {
    const bindings = objects.filter(
      ({ roleRef }) => (roleRef as { name?: string } | undefined)?.name === 'cluster-admin',
    );
    expect(bindings.map(identityOf)).toEqual(['ClusterRoleBinding /hardened-cluster:break-glass']);
    expect(bindings[0]?.subjects).toEqual([
      {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Group',
        name: 'hardened-cluster:break-glass',
      },
    ]);
    const roles = objects.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role');
    expect(roles.length).toBeGreaterThan(8);
    for (const role of roles) {
      for (const rule of role.rules as {
        verbs: string[];
        resources: string[];
        apiGroups: string[];
        resourceNames?: string[];
      }[]) {
        const values = [...rule.verbs, ...rule.resources, ...rule.apiGroups];
        expect([identityOf(role), values.includes('*')]).toEqual([identityOf(role), false]);
        expect(rule.verbs).not.toEqual(expect.arrayContaining(['escalate']));
        for (const verb of ['escalate', 'bind', 'impersonate'])
          expect(rule.verbs).not.toContain(verb);
        expect(rule.resources).not.toContain('nodes/proxy');
        if (rule.resources.includes('serviceaccounts/token')) {
          expect(rule.resourceNames).toEqual(['calico-cni-plugin']);
        }
      }
    }
  });

  test('every policy fails closed, is bound to everything and is written to the audit log', () => {
    const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    expect(policies.length).toBeGreaterThanOrEqual(11);
    for (const { metadata, spec } of policies) {
      expect(spec).toMatchObject({ failurePolicy: 'Fail' });
      const binding = objects.find(
        (object) =>
          object.kind === 'ValidatingAdmissionPolicyBinding' &&
          object.metadata.name === metadata.name,
      );
      expect(binding?.spec).toEqual({
        policyName: metadata.name,
        validationActions: ['Deny', 'Audit'],
      });
    }
  });
});

test('the strict cluster asks for digests, restricted pods, encryption and a sandbox', () => {
  const objects = objectsOf('strict');
  expect(JSON.stringify(objects)).toContain('images must name their digest');
  expect(objects.find(({ metadata }) => metadata.name === 'vault')?.metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
  expect(objects.find(({ kind }) => kind === 'FelixConfiguration')?.spec).toMatchObject({
    wireguardEnabled: true,
    wireguardListeningPort: 51820,
  });
  expect(objects.some(({ kind }) => kind === 'RuntimeClass')).toBe(true);
});

test('whoever overrides a policy is in the audit log, under one key', () => {
  const annotations = objectsOf('standard')
    .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
    .flatMap(({ metadata, spec }) => {
      const { variables = [], auditAnnotations = [] } = spec as {
        readonly variables?: readonly { readonly name: string }[];
        readonly auditAnnotations?: readonly {
          readonly key: string;
          readonly valueExpression: string;
        }[];
      };
      return variables.some(({ name }) => name === 'breakGlass')
        ? [{ name: metadata.name, auditAnnotations }]
        : [];
    });
  expect(annotations.length).toBeGreaterThanOrEqual(4);
  for (const { name, auditAnnotations } of annotations) {
    expect([name, auditAnnotations]).toEqual([
      name,
      [
        {
          key: 'break-glass',
          valueExpression: expect.stringMatching(
            /^variables\.breakGlass && \(.+\) \? request\.userInfo\.username \+ ' overrode the policy: ' \+ .+ : ''$/,
          ) as string,
        },
      ],
    ]);
  }
});

test("Calico's controllers follow nodes alone, by the API of Kubernetes", () => {
  const controllers = objectsOf('standard').find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'calico-kube-controllers',
  );
  expect(controllers?.spec).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            env: [
              { name: 'DATASTORE_TYPE', value: 'kubernetes' },
              { name: 'ENABLED_CONTROLLERS', value: 'node' },
            ],
          },
        ],
      },
    },
  });
});

test('mutating policies are there from 1.36 on', () => {
  const has = (version: string) =>
    synthesizeManifests({
      ...clusters.standard,
      kubernetes: {
        ...clusters.standard.kubernetes,
        version: `${version}.0`,
        minorVersion: version,
      },
    }).some(({ objects }) =>
      objects.some((object) => (object as Manifest).kind === 'MutatingAdmissionPolicy'),
    );
  expect(['1.35', '1.36', '1.37'].map(has)).toEqual([false, true, true]);
});
