import type { Check, Verdict } from '../../check';
import type { Facts } from '../../facts';
import { missing, pass, verdictOf, type Finding } from '../../finding';
import { admissionPluginConfiguration } from '../../readers/admission-configuration';
import { readDenyingPolicies, sees } from '../../readers/admission-policies';
import { componentFlags } from '../../readers/component-flags';
import { manifestsOfKind } from '../../readers/documents';
import { textAt, textsAt } from '../../readers/values';
import { evaluateComponents } from '../api-server/flag-check';
import { isSystemNamespace, onManifests } from './evaluate-manifests';

const enforceLabel = 'pod-security.kubernetes.io/enforce';
const modes = ['enforce', 'audit', 'warn'] as const;

/** The Pod Security Standards. */
export const podSecurityChecks: readonly Check[] = [
  {
    id: 'pod-security/cluster-default',
    title: 'Namespaces without labels get the baseline level or a stricter one',
    why: 'A namespace that somebody makes tomorrow would otherwise let privileged pods in.',
    remedy: 'Set defaults.enforce in the PodSecurityConfiguration to baseline or restricted.',
    run: (facts) =>
      evaluateDefaults(facts, ({ enforce, exempt }) => ({
        holds: atLeastBaseline(enforce) && exempt.every(isSystemNamespace),
        evidence: `cluster-wide default: enforce ${enforce ?? 'privileged'}; exempt: ${exempt.join(', ') || 'none'}`,
      })),
  },
  {
    id: 'pod-security/enforced',
    title: 'The cluster-wide default is enforced, not merely audited or warned about',
    why: 'A warning stops no request.',
    remedy: 'Set defaults.enforce in the PodSecurityConfiguration.',
    run: (facts) =>
      evaluateDefaults(facts, ({ enforce }) => ({
        holds: atLeastBaseline(enforce),
        evidence: `cluster-wide default: enforce ${enforce ?? 'privileged'}`,
      })),
  },
  {
    id: 'pod-security/namespaces-labelled',
    title: 'No namespace but those of the system enforces less than baseline',
    why: 'One such namespace is enough to take over a node.',
    remedy: `Set the label ${enforceLabel} to baseline or restricted.`,
    run: (facts) => evaluateNamespaces(facts, (name, level) => allowedLevel(facts, name, level)),
  },
  {
    id: 'pod-security/privileged-only-system',
    title: 'Only namespaces of the system itself may hold privileged pods',
    why: 'Privileges are for the parts of the cluster that need them, by name.',
    remedy: `Take the level privileged from every other namespace and exemption.`,
    run: (facts) => {
      const namespaces = evaluateNamespaces(facts, (name, level) =>
        allowedLevel(facts, name, level),
      );
      if (namespaces.status !== 'pass' || facts.machines === undefined) return namespaces;
      const defaults = evaluateDefaults(facts, ({ exempt }) => ({
        holds: exempt.every(isSystemNamespace),
        evidence: `exempt namespaces: ${exempt.join(', ') || 'none'}`,
      }));
      return defaults.status === 'fail' ? defaults : namespaces;
    },
  },
  {
    id: 'pod-security/restricted-in-use',
    title: 'The restricted level is in use: enforced, audited or warned about',
    why: 'Findings against it show what a stricter cluster would refuse.',
    remedy: 'Set defaults.audit and defaults.warn to restricted.',
    run: (facts) =>
      evaluateDefaults(facts, ({ levels }) => ({
        holds: levels.includes('restricted'),
        evidence: `cluster-wide default: ${modes.map((mode, index) => `${mode} ${levels[index] ?? 'privileged'}`).join(', ')}`,
      })),
  },
  {
    id: 'pod-security/default-pod-policy',
    title:
      'Pods without a named exception get no privilege escalation, listed volumes and a seccomp profile',
    why: 'The baseline level leaves these open; the guide and its default policy do not.',
    remedy:
      'Bind a ValidatingAdmissionPolicy over pods that looks at allowPrivilegeEscalation, volumes and seccompProfile, or enforce the restricted level.',
    run: (facts) => onManifests(facts, () => defaultPodPolicy(facts)),
  },
];

interface Defaults {
  readonly enforce: string | undefined;
  /** By mode, in the order enforce, audit, warn. */
  readonly levels: readonly (string | undefined)[];
  readonly exempt: readonly string[];
}

function evaluateDefaults(facts: Facts, evaluate: (defaults: Defaults) => Finding): Verdict {
  return evaluateComponents(facts, ['kube-apiserver'], (flags) => {
    const content = admissionPluginConfiguration(facts, flags, 'PodSecurity');
    const levels = modes.map((mode) => textAt(content, 'defaults', mode));
    const exempt = textsAt(content, 'exemptions', 'namespaces');
    return [evaluate({ enforce: levels[0], levels, exempt })];
  });
}

function evaluateNamespaces(
  facts: Facts,
  evaluate: (name: string, level: string | undefined) => Finding,
): Verdict {
  return onManifests(facts, () =>
    verdictOf(
      manifestsOfKind(facts, 'Namespace')?.map(({ metadata }) =>
        evaluate(metadata.name, metadata.labels?.[enforceLabel]),
      ),
      'no namespaces among the manifests',
    ),
  );
}

/**
 * A namespace may say privileged where it is the system's own, or where a policy denies the same
 * things in every namespace, so that only service accounts it names have them.
 */
function allowedLevel(facts: Facts, name: string, level: string | undefined): Finding {
  const enforced = level === '' ? '""' : (level ?? 'as the cluster-wide default');
  const shown = `namespace ${name}: enforce ${enforced}`;
  if (level === undefined || atLeastBaseline(level))
    return { holds: true, evidence: shown, byAbsence: level === undefined };
  if (isSystemNamespace(name))
    return { holds: true, evidence: `${shown}, a namespace of the system` };
  const policy = (readDenyingPolicies(facts) ?? []).find(
    (candidate) =>
      sees(candidate, 'CREATE', 'pods') &&
      baselineFields.every((field) => candidate.expressions.some((cel) => cel.includes(field))),
  );
  return {
    holds: policy !== undefined,
    evidence: policy
      ? `${shown}, but policy ${policy.name} denies privileges to all but service accounts it names`
      : shown,
  };
}

/** What the baseline level is about; a policy in its place looks at all of it. */
const baselineFields = [
  'privileged',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'hostPort',
  'capabilities',
  'volumes',
  'procMount',
  'sysctls',
] as const;

function atLeastBaseline(level: string | undefined): boolean {
  return level === 'baseline' || level === 'restricted';
}

const wanted = ['allowPrivilegeEscalation', 'volumes', 'seccompProfile', 'hostNetwork'] as const;

function defaultPodPolicy(facts: Facts): Verdict {
  const restricted = componentFlags(facts, 'kube-apiserver').some(
    ({ flags }) =>
      textAt(admissionPluginConfiguration(facts, flags, 'PodSecurity'), 'defaults', 'enforce') ===
      'restricted',
  );
  if (restricted) return pass('the restricted level is enforced cluster-wide');
  const policies = (readDenyingPolicies(facts) ?? []).filter((policy) =>
    sees(policy, 'CREATE', 'pods'),
  );
  const covering = wanted.map((field) => ({
    field,
    policies: policies.filter(({ expressions }) => expressions.some((cel) => cel.includes(field))),
  }));
  const open = covering.filter((row) => row.policies.length === 0).map(({ field }) => field);
  return open.length > 0
    ? missing(`no policy that denies looks at ${open.join(', ')}`)
    : pass(
        ...covering.map(
          (row) => `${row.field}: policy ${row.policies.map(({ name }) => name).join(', ')}`,
        ),
      );
}
