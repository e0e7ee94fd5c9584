import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('hardening', 'Standard');

/** Who may talk to a kubelet. */
export const kubeletClauses: readonly Clause[] = [
  {
    id: 'scs-0217/kubelet/internal-https',
    source,
    level: 'SHOULD',
    statement: 'A kubelet can be reached from inside only, and by HTTPS only.',
    checks: [
      'exposure/kubelet-internal',
      'exposure/kubelet-from-control-plane',
      'kubelet/read-only-port-off',
      'api/kubelet-ca',
    ],
  },
  {
    id: 'scs-0217/kubelet/anonymous-auth',
    source,
    level: 'MUST',
    statement: 'Kubelets refuse anonymous requests.',
    checks: ['kubelet/anonymous-auth-off'],
  },
  {
    id: 'scs-0217/kubelet/authentication-methods',
    source,
    level: 'OPTIONAL',
    statement: 'Kubelets accept X.509 client certificates or API bearer tokens.',
    checks: ['kubelet/authentication-methods'],
  },
  {
    id: 'scs-0217/kubelet/webhook-authorization',
    source,
    level: 'MUST',
    statement: 'Kubelets ask the API server whether a request is allowed (mode Webhook).',
    checks: ['kubelet/webhook-authorization'],
  },
];
