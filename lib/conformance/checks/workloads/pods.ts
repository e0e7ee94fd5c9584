import type { Check, Verdict } from '../../check';
import type { Facts } from '../../facts';
import { nothingFound, pass, unclear, verdictOf, type Finding } from '../../finding';
import { manifestsOfKind } from '../../readers/documents';
import { hasNamedExceptions, isExempt } from '../../readers/pods/exceptions';
import {
  baselineViolations,
  defaultPolicyViolations,
  restrictedViolations,
} from '../../readers/pods/security-standards';
import { containersOf, readPods, type PodSubject } from '../../readers/pods/pods';
import { mappingsAt, textAt } from '../../readers/values';
import { scopeOf } from '../../scope';
import { isSystemNamespace, locationOf, onManifests, showPlace } from './evaluate-manifests';

/** Pods among the manifests, one by one: what a policy would refuse. */
export const podChecks: readonly Check[] = [
  {
    id: 'workloads/pods-baseline',
    title: 'No pod asks for more than the baseline level allows, but those that are exempt by name',
    why: 'A pod with the host’s namespaces, files or devices is a shell on the node.',
    remedy:
      'Take the named fields out; where an agent of the node needs them, exempt its service account by name.',
    run: (facts) => evaluatePods(facts, baselineViolations),
  },
  {
    id: 'workloads/pods-default-policy',
    title:
      'Pods forbid privilege escalation, use listed volume types and set a seccomp profile, but those that are exempt by name',
    why: 'A setuid program, or a rarely used system call, is the usual next step out of a container.',
    remedy:
      'Set allowPrivilegeEscalation: false and seccompProfile.type: RuntimeDefault; use configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected or secret.',
    run: (facts) => evaluatePods(facts, defaultPolicyViolations),
  },
  {
    id: 'workloads/pods-restricted',
    title: 'Pods run as another user than root, without capabilities, but those that are exempt',
    why: 'Root in a container is root on the node once there is a way out of it.',
    remedy: 'Set runAsNonRoot: true and capabilities.drop: [ALL].',
    run: (facts) => evaluatePods(facts, restrictedViolations),
  },
  {
    id: 'workloads/limits',
    title: 'Each container has a memory limit, or its namespace gives one',
    why: 'One container that leaks takes the memory of all pods of its node.',
    remedy: 'Set resources.limits.memory, or add a LimitRange with a default to the namespace.',
    run: (facts) =>
      onManifests(facts, () => {
        const limited = new Set(
          (manifestsOfKind(facts, 'LimitRange') ?? [])
            .filter((range) =>
              mappingsAt(range, 'spec', 'limits').some(
                (row) =>
                  textAt(row, 'type') === 'Container' &&
                  textAt(row, 'default', 'memory') !== undefined,
              ),
            )
            .map(({ metadata }) => metadata.namespace),
        );
        const findings = readPods(facts).map((pod): Finding => {
          const open = limited.has(pod.namespace)
            ? []
            : containersOf(pod.spec).filter(
                (container) => textAt(container, 'resources', 'limits', 'memory') === undefined,
              );
          const names = open.map((container) => textAt(container, 'name') ?? 'container');
          return finding(facts, pod, open.length === 0, `no memory limit: ${names.join(', ')}`);
        });
        return summarize(findings, 'have memory limits');
      }),
  },
];

/** An exemption: by what, and whether the facts at hand show that it is in force. */
interface Exemption {
  readonly by: string;
  readonly shown: boolean;
}

function evaluatePods(facts: Facts, violationsOf: (pod: PodSubject) => readonly string[]): Verdict {
  return onManifests(facts, () => {
    const findings: Finding[] = [];
    const open: string[] = [];
    for (const pod of readPods(facts)) {
      const found = violationsOf(pod);
      const violations = found.join(', ');
      const exemption = found.length === 0 ? undefined : exemptionOf(facts, pod, found);
      if (exemption?.shown === false) {
        open.push(`${showPlace(facts, pod.manifest)}: ${violations}; ${exemption.by}`);
      } else {
        findings.push(
          finding(facts, pod, violations === '' || exemption !== undefined, violations),
        );
      }
    }
    const verdict = summarize(findings, 'keep to it or are exempt by name');
    if (open.length === 0) return verdict;
    return verdict.status === 'fail'
      ? { ...verdict, evidence: [...verdict.evidence, ...open] }
      : unclear(open);
  });
}

/**
 * Service accounts that a role binding exempts from a policy that is among the facts; without such a
 * policy, agents of nodes in a namespace of the system.
 */
function exemptionOf(
  facts: Facts,
  pod: PodSubject,
  violations: readonly string[],
): Exemption | undefined {
  const { namespace = 'default', serviceAccount } = pod;
  if (isExempt(facts, `${namespace}/${serviceAccount}`, violations)) {
    return { by: `service account ${serviceAccount} is exempt`, shown: true };
  }
  if (!isSystemNamespace(namespace) || hasNamedExceptions(facts)) return undefined;
  return {
    by: `a cluster may exempt the namespace ${namespace}`,
    shown: scopeOf(facts) !== 'manifests',
  };
}

function finding(facts: Facts, pod: PodSubject, holds: boolean, problem: string): Finding {
  const location = locationOf(facts, pod.manifest);
  return { holds, evidence: `${showPlace(facts, pod.manifest)}: ${problem}`, location };
}

/** Pods that are as they should be are counted, and not listed. */
function summarize(findings: readonly Finding[], what: string): Verdict {
  if (findings.length === 0) return nothingFound('no pods among the manifests');
  return findings.every(({ holds }) => holds)
    ? pass(`${findings.length} pods and pod templates ${what}`)
    : verdictOf(findings, '');
}
