import { Construct } from 'constructs';
import type { Subject } from '../kinds';
import { addNamespacedObject } from '../synthesis/kubernetes-object';
import { policyApiGroup } from '../../lib/kubernetes/powers/policy-api-group';
import type { PodRuleName } from './pod-rules';

/** An exception from the pod policy. */
export interface PodPolicyGrantProps {
  /** Name of the Role and the RoleBinding. */
  readonly name: string;
  readonly namespace: string;
  /** Rules that do not hold for pods of the subjects. */
  readonly rules: readonly PodRuleName[] | 'all';
  /** Service accounts whose pods are meant, or creators of bare pods. */
  readonly subjects: readonly Subject[];
  /** Why it is needed, kept as an annotation. */
  readonly why: string;
}

/** Lets pods of the named service accounts break the named rules of the pod policy, and no others. */
export class PodPolicyGrant extends Construct {
  constructor(scope: Construct, id: string, props: PodPolicyGrantProps) {
    super(scope, id);
    const metadata = {
      name: props.name,
      namespace: props.namespace,
      annotations: { 'kubernetes.io/description': props.why },
    };
    addNamespacedObject(this, 'role', 'Role', {
      metadata,
      rules: [
        {
          apiGroups: [policyApiGroup],
          resources: ['podrules'],
          verbs: ['use'],
          ...(props.rules === 'all' ? {} : { resourceNames: props.rules }),
        },
      ],
    });
    addNamespacedObject(this, 'binding', 'RoleBinding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: props.name },
      subjects: props.subjects,
    });
  }
}
