import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('hardening', 'Standard');

/** Admission and Pod Security. */
export const podClauses: readonly Clause[] = [
  {
    id: 'scs-0217/admission/node-restriction',
    source,
    level: 'MUST',
    statement:
      'The NodeRestriction admission plugin keeps each kubelet to its own Node and the pods bound to it.',
    checks: ['api/node-restriction'],
  },
  {
    id: 'scs-0217/pod-security/policies-active',
    source,
    level: 'MUST',
    statement: 'The Pod Security Standards are in force as policies.',
    checks: ['pod-security/cluster-default', 'pod-security/namespaces-labelled'],
  },
  {
    id: 'scs-0217/pod-security/baseline',
    source,
    level: 'MUST',
    statement: 'At least the baseline policy holds (the document says REQUIRES).',
    checks: [
      'pod-security/cluster-default',
      'pod-security/namespaces-labelled',
      'workloads/pods-baseline',
    ],
  },
  {
    id: 'scs-0217/pod-security/restricted',
    source,
    level: 'OPTIONAL',
    statement: 'The restricted policy can be used as well (the document says CAN).',
    checks: ['pod-security/restricted-in-use', 'workloads/pods-restricted'],
  },
  {
    id: 'scs-0217/pod-security/admission-controller',
    source,
    level: 'MUST',
    statement: 'The Pod Security admission plugin is active and works on namespaces.',
    checks: ['api/pod-security-admission'],
  },
  {
    id: 'scs-0217/pod-security/enforce',
    source,
    level: 'RECOMMENDED',
    statement: 'Policies are enforced, not merely audited or warned about.',
    checks: ['pod-security/enforced'],
  },
];
