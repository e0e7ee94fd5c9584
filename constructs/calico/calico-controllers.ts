import type { CalicoNetworkProps } from './calico-network-props';
import type { NamespacedKinds, NamespacedMetadata } from '../kinds';

const name = 'calico-kube-controllers';
const labels = { 'k8s-app': name };

/** The one controller that tidies up after deleted nodes; it meets Pod Security restricted. */
export function calicoControllers(
  namespace: string,
  props: CalicoNetworkProps,
): {
  deployment: { metadata: NamespacedMetadata } & NamespacedKinds['Deployment'];
  disruptionBudget: { metadata: NamespacedMetadata } & NamespacedKinds['PodDisruptionBudget'];
} {
  const metadata = { name, namespace, labels };
  const check = (flag: string) => ({ command: ['/usr/bin/check-status', flag] });
  return {
    disruptionBudget: {
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    deployment: {
      metadata,
      spec: {
        replicas: 1,
        // Two of them at a time would work against each other.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: name,
            priorityClassName: 'system-cluster-critical',
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            tolerations: [
              { key: 'CriticalAddonsOnly', operator: 'Exists' },
              { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
            ],
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 999,
              runAsGroup: 0,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [
              {
                name,
                image: `${props.registry ?? 'quay.io/calico'}/kube-controllers:v${props.version}`,
                imagePullPolicy: 'Always',
                env: [
                  { name: 'DATASTORE_TYPE', value: 'kubernetes' },
                  { name: 'ENABLED_CONTROLLERS', value: 'node' },
                ],
                resources: {
                  requests: { cpu: '20m', memory: '64Mi' },
                  limits: { memory: '256Mi' },
                },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                },
                livenessProbe: {
                  exec: check('-l'),
                  initialDelaySeconds: 10,
                  periodSeconds: 10,
                  timeoutSeconds: 10,
                  failureThreshold: 6,
                },
                readinessProbe: { exec: check('-r'), periodSeconds: 10 },
              },
            ],
          },
        },
      },
    },
  };
}
