import { Construct } from 'constructs';
import type { Subject } from '../kinds';
import { addNamespacedObject } from '../synthesis/kubernetes-object';
import { policyApiGroup } from '../../lib/kubernetes/powers/policy-api-group';

/** An exception from the image policy. The registries themselves know none. */
export interface ImagePolicyGrantProps {
  /** Name of the Role and the RoleBinding. */
  readonly name: string;
  readonly namespace: string;
  readonly rules: readonly ('digest' | 'pull-policy')[];
  /** Service accounts whose pods are meant, or creators of bare pods. */
  readonly subjects: readonly Subject[];
  /** Why it is needed, kept as an annotation. */
  readonly why: string;
}

/** Lets pods of the named service accounts name no digest, or keep an image they have. */
export class ImagePolicyGrant extends Construct {
  constructor(scope: Construct, id: string, props: ImagePolicyGrantProps) {
    super(scope, id);
    const { name, namespace, rules, subjects, why } = props;
    const metadata = { name, namespace, annotations: { 'kubernetes.io/description': why } };
    addNamespacedObject(this, 'role', 'Role', {
      metadata,
      rules: [
        {
          apiGroups: [policyApiGroup],
          resources: ['imagerules'],
          resourceNames: rules,
          verbs: ['use'],
        },
      ],
    });
    addNamespacedObject(this, 'binding', 'RoleBinding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects,
    });
  }
}
