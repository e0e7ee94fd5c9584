import { Construct } from 'constructs';
import { AdmissionPolicy, type AdoptionProps } from './admission-policy';
import { adoptionOf } from './adoption';
import { celString } from './cel';
import { policyApiGroup } from '../../lib/kubernetes/powers/policy-api-group';
import { defaultVolumes, podRules } from './pod-rules';
import { podRequests, podVariables } from './pod-requests';

/** The default pod policy of a cluster. */
export interface PodPolicyProps extends AdoptionProps {
  /** Name of the policy. @default 'hardened-cluster-pods' */
  readonly name?: string;
  /** Kinds of volume that pods may use. @default those of the guide's default policy */
  readonly volumes?: readonly string[];
  /**
   * Whether a pod must name a seccomp profile, or only may not ask for none. The latter is enough
   * where every kubelet sets `seccompDefault`.
   *
   * @default 'required'
   */
  readonly seccomp?: 'required' | 'not-unconfined';
}

/**
 * The guide's default pod policy for every namespace, whatever its Pod Security level: no
 * privilege, no host namespaces or ports, listed volumes, seccomp and AppArmor on. Workloads are
 * evaluated by their pod templates, so that a mistake shows where it is made.
 *
 * What an exception needs is granted rule by rule to service accounts with `PodPolicyGrant`, the
 * way the guide grants its privileged policy by role bindings. A user who creates a pod without a
 * controller is evaluated by their own rights as well.
 *
 * @see https://github.com/freach/kubernetes-security-best-practice#use-pod-security-policies-cloud
 */
export class PodPolicy extends Construct {
  constructor(scope: Construct, id: string, props: PodPolicyProps = {}) {
    super(scope, id);
    const rules = podRules({
      volumes: props.volumes ?? defaultVolumes,
      seccomp: props.seccomp ?? 'required',
    });
    new AdmissionPolicy(this, 'policy', {
      ...adoptionOf(props),
      name: props.name ?? 'hardened-cluster-pods',
      description: 'Pods have no privilege but what PodPolicyGrants give to their service accounts',
      match: podRequests(['CREATE']),
      variables: [
        ...podVariables,
        {
          name: 'serviceAccount',
          expression: "variables.spec.?serviceAccountName.orValue('default')",
        },
      ],
      validations: Object.entries(rules).map(([name, rule]) => ({
        expression: `variables.unchanged || (${rule.expression}) || ${granted(name)}`,
        message: `${rule.message} (rule ${name} of the pod policy)`,
        reason: 'Forbidden' as const,
      })),
    });
  }
}

/** CEL: whether the requester of a bare pod, or the pod's service account, may break the rule. */
function granted(rule: string): string {
  const use = `.group(${celString(policyApiGroup)}).resource('podrules').namespace(request.namespace).name(${celString(rule)}).check('use').allowed()`;
  return `(request.kind.kind == 'Pod' && authorizer${use}) || authorizer.serviceAccount(request.namespace, variables.serviceAccount)${use}`;
}
