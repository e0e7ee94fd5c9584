import type { Check } from '../../check';
import type { ManifestFact } from '../../facts';
import { missing, pass, type Finding } from '../../finding';
import { listAt, mappingsAt, textAt, textsAt, type Mapping } from '../../readers/values';
import { locationOf, noneWrong, onManifests, showManifest, showPlace } from './evaluate-manifests';

/** What runs in the cluster, and what does not. */
export const installedChecks: readonly Check[] = [
  {
    id: 'workloads/kube-bench-scheduled',
    title: 'kube-bench scans the cluster by a schedule',
    why: 'Settings drift; a scan that runs by itself shows it.',
    remedy: 'Add a CronJob that runs kube-bench.',
    run: (facts) =>
      onManifests(facts, (manifests) => {
        const jobs = manifests.filter(
          (manifest) =>
            manifest.kind === 'CronJob' &&
            textAt(manifest, 'spec', 'suspend') !== 'true' &&
            mappingsAt(
              manifest,
              'spec',
              'jobTemplate',
              'spec',
              'template',
              'spec',
              'containers',
            ).some(runsKubeBench) &&
            !neverRuns(textAt(manifest, 'spec', 'schedule') ?? ''),
        );
        return jobs.length > 0
          ? pass(
              ...jobs.map(
                (job) => `${showManifest(job)}: ${textAt(job, 'spec', 'schedule') ?? ''}`,
              ),
            )
          : missing('no CronJob runs kube-bench');
      }),
  },
  {
    id: 'workloads/dashboard-not-exposed',
    title: 'No Service or Ingress exposes the Kubernetes Dashboard',
    why: 'Exposed dashboards were the way into more than one well-known cluster.',
    remedy: 'Make its Service a ClusterIP and delete the Ingress; or delete the dashboard.',
    run: (facts) =>
      onManifests(facts, (manifests) =>
        noneWrong(
          manifests.filter(concernsDashboard).map((manifest): Finding => {
            const type = textAt(manifest, 'spec', 'type') ?? 'ClusterIP';
            const outside = listAt(manifest, 'spec', 'externalIPs').length > 0;
            const holds = manifest.kind === 'Service' && type === 'ClusterIP' && !outside;
            const shown =
              manifest.kind === 'Service'
                ? ` of type ${type}${outside ? ' with external addresses' : ''}`
                : '';
            return {
              holds,
              evidence: `${showPlace(facts, manifest)}${shown}`,
              location: locationOf(facts, manifest),
            };
          }),
          'the dashboard is not installed',
        ),
      ),
  },
];

/** Kinds that let nothing in, whatever they name. */
const inward =
  /^(Pod|Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|CronJob|ServiceAccount|ConfigMap|Secret|Namespace|(Cluster)?Role(Binding)?|(Global)?NetworkPolicy|PodDisruptionBudget|HorizontalPodAutoscaler|Endpoint(s|Slice)|CustomResourceDefinition|(Validating|Mutating)AdmissionPolicy(Binding)?|Event|Lease|ServiceMonitor|PodMonitor|PrometheusRule)$/;

/** Services, and every kind that may lead requests to one: routes and gateways have many names. */
function concernsDashboard({ kind, metadata, spec }: ManifestFact): boolean {
  return !inward.test(kind) && JSON.stringify([metadata, spec]).includes('kubernetes-dashboard');
}

/** By its image, and by its command where that is another one than the image's own. */
function runsKubeBench(container: Mapping): boolean {
  const words = textsAt(container, 'command').join(' ');
  return (
    /(^|\/)kube-bench([:@]|$)/.test(textAt(container, 'image') ?? '') &&
    (words === '' || words.includes('kube-bench'))
  );
}

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a schedule names only days that no month of it has, such as 30 February. */
function neverRuns(schedule: string): boolean {
  const [, , days = '*', months = '*', weekdays = '*'] = schedule.trim().split(/\s+/);
  const numbers = /^\d+(,\d+)*$/;
  if (!numbers.test(days) || !numbers.test(months) || weekdays !== '*') return false;
  const first = Math.min(...days.split(',').map(Number));
  return months.split(',').every((month) => first > (longestMonths[Number(month) - 1] ?? 0));
}
