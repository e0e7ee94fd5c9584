import { Construct } from 'constructs';
import { RuleGrant, type GrantSubject } from './rule-grant';

/** Demands of the image policy that a grant can lift. */
export const imageRuleNames = ['digest', 'pull-policy'] as const;

/** An exception from the image policy. The registries themselves know none. */
export interface ImagePolicyGrantProps {
  /** Name of the Role and the RoleBinding. */
  readonly name: string;
  /** Namespace that the exception holds in. */
  readonly namespace: string;
  /** Demands that do not hold; at least one. */
  readonly rules: readonly (typeof imageRuleNames)[number][];
  /** Service accounts whose pods are meant, or creators of bare pods; at least one. */
  readonly subjects: readonly GrantSubject[];
  /** Why it is needed, kept as an annotation. */
  readonly why: string;
}

/** Lets pods of the named service accounts name no digest, or keep an image they have. */
export class ImagePolicyGrant extends Construct {
  /** @throws PropsError with every problem. */
  constructor(scope: Construct, id: string, props: ImagePolicyGrantProps) {
    super(scope, id);
    // `all` is for the pod policy only.
    const rules = Array.isArray(props.rules) ? props.rules : [];
    new RuleGrant(this, 'grant', 'ImagePolicyGrant', {
      ...props,
      rules,
      resource: 'imagerules',
      knownRules: imageRuleNames,
    });
  }
}
