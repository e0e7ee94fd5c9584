import type { Clause } from '../clause';
import { at } from '../documents';

/** Settings of the API server. */
export const apiClauses: readonly Clause[] = [
  {
    id: 'guide/api/authorization-mode',
    source: at('guide', 'API settings: Authorization mode & anonymous auth'),
    level: 'critical',
    statement: 'The authorization mode is RBAC and never AlwaysAllow.',
    checks: ['api/authorization-rbac', 'api/authorization-not-always-allow'],
  },
  {
    id: 'guide/api/anonymous-auth',
    source: at('guide', 'API settings: Authorization mode & anonymous auth'),
    level: 'critical',
    statement: 'The API server refuses anonymous requests.',
    replacement:
      'From 1.34 on an AuthenticationConfiguration may let anonymous requests through to the health paths alone.',
    checks: ['api/anonymous-auth-off'],
  },
  {
    id: 'guide/api/insecure-port',
    source: at('guide', 'API settings: Insecure Port'),
    level: 'critical',
    statement: 'The insecure port of the API server is off.',
    versions: { until: '1.23' },
    replacement:
      'The flag was removed in 1.24 and stops an API server that is given it; it is shown to be absent, and nothing listens on 8080.',
    checks: ['api/insecure-port-absent'],
  },
  {
    id: 'guide/api/profiling',
    source: at('guide', 'API settings: Disable Profiling'),
    level: 'medium',
    statement: 'The profiling endpoint is off.',
    checks: ['api/profiling-off', 'control-plane/profiling-off'],
  },
  {
    id: 'guide/api/always-pull-images',
    source: at('guide', 'AdmissionController: AlwaysPullImages'),
    level: 'medium',
    statement: 'The AlwaysPullImages admission plugin is active.',
    replacement: 'Named in --enable-admission-plugins; --admission-control is gone.',
    checks: ['api/always-pull-images'],
  },
  {
    id: 'guide/api/deny-escalating-exec',
    source: at('guide', 'AdmissionController: DenyEscalatingExec'),
    level: 'critical',
    statement: 'Exec and attach into pods that could escalate privileges are denied.',
    versions: { until: '1.20' },
    replacement:
      'The plugin was removed in 1.21. A ValidatingAdmissionPolicy on CONNECT of pods/exec, pods/attach and pods/portforward denies them in every namespace whose enforced Pod Security level lets such pods run.',
    checks: ['admission/exec-guard', 'rbac/no-nodes-proxy'],
  },
  {
    id: 'guide/api/pod-security-policy',
    source: at('guide', 'AdmissionController: PodSecurityPolicy'),
    level: 'critical',
    statement: 'The admission plugin that enforces pod security policies is active.',
    versions: { until: '1.24' },
    replacement:
      'PodSecurityPolicy was removed in 1.25. Pod Security admission stands in its place, with a cluster-wide default from the admission configuration.',
    checks: ['api/pod-security-admission', 'pod-security/cluster-default'],
  },
];
