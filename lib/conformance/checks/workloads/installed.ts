import type { Check } from '../../check';
import type { ManifestFact } from '../../facts';
import { missing, pass, type Finding } from '../../finding';
import { mappingsAt, textAt } from '../../readers/values';
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
            ).some((container) => (textAt(container, 'image') ?? '').includes('kube-bench')),
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
            const holds = manifest.kind === 'Service' && type === 'ClusterIP';
            const shown = manifest.kind === 'Service' ? ` of type ${type}` : '';
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

function concernsDashboard(manifest: ManifestFact): boolean {
  return (
    ['Service', 'Ingress', 'HTTPRoute', 'TLSRoute'].includes(manifest.kind) &&
    JSON.stringify([manifest.metadata, manifest.spec]).includes('kubernetes-dashboard')
  );
}
