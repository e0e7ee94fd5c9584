import type { Clause } from '../clause';
import { at } from '../documents';

const automount = at('guide', 'Auto mount default Service Account');
const podSecurity = at('guide', 'Use Pod Security Policies');
const images = at('guide', 'Restrict "docker image pull"');

/** Service accounts, pods and images. */
export const workloadClauses: readonly Clause[] = [
  {
    id: 'guide/service-accounts/automount',
    source: automount,
    level: 'low',
    statement: 'With RBAC, tokens of default service accounts are not mounted into pods.',
    checks: ['service-accounts/default-automount-off'],
  },
  {
    id: 'guide/service-accounts/automount-without-rbac',
    source: automount,
    level: 'critical',
    statement: 'Without RBAC, tokens of default service accounts are not mounted into pods.',
    checks: ['service-accounts/default-automount-off-without-rbac'],
  },
  {
    id: 'guide/service-accounts/new-namespaces',
    source: automount,
    level: 'low',
    statement: 'Namespaces made later get the same treatment.',
    replacement:
      'From 1.36 on a MutatingAdmissionPolicy, which is on by default there; before it a controller or another webhook.',
    checks: ['service-accounts/new-namespaces'],
  },
  {
    id: 'guide/pod-security/default-policy',
    source: podSecurity,
    level: 'medium',
    statement:
      'Pods get an unprivileged policy by default: no privilege escalation, no host access, listed volume types, a seccomp profile.',
    versions: { until: '1.24' },
    replacement:
      'Pod Security admission plus a ValidatingAdmissionPolicy for what the baseline level leaves open (allowPrivilegeEscalation, volume types, seccomp), or the restricted level.',
    checks: [
      'pod-security/cluster-default',
      'pod-security/default-pod-policy',
      'workloads/pods-default-policy',
    ],
  },
  {
    id: 'guide/pod-security/privileged-by-name',
    source: podSecurity,
    level: 'medium',
    statement: 'Pods that need privileges are allowed by name, and nothing else is.',
    versions: { until: '1.24' },
    replacement: 'Only namespaces of the system itself are exempt or labelled privileged.',
    checks: ['pod-security/privileged-only-system', 'workloads/pods-baseline'],
  },
  {
    id: 'guide/pod-security/apparmor',
    source: podSecurity,
    level: 'medium',
    statement: 'Where nodes support AppArmor, the default policy demands it.',
    versions: { until: '1.24' },
    replacement:
      'The runtime applies its AppArmor profile by itself; the baseline level keeps pods from switching it off.',
    checks: ['pod-security/cluster-default'],
  },
  {
    id: 'guide/images/restrict-pull',
    source: images,
    level: 'high',
    statement: 'Only images that rules allow can be pulled.',
    versions: { until: '1.23' },
    replacement:
      'The Docker image policy plugin went with dockershim in 1.24. A ValidatingAdmissionPolicy holds the list of allowed registries.',
    checks: ['images/allow-list'],
  },
  {
    id: 'guide/images/admission',
    source: images,
    level: 'high',
    statement: 'As an alternative, admission (ImagePolicyWebhook) evaluates images.',
    replacement:
      'A ValidatingAdmissionPolicy does so inside the API server; the ImagePolicyWebhook plugin can be added.',
    checks: ['images/allow-list'],
  },
];
