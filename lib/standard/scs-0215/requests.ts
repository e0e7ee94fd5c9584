import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('robustness', 'Kube-API rate limiting');

/** Limits on requests to the API server. */
export const requestClauses: readonly Clause[] = [
  {
    id: 'scs-0215/requests/limited',
    source,
    level: 'MUST',
    statement: 'The number of requests to the API server is limited.',
    checks: [
      'api/max-requests-inflight',
      'api/max-mutating-requests-inflight',
      'api/event-rate-limit',
    ],
  },
  {
    id: 'scs-0215/requests/max-requests-inflight',
    source,
    level: 'MUST',
    statement: 'The parameter max-requests-inflight is set.',
    checks: ['api/max-requests-inflight'],
  },
  {
    id: 'scs-0215/requests/max-mutating-requests-inflight',
    source,
    level: 'MUST',
    statement: 'The parameter max-mutating-requests-inflight is set.',
    checks: ['api/max-mutating-requests-inflight'],
  },
  {
    id: 'scs-0215/requests/min-request-timeout',
    source,
    level: 'MUST',
    statement: 'The parameter min-request-timeout is set.',
    checks: ['api/min-request-timeout'],
  },
  {
    id: 'scs-0215/requests/adapted',
    source,
    level: 'SHOULD',
    statement: 'Those values suit the environment and the load it expects.',
    checks: [],
    uncheckable:
      'Only the operator knows the load that is expected; kubernetes.requests sets them.',
  },
  {
    id: 'scs-0215/requests/event-rate-limit',
    source,
    level: 'MUST',
    statement: 'The EventRateLimit admission plugin is active and configured.',
    checks: ['api/event-rate-limit'],
  },
  {
    id: 'scs-0215/requests/event-rate-limit-values',
    source,
    level: 'RECOMMENDED',
    statement: 'Server-wide, at most 5000 events a second with bursts of 20000 are admitted.',
    checks: ['api/event-rate-limit-values'],
  },
  {
    id: 'scs-0215/requests/priority-and-fairness',
    source,
    level: 'RECOMMENDED',
    statement: 'API Priority and Fairness is active.',
    checks: ['api/priority-and-fairness'],
  },
];
