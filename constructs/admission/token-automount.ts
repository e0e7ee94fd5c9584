import { Construct } from 'constructs';
import { AdmissionPolicy } from './admission-policy';
import { addClusterObject } from '../synthesis/kubernetes-object';

/** How tokens are kept from pods that did not ask for one. */
export interface TokenAutomountProps {
  /** @default 'hardened-cluster-default-token' */
  readonly name?: string;
  /**
   * Whether the API server has MutatingAdmissionPolicy (on by default from Kubernetes 1.36 on).
   *
   * @default false
   */
  readonly mutatingPolicies?: boolean;
}

/**
 * Service account `default` of every namespace, old and new, gives its token to no pod. Where the
 * API server can mutate by policy, new accounts of that name are made that way; a validating
 * policy refuses pods that still mount its token, whatever the account says.
 */
export class TokenAutomount extends Construct {
  constructor(scope: Construct, id: string, props: TokenAutomountProps = {}) {
    super(scope, id);
    const name = props.name ?? 'hardened-cluster-default-token';
    if (props.mutatingPolicies === true) this.mutateAccounts(name);
    new AdmissionPolicy(this, 'pods', {
      name,
      description: 'Pods that run as the service account default have no token of it',
      match: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
      ],
      validations: [
        {
          // Whatever the volume is called: the ServiceAccount admission plugin has run by now and left
          // its own behind.
          expression:
            "object.spec.?serviceAccountName.orValue('default') != 'default' || !object.spec.?volumes.orValue([]).exists(v, v.?projected.?sources.orValue([]).exists(s, has(s.serviceAccountToken)))",
          message:
            'the token of the service account default is not mounted: set automountServiceAccountToken to false, or give the pod a service account of its own',
          reason: 'Forbidden',
        },
      ],
    });
  }

  private mutateAccounts(name: string): void {
    addClusterObject(this, 'accounts', 'MutatingAdmissionPolicy', {
      metadata: {
        name,
        annotations: {
          'kubernetes.io/description': 'The service account default mounts no token by itself',
        },
      },
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['serviceaccounts'],
              resourceNames: ['default'],
            },
          ],
        },
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{automountServiceAccountToken: false}' },
          },
        ],
      },
    });
    addClusterObject(this, 'accounts-binding', 'MutatingAdmissionPolicyBinding', {
      metadata: { name },
      spec: { policyName: name },
    });
  }
}
