import {
  baselineViolations,
  defaultPolicyViolations,
  restrictedViolations,
} from '../../../lib/conformance/readers/pods/security-standards';
import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import { describeWithTools } from '../../support/tools';
import { waitFor } from '../../support/kubernetes/kube-process';

// `check` and the API server's own Pod Security admission say the same of each pod, at both levels.

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Fields of a pod, of the context of its container, and of its container. */
interface Variation {
  readonly pod?: object;
  readonly context?: object;
  readonly container?: object;
  readonly annotations?: object;
}

const volume = (source: object): Variation => ({ pod: { volumes: [{ name: 'v', ...source }] } });
const capabilities = (add: readonly string[], drop: readonly string[] = ['ALL']): Variation => ({
  context: { capabilities: { add, drop } },
});
const podContext = (securityContext: object): Variation => ({ pod: { securityContext } });
const appArmor = 'container.apparmor.security.beta.kubernetes.io/main';
const init = (securityContext?: object): Variation => ({
  pod: {
    initContainers: [{ name: 'init', image: 'i', ...(securityContext && { securityContext }) }],
  },
});

const variations: readonly Variation[] = [
  {},
  ...['hostNetwork', 'hostPID', 'hostIPC'].map((key) => ({ pod: { [key]: true } })),
  volume({ hostPath: { path: '/' } }),
  volume({ emptyDir: {} }),
  volume({ configMap: { name: 'a' } }),
  volume({ secret: { secretName: 'a' } }),
  volume({ downwardAPI: {} }),
  volume({ projected: { sources: [] } }),
  volume({ persistentVolumeClaim: { claimName: 'a' } }),
  volume({ csi: { driver: 'a.example' } }),
  volume({ nfs: { server: 'a', path: '/' } }),
  volume({ iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2026-11.example:a', lun: 0 } }),
  { context: { privileged: true, allowPrivilegeEscalation: true } },
  { context: { privileged: false } },
  { context: { allowPrivilegeEscalation: true } },
  { context: { allowPrivilegeEscalation: undefined } },
  { context: { runAsNonRoot: undefined } },
  { context: { runAsNonRoot: false } },
  { context: { runAsUser: 1000 } },
  { context: { runAsUser: 0 } },
  { context: { seccompProfile: undefined } },
  { context: { seccompProfile: { type: 'Unconfined' } } },
  { context: { seccompProfile: { type: 'Localhost', localhostProfile: 'a.json' } } },
  { context: { appArmorProfile: { type: 'Unconfined' } } },
  { context: { appArmorProfile: { type: 'RuntimeDefault' } } },
  { context: { procMount: 'Unmasked' }, pod: { hostUsers: false } },
  { context: { procMount: 'Default' } },
  { pod: { hostUsers: false }, context: { runAsUser: 0 } },
  { pod: { hostUsers: false }, context: { runAsNonRoot: false } },
  { pod: { hostUsers: false }, context: { privileged: true, allowPrivilegeEscalation: true } },
  ...['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t', 'spc_t'].map(
    (type) => ({ context: { seLinuxOptions: { type } } }),
  ),
  { context: { seLinuxOptions: { user: 'a' } } },
  { context: { seLinuxOptions: { role: 'a' } } },
  { context: { seLinuxOptions: { level: 's0' } } },
  ...['NET_BIND_SERVICE', 'CHOWN', 'SYS_ADMIN', 'NET_RAW', 'ALL', 'SETFCAP', 'SYS_CHROOT'].map(
    (capability) => capabilities([capability]),
  ),
  capabilities([], ['NET_RAW']),
  capabilities([], []),
  capabilities([], ['all']),
  { container: { ports: [{ containerPort: 80, hostPort: 80 }] } },
  { container: { ports: [{ containerPort: 80, hostPort: 0 }] } },
  { container: { ports: [{ containerPort: 80 }] } },
  { container: { livenessProbe: { httpGet: { host: '127.0.0.1', port: 80 } } } },
  { container: { livenessProbe: { httpGet: { host: '', port: 80 } } } },
  { container: { readinessProbe: { tcpSocket: { host: '1.2.3.4', port: 80 } } } },
  { container: { lifecycle: { preStop: { httpGet: { host: 'a', port: 80 } } } } },
  { container: { startupProbe: { httpGet: { port: 80 } } } },
  podContext({ sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }] }),
  podContext({ sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] }),
  podContext({ sysctls: [{ name: 'net.ipv4.tcp_keepalive_probes', value: '1' }] }),
  podContext({ sysctls: [{ name: 'kernel.msgmax', value: '1' }] }),
  podContext({ seccompProfile: { type: 'Unconfined' } }),
  podContext({ seccompProfile: { type: 'RuntimeDefault' } }),
  podContext({ runAsNonRoot: true }),
  podContext({ runAsNonRoot: false }),
  podContext({ runAsUser: 0 }),
  podContext({ appArmorProfile: { type: 'Unconfined' } }),
  podContext({ seLinuxOptions: { type: 'spc_t' } }),
  podContext({ windowsOptions: { hostProcess: true } }),
  { annotations: { [appArmor]: 'unconfined' } },
  { annotations: { [appArmor]: 'runtime/default' } },
  { annotations: { [appArmor]: 'localhost/a' } },
  init(),
  init(hardened),
  init({ ...hardened, privileged: true, allowPrivilegeEscalation: true }),
  init({ ...hardened, runAsUser: 0 }),
];

function podOf(parts: readonly Variation[]) {
  const merged = parts.reduce<Required<Variation>>(
    (sum, part) => ({
      pod: { ...sum.pod, ...part.pod },
      context: { ...sum.context, ...part.context },
      container: { ...sum.container, ...part.container },
      annotations: { ...sum.annotations, ...part.annotations },
    }),
    { pod: {}, context: {}, container: {}, annotations: {} },
  );
  // As JSON, so that what is undefined is not there for either.
  return JSON.parse(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { generateName: 'a-', annotations: merged.annotations },
      spec: {
        ...merged.pod,
        containers: [
          {
            name: 'main',
            image: 'i',
            ...merged.container,
            securityContext: { ...hardened, ...merged.context },
          },
        ],
      },
    }),
  ) as {
    readonly metadata: { readonly annotations: Readonly<Record<string, unknown>> };
    readonly spec: Readonly<Record<string, unknown>>;
  };
}

/** Each alone, and each with a few others: the same pairs in every run. */
const pods = [
  ...variations.map((variation) => podOf([variation])),
  ...variations.flatMap((variation, index) =>
    [7, 19, 31].map((step) =>
      podOf([variation, variations[(index * step + step) % variations.length] ?? {}]),
    ),
  ),
];

describeWithTools('Pod Security of check', controlPlaneTools('1.36'), () => {
  let plane: ControlPlane | undefined;
  const admin = () => {
    if (!plane) throw new Error('no control plane');
    return plane.admin;
  };

  beforeAll(async () => {
    plane = await startControlPlane();
    for (const level of ['baseline', 'restricted']) {
      await admin().post('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: level, labels: { 'pod-security.kubernetes.io/enforce': level } },
      });
      await waitFor(`service account of ${level}`, async () => {
        const found = await admin().get(`/api/v1/namespaces/${level}/serviceaccounts/default`);
        return found.status === 200 || undefined;
      });
    }
  });

  afterAll(async () => {
    await plane?.stop();
  });

  test.each(['baseline', 'restricted'])(
    'agrees with the API server at the level %s',
    async (level) => {
      const wrong: unknown[] = [];
      let compared = 0;
      for (const pod of pods) {
        const { status, text } = await admin().post(
          `/api/v1/namespaces/${level}/pods?dryRun=All`,
          pod,
        );
        const refused = status === 403 && text.includes('violates PodSecurity');
        // What validation or another plugin refuses is no answer about Pod Security.
        if (status !== 201 && !refused) continue;
        compared++;
        const subject = { spec: pod.spec, annotations: pod.metadata.annotations };
        const found = [
          ...baselineViolations(subject),
          ...(level === 'restricted'
            ? [...defaultPolicyViolations(subject), ...restrictedViolations(subject)]
            : []),
        ];
        if (found.length > 0 !== refused) wrong.push({ pod, found, answer: text.slice(0, 400) });
      }
      expect(wrong).toEqual([]);
      expect(compared).toBeGreaterThan(200);
    },
  );
});
