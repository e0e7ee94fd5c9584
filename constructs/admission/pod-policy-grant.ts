import { Construct } from 'constructs';
import { podRuleNames, type PodRuleName } from './pod-rules';
import { RuleGrant, type GrantSubject } from './rule-grant';

/** An exception from the pod policy. */
export interface PodPolicyGrantProps {
  /** Name of the Role and the RoleBinding. */
  readonly name: string;
  /** Namespace that the exception holds in. */
  readonly namespace: string;
  /** Rules that do not hold for pods of the subjects; at least one. */
  readonly rules: readonly PodRuleName[] | 'all';
  /** Service accounts whose pods are meant, or creators of bare pods; at least one. */
  readonly subjects: readonly GrantSubject[];
  /** Why it is needed, kept as an annotation. */
  readonly why: string;
}

/** Lets pods of the named service accounts break the named rules of the pod policy, and no others. */
export class PodPolicyGrant extends Construct {
  /** @throws PropsError with every problem. */
  constructor(scope: Construct, id: string, props: PodPolicyGrantProps) {
    super(scope, id);
    new RuleGrant(this, 'grant', 'PodPolicyGrant', {
      ...props,
      resource: 'podrules',
      knownRules: podRuleNames,
    });
  }
}
