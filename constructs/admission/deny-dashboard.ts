import { Construct } from 'constructs';
import { addNamespacedObject } from '../synthesis/kubernetes-object';

/** Where the dashboard might turn up. */
export interface DenyDashboardProps {
  /** @default 'kube-system' */
  readonly namespace?: string;
}

/**
 * Keeps pods away from a Kubernetes Dashboard, which the blueprint does not install.
 *
 * @see https://github.com/freach/kubernetes-security-best-practice#kubernetes-dashboard-boom
 */
export class DenyDashboard extends Construct {
  constructor(scope: Construct, id: string, props: DenyDashboardProps = {}) {
    super(scope, id);
    addNamespacedObject(this, 'policy', 'NetworkPolicy', {
      metadata: { name: 'deny-dashboard', namespace: props.namespace ?? 'kube-system' },
      spec: {
        podSelector: { matchLabels: { 'k8s-app': 'kubernetes-dashboard' } },
        policyTypes: ['Ingress'],
      },
    });
  }
}
