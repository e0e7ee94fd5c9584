import { container, pod, podSpec, restrictedSpec, workloadKinds, type Json } from './pods';
import { allow, change, create, deny, type RequestRow } from './request';

const pods = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
/** Level privileged, so that nothing but the pod policy evaluates there. */
const plain = pods('plain');

const spec = (changes: Json) => create(plain, pod(podSpec(changes)));
const one = (changes: Json = {}, security: Json = {}) =>
  spec({ containers: [container(changes, security)] });
const probe = (host: string) => ({ httpGet: { path: '/', port: 80, host } });
const volume = (source: Json) => spec({ volumes: [{ name: 'data', ...source }] });
const context = (changes: Json) =>
  spec({ securityContext: { seccompProfile: { type: 'RuntimeDefault' }, ...changes } });

/** Pods of a namespace where Pod Security lets everything through. */
const plainPods: readonly RequestRow[] = [
  allow('a pod that meets the policy', 'tenant', spec({})),
  deny(
    'a privileged container',
    'tenant',
    one({}, { privileged: true, allowPrivilegeEscalation: true }),
    '(rule privileged of the pod policy)',
  ),
  deny(
    'a privileged init container',
    'tenant',
    spec({
      initContainers: [
        container({ name: 'init' }, { privileged: true, allowPrivilegeEscalation: true }),
      ],
    }),
    '(rule privileged of the pod policy)',
  ),
  allow('privileged: false', 'tenant', one({}, { privileged: false })),
  deny(
    'privilege escalation not mentioned',
    'tenant',
    one({ securityContext: {} }),
    '(rule privilege-escalation of the pod policy)',
  ),
  deny(
    'no security context at all',
    'tenant',
    one({ securityContext: null }),
    '(rule privilege-escalation of the pod policy)',
  ),
  deny(
    'privilege escalation asked for',
    'tenant',
    one({}, { allowPrivilegeEscalation: true }),
    '(rule privilege-escalation of the pod policy)',
  ),
  deny(
    'privilege escalation of an init container',
    'tenant',
    spec({ initContainers: [container({ name: 'init', securityContext: {} })] }),
    '(rule privilege-escalation of the pod policy)',
  ),
  deny(
    'privilege escalation of the second container',
    'tenant',
    spec({ containers: [container(), container({ name: 'other', securityContext: {} })] }),
    '(rule privilege-escalation of the pod policy)',
  ),
  deny(
    'hostNetwork',
    'tenant',
    spec({ hostNetwork: true }),
    '(rule host-namespaces of the pod policy)',
  ),
  deny('hostPID', 'tenant', spec({ hostPID: true }), '(rule host-namespaces of the pod policy)'),
  deny('hostIPC', 'tenant', spec({ hostIPC: true }), '(rule host-namespaces of the pod policy)'),
  deny(
    'a host port',
    'tenant',
    one({ ports: [{ containerPort: 80, hostPort: 8080 }] }),
    '(rule host-ports of the pod policy)',
  ),
  deny(
    'a host port of an init container',
    'tenant',
    spec({
      initContainers: [container({ name: 'init', ports: [{ containerPort: 80, hostPort: 80 }] })],
    }),
    '(rule host-ports of the pod policy)',
  ),
  allow('host port 0', 'tenant', one({ ports: [{ containerPort: 80, hostPort: 0 }] })),
  deny(
    'a liveness probe of another host',
    'tenant',
    one({ livenessProbe: probe('169.254.169.254') }),
    '(rule host-probes of the pod policy)',
  ),
  deny(
    'a startup probe of another host',
    'tenant',
    one({ startupProbe: { tcpSocket: { port: 22, host: '10.0.0.1' } } }),
    '(rule host-probes of the pod policy)',
  ),
  deny(
    'a hook that calls another host',
    'tenant',
    one({ lifecycle: { postStart: probe('10.0.0.1') } }),
    '(rule host-probes of the pod policy)',
  ),
  allow(
    'a readiness probe of the pod',
    'tenant',
    one({ readinessProbe: { httpGet: { path: '/', port: 80 } } }),
  ),
  deny(
    'capability SYS_ADMIN',
    'tenant',
    one({}, { capabilities: { add: ['SYS_ADMIN'] } }),
    '(rule capabilities of the pod policy)',
  ),
  deny(
    'capability ALL',
    'tenant',
    one({}, { capabilities: { add: ['ALL'] } }),
    '(rule capabilities of the pod policy)',
  ),
  deny(
    'capability NET_RAW',
    'tenant',
    one({}, { capabilities: { add: ['NET_RAW'] } }),
    '(rule capabilities of the pod policy)',
  ),
  deny(
    'a capability in lower case',
    'tenant',
    one({}, { capabilities: { add: ['chown'] } }),
    '(rule capabilities of the pod policy)',
  ),
  allow(
    'capability NET_BIND_SERVICE',
    'tenant',
    one({}, { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
  ),
  deny(
    'no seccomp profile',
    'tenant',
    spec({ securityContext: {} }),
    '(rule seccomp of the pod policy)',
  ),
  deny(
    'seccomp Unconfined for the pod',
    'tenant',
    context({ seccompProfile: { type: 'Unconfined' } }),
    '(rule seccomp of the pod policy)',
  ),
  deny(
    'seccomp Unconfined for a container',
    'tenant',
    one({}, { seccompProfile: { type: 'Unconfined' } }),
    '(rule seccomp of the pod policy)',
  ),
  deny(
    'seccomp Unconfined for the pod, overridden by its container',
    'tenant',
    spec({
      securityContext: { seccompProfile: { type: 'Unconfined' } },
      containers: [container({}, { seccompProfile: { type: 'RuntimeDefault' } })],
    }),
    '(rule seccomp of the pod policy)',
  ),
  allow(
    'seccomp for each container only',
    'tenant',
    spec({
      securityContext: {},
      containers: [container({}, { seccompProfile: { type: 'RuntimeDefault' } })],
    }),
  ),
  allow(
    'a seccomp profile of the node',
    'tenant',
    context({ seccompProfile: { type: 'Localhost', localhostProfile: 'app.json' } }),
  ),
  deny(
    'AppArmor Unconfined for the pod',
    'tenant',
    context({ appArmorProfile: { type: 'Unconfined' } }),
    '(rule apparmor of the pod policy)',
  ),
  deny(
    'AppArmor Unconfined for a container',
    'tenant',
    one({}, { appArmorProfile: { type: 'Unconfined' } }),
    '(rule apparmor of the pod policy)',
  ),
  deny(
    'AppArmor unconfined by the old annotation',
    'tenant',
    create(
      plain,
      pod(podSpec(), {
        annotations: { 'container.apparmor.security.beta.kubernetes.io/app': 'unconfined' },
      }),
    ),
    '(rule apparmor of the pod policy)',
  ),
  allow(
    'AppArmor RuntimeDefault',
    'tenant',
    context({ appArmorProfile: { type: 'RuntimeDefault' } }),
  ),
  deny(
    'an SELinux type of the host',
    'tenant',
    context({ seLinuxOptions: { type: 'spc_t' } }),
    '(rule selinux of the pod policy)',
  ),
  deny(
    'an SELinux user',
    'tenant',
    one({}, { seLinuxOptions: { user: 'system_u' } }),
    '(rule selinux of the pod policy)',
  ),
  allow('SELinux type container_t', 'tenant', context({ seLinuxOptions: { type: 'container_t' } })),
  deny(
    'an unmasked /proc',
    'tenant',
    spec({ hostUsers: false, containers: [container({}, { procMount: 'Unmasked' })] }),
    '(rule proc-mount of the pod policy)',
  ),
  deny(
    'a sysctl of the whole node',
    'tenant',
    context({ sysctls: [{ name: 'kernel.msgmax', value: '1' }] }),
    '(rule sysctls of the pod policy)',
  ),
  allow(
    'a sysctl of the pod',
    'tenant',
    context({ sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }] }),
  ),
  deny(
    'a hostPath volume',
    'tenant',
    volume({ hostPath: { path: '/' } }),
    '(rule volumes of the pod policy)',
  ),
  deny(
    'an NFS volume',
    'tenant',
    volume({ nfs: { server: '10.0.0.1', path: '/' } }),
    '(rule volumes of the pod policy)',
  ),
  deny(
    'an inline CSI volume',
    'tenant',
    volume({ csi: { driver: 'csi.example.com' } }),
    '(rule volumes of the pod policy)',
  ),
  deny(
    'an image volume',
    'tenant',
    volume({ image: { reference: 'registry.example.com/data:1' } }),
    '(rule volumes of the pod policy)',
  ),
  allow('an emptyDir volume', 'tenant', volume({ emptyDir: {} })),
  allow('a volume without a source, which is an emptyDir', 'tenant', volume({})),
  allow(
    'a Secret and a ConfigMap',
    'tenant',
    spec({
      volumes: [
        { name: 'a', secret: { secretName: 'a' } },
        { name: 'b', configMap: { name: 'b' } },
      ],
    }),
  ),
  allow('a claim', 'tenant', volume({ persistentVolumeClaim: { claimName: 'a' } })),
  deny(
    'a Windows pod',
    'tenant',
    create(
      plain,
      pod({
        automountServiceAccountToken: false,
        os: { name: 'windows' },
        containers: [{ name: 'app', image: 'registry.example.com/app:1' }],
      }),
    ),
    '(rule',
  ),
  deny(
    'a Windows host process',
    'tenant',
    create(
      plain,
      pod({
        automountServiceAccountToken: false,
        hostNetwork: true,
        os: { name: 'windows' },
        securityContext: {
          windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' },
        },
        containers: [{ name: 'app', image: 'registry.example.com/app:1' }],
      }),
    ),
    '(rule',
  ),
  allow('a pod that names Linux', 'tenant', spec({ os: { name: 'linux' } })),
  allow('a huge pod', 'tenant', spec({ containers: many(300) })),
  deny(
    'a huge pod whose last container is privileged',
    'tenant',
    spec({
      containers: [
        ...many(299),
        container({ name: 'last' }, { privileged: true, allowPrivilegeEscalation: true }),
      ],
    }),
    '(rule privileged of the pod policy)',
  ),
  allow(
    'a pod with 200 KiB of annotations',
    'tenant',
    create(plain, pod(podSpec(), { annotations: { large: 'x'.repeat(200 * 1024) } })),
  ),
  allow(
    'a privileged pod of break-glass',
    'breakGlass',
    one({}, { privileged: true, allowPrivilegeEscalation: true }),
  ),
  deny(
    'a privileged pod of a controller',
    'replicaSetController',
    one({}, { privileged: true, allowPrivilegeEscalation: true }),
    '(rule privileged of the pod policy)',
  ),
  allow(
    'a privileged pod whose account has the grant',
    'tenant',
    spec({
      serviceAccountName: 'granted',
      containers: [container({}, { privileged: true, allowPrivilegeEscalation: true })],
    }),
  ),
  deny(
    'more than the grant of its account',
    'tenant',
    spec({ serviceAccountName: 'granted', hostPID: true }),
    '(rule host-namespaces of the pod policy)',
  ),
  deny(
    'an account with the grant in another namespace',
    'tenant',
    create(
      pods('shop'),
      pod(
        podSpec({
          serviceAccountName: 'granted',
          containers: [container({ securityContext: {} })],
        }),
      ),
    ),
    '(rule privilege-escalation of the pod policy)',
  ),
];

function many(count: number): Json[] {
  return Array.from({ length: count }, (_, index) => container({ name: `c${index}` }));
}

/** Namespaces with a level: Pod Security comes first, the pod policy on top. */
const leveledPods: readonly RequestRow[] = [
  allow('a pod at baseline', 'tenant', create(pods('shop'), pod())),
  deny(
    'a privileged pod at baseline',
    'tenant',
    create(
      pods('shop'),
      pod(
        podSpec({
          containers: [container({}, { privileged: true, allowPrivilegeEscalation: true })],
        }),
      ),
    ),
    'violates PodSecurity "baseline:',
  ),
  deny(
    'privilege escalation at baseline',
    'tenant',
    create(pods('shop'), pod(podSpec({ containers: [container({ securityContext: {} })] }))),
    '(rule privilege-escalation of the pod policy)',
  ),
  deny(
    'a pod at baseline in a namespace that is restricted',
    'tenant',
    create(pods('vault'), pod()),
    'violates PodSecurity "restricted:',
  ),
  allow('a restricted pod', 'tenant', create(pods('vault'), pod(restrictedSpec()))),
  deny(
    'a privileged pod in a namespace without label',
    'tenant',
    create(
      pods('bare'),
      pod(
        podSpec({
          containers: [container({}, { privileged: true, allowPrivilegeEscalation: true })],
        }),
      ),
    ),
    'violates PodSecurity "baseline:',
  ),
  allow('a pod of an operator in their namespace', 'operator', create(pods('shop'), pod())),
  deny(
    'a pod of an operator in kube-system',
    'operator',
    create(pods('kube-system'), pod()),
    'cannot create resource "pods"',
  ),
  deny('a pod of a viewer', 'viewer', create(pods('shop'), pod()), 'cannot create resource "pods"'),
  deny(
    'a pod in the namespace default',
    'tenant',
    create(pods('default'), pod()),
    'exceeded quota',
  ),
];

/** A pod template in each kind that has one. */
const templates: readonly RequestRow[] = workloadKinds.flatMap(({ kind, path, wrap }) => [
  allow(`a ${kind}`, 'tenant', create(path('shop'), wrap(podSpec()))),
  deny(
    `a ${kind} with a privileged container`,
    'tenant',
    create(
      path('shop'),
      wrap(
        podSpec({
          containers: [container({}, { privileged: true, allowPrivilegeEscalation: true })],
        }),
      ),
    ),
    '(rule privileged of the pod policy)',
  ),
  deny(
    `a ${kind} with an image from elsewhere in an init container`,
    'tenant',
    create(
      path('shop'),
      wrap(podSpec({ initContainers: [container({ name: 'init', image: 'evil.example/app:1' })] })),
    ),
    'images must come from',
  ),
]);

const old = '/apis/apps/v1/namespaces/plain/deployments/old';

/** A Deployment from before the policies, which breaks them. */
const older: readonly RequestRow[] = [
  allow(
    'a label of a Deployment from before',
    'tenant',
    change(old, { metadata: { labels: { seen: 'true' } } }),
  ),
  allow(
    'the size of a Deployment from before',
    'tenant',
    change(old, { spec: { replicas: 0, revisionHistoryLimit: 3 } }),
  ),
  deny(
    'another label of its pods, which are evaluated again',
    'tenant',
    change(old, { spec: { template: { metadata: { labels: { seen: 'true' } } } } }),
    'denied request',
  ),
];

const ephemeral = (changes: Json, security: Json = {}) => ({
  spec: {
    ephemeralContainers: [
      {
        ...container({ name: 'debug', imagePullPolicy: 'Always', ...changes }, security),
        targetContainerName: 'app',
      },
    ],
  },
});

/** Debugging a pod that runs already. */
const debugging: readonly RequestRow[] = [
  allow(
    'an ephemeral container',
    'operator',
    change(`${pods('shop')}/running/ephemeralcontainers`, ephemeral({})),
  ),
  deny(
    'a privileged ephemeral container',
    'operator',
    change(
      `${pods('shop')}/running/ephemeralcontainers`,
      ephemeral({}, { privileged: true, allowPrivilegeEscalation: true }),
    ),
    'violates PodSecurity "baseline:',
  ),
  deny(
    'an ephemeral container with privilege escalation',
    'operator',
    change(`${pods('shop')}/running/ephemeralcontainers`, ephemeral({ securityContext: {} })),
    '(rule privilege-escalation of the pod policy)',
  ),
  // The admission plugin AlwaysPullImages overlooks ephemeral containers.
  deny(
    'an ephemeral container with an image that is there already',
    'operator',
    change(
      `${pods('shop')}/running/ephemeralcontainers`,
      ephemeral({ imagePullPolicy: 'IfNotPresent' }),
    ),
    'imagePullPolicy must be Always',
  ),
  deny(
    'an ephemeral container from elsewhere',
    'operator',
    change(`${pods('shop')}/running/ephemeralcontainers`, ephemeral({ image: 'busybox' })),
    'images must come from',
  ),
  deny(
    'an ephemeral container in a pod that may be privileged',
    'tenant',
    change(`${pods('plain')}/running/ephemeralcontainers`, ephemeral({})),
    'left to break-glass',
  ),
  allow(
    'an ephemeral container of break-glass there',
    'breakGlass',
    change(`${pods('plain')}/running/ephemeralcontainers`, ephemeral({})),
  ),
];

/** Everything about pods and their templates. */
export const podTable: readonly RequestRow[] = [
  ...plainPods,
  ...leveledPods,
  ...templates,
  ...debugging,
  ...older,
];
