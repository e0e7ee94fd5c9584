import { Construct } from 'constructs';
import type { Problem } from '../../lib/blueprint/problem';
import { policyApiGroup } from '../../lib/kubernetes/powers/policy-api-group';
import type { Subject } from '../kinds';
import { addNamespacedObject } from '../synthesis/kubernetes-object';
import {
  problemsOfEmpty,
  problemsOfLabel,
  problemsOfUnknown,
  validateProps,
} from '../synthesis/validate-props';

/** Something of cdk8s-plus that roles can be bound to, such as its ServiceAccount. */
export interface SubjectSource {
  toSubjectConfiguration(): {
    readonly apiGroup?: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  };
}

/** Who a grant is for: a subject of RBAC or an object of cdk8s-plus. */
export type GrantSubject = Subject | SubjectSource;

/** What a grant lifts, for whom. */
export interface RuleGrantProps {
  /** Name of the Role and of its binding. */
  readonly name: string;
  /** Namespace that the exception holds in. */
  readonly namespace: string;
  /** Resource whose names are the rules. */
  readonly resource: 'podrules' | 'imagerules';
  /** Rules that need not be met. */
  readonly rules: readonly string[] | 'all';
  /** Names that `rules` may hold. */
  readonly knownRules: readonly string[];
  /** Who is excepted. */
  readonly subjects: readonly GrantSubject[];
  /** Why, kept as an annotation. */
  readonly why: string;
}

/**
 * Role and RoleBinding by which named rules of a policy do not hold for the subjects.
 *
 * RBAC reads an empty list of names as every name, so a grant of no rule is refused.
 */
export class RuleGrant extends Construct {
  /** @throws PropsError with every problem. */
  constructor(scope: Construct, id: string, construct: string, props: RuleGrantProps) {
    super(scope, id);
    validateProps(construct, problemsOf(props));
    const { name, namespace, resource, rules, why } = props;
    const metadata = { name, namespace, annotations: { 'kubernetes.io/description': why } };
    addNamespacedObject(this, 'role', 'Role', {
      metadata,
      rules: [
        {
          apiGroups: [policyApiGroup],
          resources: [resource],
          ...(rules === 'all' ? {} : { resourceNames: rules }),
          verbs: ['use'],
        },
      ],
    });
    addNamespacedObject(this, 'binding', 'RoleBinding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: props.subjects.map((subject) => subjectOf(subject, namespace)),
    });
  }
}

function problemsOf(props: RuleGrantProps): readonly Problem[] {
  const { namespace, rules, knownRules, subjects, why } = props;
  return [
    ...problemsOfLabel('namespace', namespace),
    ...(rules === 'all'
      ? []
      : [
          ...problemsOfEmpty('rules', rules),
          ...(Array.isArray(rules) ? rules : []).flatMap((rule, index) =>
            problemsOfUnknown(`rules[${index}]`, String(rule), knownRules),
          ),
        ]),
    ...(subjects.length > 0
      ? []
      : [{ path: 'subjects', got: subjects, expected: 'at least one, such as a ServiceAccount' }]),
    ...(why === ''
      ? [{ path: 'why', got: why, expected: 'a reason, which is kept as an annotation' }]
      : []),
  ];
}

function subjectOf(subject: GrantSubject, namespace: string): Subject {
  if (!('toSubjectConfiguration' in subject)) return subject;
  const { apiGroup, kind, name, namespace: own = namespace } = subject.toSubjectConfiguration();
  // cdk8s-plus names the group of service accounts `core`, which RBAC knows as the empty one.
  if (kind === 'ServiceAccount') return { kind, name, namespace: own };
  return { ...(apiGroup !== undefined && { apiGroup }), kind, name };
}
