import { Construct } from 'constructs';
import type { Container, PodSpec, Volume } from '../kinds';
import { addNamespacedObject } from '../synthesis/kubernetes-object';
import { PodPolicyGrant } from '../admission/pod-policy-grant';

/** One kind of machine that is scanned. */
export interface KubeBenchTarget {
  /** Stable key, part of object names: `control-plane`, `worker-general`. */
  readonly name: string;
  /**
   * Sections of the benchmark, in kube-bench's words. `policies` is not among them: it asks the API
   * server, for which the pods have no credential; `check` evaluates what it would.
   */
  readonly targets: readonly ('master' | 'controlplane' | 'node')[];
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** Taint keys of these machines. */
  readonly tolerates: readonly string[];
}

/** Scheduled scans with kube-bench. */
export interface KubeBenchProps {
  /** A namespace whose Pod Security level is privileged. */
  readonly namespace: string;
  /** Image with its tag, or better its digest. */
  readonly image: string;
  /** A benchmark that the image has. @default {@link kubeBenchBenchmark} */
  readonly benchmark?: string;
  /** Kinds of machines that are checked. */
  readonly machines: readonly KubeBenchTarget[];
  /** Time of the scans, in cron's words. @default '23 3 * * *' */
  readonly schedule?: string;
  /** Whether a Job scans once, too, as soon as it is applied. @default false */
  readonly once?: boolean;
}

/** The newest benchmark that kube-bench v0.12.0 has; a newer one makes the program end with an error. */
export const kubeBenchBenchmark = 'cis-1.10';

const results = '/var/log/kube-bench';

/** Read by the checks of section 1 and 4; configuration and data, no secrets of other pods. */
const hostFolders: readonly { readonly name: string; readonly path: string }[] = [
  { name: 'etc-cni', path: '/etc/cni/net.d' },
  { name: 'etc-kubernetes', path: '/etc/kubernetes' },
  { name: 'etc-systemd', path: '/etc/systemd' },
  { name: 'usr-local-bin', path: '/usr/local/bin' },
  { name: 'var-lib-kubelet', path: '/var/lib/kubelet' },
];

/**
 * Runs kube-bench on each kind of machine by the clock and keeps its findings as JSON in
 * `/var/log/kube-bench` of the machine, from where its logs are shipped. etcd machines run no
 * kubelet; they are scanned by a systemd unit of their own.
 *
 * The pods cannot meet Pod Security restricted: the checks read the arguments of the host's
 * processes (hostPID) and its files (hostPath), some of which are root's alone. They have no
 * token, no network of their own use, no capability, a read-only root and read-only mounts but for
 * the findings.
 *
 * @see https://github.com/aquasecurity/kube-bench
 */
export class KubeBench extends Construct {
  constructor(scope: Construct, id: string, props: KubeBenchProps) {
    super(scope, id);
    const { namespace } = props;
    addNamespacedObject(this, 'service-account', 'ServiceAccount', {
      metadata: { name: 'kube-bench', namespace },
      automountServiceAccountToken: false,
    });
    new PodPolicyGrant(this, 'grant', {
      name: 'kube-bench-pods',
      namespace,
      rules: ['host-namespaces', 'volumes'],
      subjects: [{ kind: 'ServiceAccount', name: 'kube-bench', namespace }],
      why: "The checks read the arguments of the host's processes and its configuration files",
    });
    for (const target of props.machines) {
      const name = `kube-bench-${target.name}`;
      const job = {
        backoffLimit: 1,
        ttlSecondsAfterFinished: 7 * 24 * 3600,
        activeDeadlineSeconds: 600,
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': 'kube-bench' }, annotations: reason },
          spec: scan(props, target),
        },
      };
      addNamespacedObject(this, name, 'CronJob', {
        metadata: { name, namespace },
        spec: {
          schedule: props.schedule ?? '23 3 * * *',
          concurrencyPolicy: 'Forbid',
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 3,
          jobTemplate: { spec: job },
        },
      });
      if (props.once === true) {
        addNamespacedObject(this, `${name}-once`, 'Job', {
          metadata: { name: `${name}-once`, namespace },
          spec: job,
        });
      }
    }
  }
}

const reason = {
  'hardened-cluster/not-restricted':
    "hostPID and hostPath: the checks read the arguments of the host's processes and its files; root: some of them are root's alone",
};

function scan(props: KubeBenchProps, target: KubeBenchTarget): PodSpec {
  return {
    serviceAccountName: 'kube-bench',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostPID: true,
    restartPolicy: 'Never',
    nodeSelector: target.nodeLabels,
    tolerations: target.tolerates.map((key) => ({
      key,
      operator: 'Exists' as const,
      effect: 'NoSchedule' as const,
    })),
    securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container(props, target)],
    volumes: [
      ...hostFolders.map(({ name, path }): Volume => ({ name, hostPath: { path } })),
      { name: 'results', hostPath: { path: results, type: 'DirectoryOrCreate' } },
    ],
  };
}

function container(props: KubeBenchProps, target: KubeBenchTarget): Container {
  return {
    name: 'kube-bench',
    image: props.image,
    imagePullPolicy: 'Always',
    command: ['kube-bench'],
    args: [
      'run',
      '--targets',
      target.targets.join(','),
      '--benchmark',
      props.benchmark ?? kubeBenchBenchmark,
      '--json',
      '--outputfile',
      `${results}/${target.name}.json`,
    ],
    resources: {
      requests: { cpu: '50m', memory: '64Mi' },
      limits: { cpu: '500m', memory: '256Mi' },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [
      ...hostFolders.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
      { name: 'results', mountPath: results },
    ],
  };
}
