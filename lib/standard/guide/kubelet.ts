import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('guide', 'Kubelet settings: Authorization mode & anonymous auth');

/** Settings of the kubelet. */
export const guideKubeletClauses: readonly Clause[] = [
  {
    id: 'guide/kubelet/authorization-mode',
    source,
    level: 'critical',
    statement: 'The authorization mode of the kubelet is Webhook.',
    checks: ['kubelet/webhook-authorization'],
  },
  {
    id: 'guide/kubelet/anonymous-auth',
    source,
    level: 'critical',
    statement: 'The kubelet refuses anonymous requests.',
    checks: ['kubelet/anonymous-auth-off'],
  },
  {
    id: 'guide/kubelet/firewalled',
    source,
    level: 'critical',
    statement: 'The API of the kubelet (10250) is firewalled from public access.',
    checks: ['exposure/kubelet-internal'],
  },
];
