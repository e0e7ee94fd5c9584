import type { Check } from '../../check';
import type { Facts } from '../../facts';
import type { Finding } from '../../finding';
import { admissionPluginConfiguration } from '../../readers/admission-configuration';
import { flagList, showFlag, type Flags } from '../../readers/flags';
import { mappingsAt, textAt } from '../../readers/values';
import { admissionPlugin, apiServerFlag, evaluateComponents, pluginIsOn } from './flag-check';

/** On by default in every supported version; the guide's kops chapter names them. */
const pluginsOnByDefault = [
  'NamespaceLifecycle',
  'LimitRanger',
  'ServiceAccount',
  'DefaultStorageClass',
  'DefaultTolerationSeconds',
  'Priority',
  'ResourceQuota',
  'ValidatingAdmissionPolicy',
];

const isNumberAbove = (floor: number) => (value: string | undefined) =>
  value !== undefined && /^\d+$/.test(value) && Number(value) > floor;

/** Admission plugins and request limits of the API server. */
export const apiServerAdmissionChecks: readonly Check[] = [
  admissionPlugin(
    {
      id: 'api/node-restriction',
      title: 'The NodeRestriction admission plugin is on',
      why: 'A stolen kubelet credential could otherwise change other nodes and their pods.',
      remedy: 'Name NodeRestriction in --enable-admission-plugins.',
    },
    'NodeRestriction',
  ),
  admissionPlugin(
    {
      id: 'api/always-pull-images',
      title: 'The AlwaysPullImages admission plugin is on',
      why: 'Otherwise a pod can use a private image that another pod left on the node.',
      remedy: 'Name AlwaysPullImages in --enable-admission-plugins.',
    },
    'AlwaysPullImages',
  ),
  admissionPlugin(
    {
      id: 'api/pod-security-admission',
      title: 'The PodSecurity admission plugin is on',
      why: 'It is what keeps privileged pods out; switched off, labels on namespaces mean nothing.',
      remedy: 'Name PodSecurity in --enable-admission-plugins.',
    },
    'PodSecurity',
  ),
  {
    id: 'api/default-admission-plugins',
    title: 'No admission plugin that is on by default has been switched off',
    why: 'Quotas, limits, service accounts and the admission policies of this cluster hang on them.',
    remedy: 'Leave them out of --disable-admission-plugins.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => {
        const off = flagList(flags, 'disable-admission-plugins').filter((name) =>
          pluginsOnByDefault.includes(name),
        );
        const evidence = showFlag(flags, 'disable-admission-plugins');
        return [{ holds: off.length === 0, evidence }];
      }),
  },
  {
    id: 'api/event-rate-limit',
    title: 'The EventRateLimit admission plugin is on and has a configuration with limits',
    why: 'A flood of events from one broken component can bring the API server to a halt.',
    remedy:
      'Name EventRateLimit in --enable-admission-plugins and give it a Configuration by --admission-control-config-file.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => [
        pluginIsOn(flags, 'EventRateLimit'),
        eventLimits(facts, flags, (limits) => limits.length > 0),
      ]),
  },
  {
    id: 'api/event-rate-limit-values',
    title: 'Server-wide, 5000 events a second and bursts of 20000 are admitted',
    why: 'These are the values that SCS-0215 recommends for a whole cluster.',
    remedy: 'Set a limit of type Server with qps 5000 and burst 20000.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => [
        eventLimits(facts, flags, (limits) => limits.includes('Server: qps 5000, burst 20000')),
      ]),
  },
  apiServerFlag(
    {
      id: 'api/max-requests-inflight',
      title: 'The API server limits the requests in flight',
      why: 'Without a limit a burst of requests takes memory until the API server dies.',
      remedy: 'Set --max-requests-inflight.',
    },
    'max-requests-inflight',
    isNumberAbove(0),
  ),
  apiServerFlag(
    {
      id: 'api/max-mutating-requests-inflight',
      title: 'The API server limits the mutating requests in flight',
      why: 'Writes are the costlier requests and need a limit of their own.',
      remedy: 'Set --max-mutating-requests-inflight.',
    },
    'max-mutating-requests-inflight',
    isNumberAbove(0),
  ),
  apiServerFlag(
    {
      id: 'api/min-request-timeout',
      title: 'The API server sets the time for which watches are kept open at least',
      why: 'Too short a time makes all clients restart their watches at once.',
      remedy: 'Set --min-request-timeout.',
    },
    'min-request-timeout',
    isNumberAbove(0),
  ),
  apiServerFlag(
    {
      id: 'api/priority-and-fairness',
      title: 'API Priority and Fairness is on',
      why: 'It keeps one noisy client from pushing aside nodes and administrators.',
      remedy: 'Leave out --enable-priority-and-fairness=false.',
    },
    'enable-priority-and-fairness',
    (value) => value !== 'false',
  ),
];

function eventLimits(
  facts: Facts,
  flags: Flags,
  holds: (limits: readonly string[]) => boolean,
): Finding {
  const configuration = admissionPluginConfiguration(facts, flags, 'EventRateLimit');
  const limits = mappingsAt(configuration, 'limits').map(
    (row) =>
      `${textAt(row, 'type') ?? ''}: qps ${textAt(row, 'qps') ?? ''}, burst ${textAt(row, 'burst') ?? ''}`,
  );
  return {
    holds: holds(limits),
    evidence: `limits of events: ${limits.join('; ') || 'none'}`,
  };
}
