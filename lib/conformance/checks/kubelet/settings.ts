import type { Check } from '../../check';
import type { Facts } from '../../facts';
import { verdictOf, type Finding } from '../../finding';
import { documentsOfKind } from '../../readers/documents';
import { kubeletSetting, readKubelets, type Kubelet } from '../../readers/kubelets';
import { textAt } from '../../readers/values';

const noKubelet = 'no kubelet configuration among the facts';
const loopback = /^(127\.\d+\.\d+\.\d+|localhost|::1|\[::1\])(:\d+)?$/;

function evaluateKubelets(facts: Facts, evaluate: (kubelet: Kubelet) => readonly Finding[]) {
  return verdictOf(readKubelets(facts)?.flatMap(evaluate), noKubelet);
}

/** A check of one setting, which a flag can override. */
function setting(
  description: Pick<Check, 'id' | 'title' | 'why' | 'remedy'>,
  path: string,
  flag: string,
  byDefault: string,
  holds: (value: string) => boolean,
): Check {
  return {
    ...description,
    run: (facts) =>
      evaluateKubelets(facts, (kubelet) => {
        const { value, evidence } = kubeletSetting(kubelet, path.split('.'), flag, byDefault);
        return [{ holds: holds(value), evidence }];
      }),
  };
}

/** Settings of kubelets and of kube-proxy beside them. */
export const kubeletChecks: readonly Check[] = [
  setting(
    {
      id: 'kubelet/anonymous-auth-off',
      title: 'Kubelets refuse anonymous requests',
      why: 'The kubelet runs commands in every container of its node for each client it accepts.',
      remedy: 'Set authentication.anonymous.enabled: false.',
    },
    'authentication.anonymous.enabled',
    'anonymous-auth',
    'false',
    (value) => value === 'false',
  ),
  setting(
    {
      id: 'kubelet/webhook-authorization',
      title: 'Kubelets ask the API server who may do what (mode Webhook)',
      why: 'With AlwaysAllow every identity that the kubelet knows may run commands in containers.',
      remedy: 'Set authorization.mode: Webhook.',
    },
    'authorization.mode',
    'authorization-mode',
    'Webhook',
    (value) => value === 'Webhook',
  ),
  setting(
    {
      id: 'kubelet/read-only-port-off',
      title: 'The read-only port of kubelets (10255) is off',
      why: 'It is plain HTTP without any login and lists what runs on the node, environment included.',
      remedy: 'Set readOnlyPort: 0.',
    },
    'readOnlyPort',
    'read-only-port',
    '0',
    (value) => value === '0',
  ),
  setting(
    {
      id: 'kubelet/server-tls-bootstrap',
      title: 'Kubelets ask the cluster for their serving certificates',
      why: 'Otherwise they sign their own, which no client can verify.',
      remedy: 'Set serverTLSBootstrap: true.',
    },
    'serverTLSBootstrap',
    'rotate-server-certificates',
    'false',
    (value) => value === 'true',
  ),
  setting(
    {
      id: 'kubelet/rotate-certificates',
      title: 'Kubelets renew their certificates by themselves',
      why: 'A node whose certificate expires drops out of the cluster.',
      remedy: 'Set rotateCertificates: true.',
    },
    'rotateCertificates',
    'rotate-certificates',
    'false',
    (value) => value === 'true',
  ),
  setting(
    {
      id: 'kubelet/health-port-loopback',
      title: 'The health port of kubelets (10248) is bound to loopback',
      why: 'Only the machine itself asks it.',
      remedy: 'Set healthzBindAddress: 127.0.0.1.',
    },
    'healthzBindAddress',
    'healthz-bind-address',
    '127.0.0.1',
    (value) => loopback.test(value),
  ),
  {
    id: 'kubelet/cadvisor-port-absent',
    title: 'No kubelet is told to open the cAdvisor port',
    why: 'It served metrics of all containers over plain HTTP (4194; the guide says 4149).',
    remedy: 'Leave out --cadvisor-port, which Kubernetes 1.12 removed.',
    run: (facts) =>
      evaluateKubelets(facts, ({ location, flags }) => [
        {
          holds: !flags.has('cadvisor-port') || flags.get('cadvisor-port')?.at(-1) === '0',
          evidence: `${location}: --cadvisor-port is ${flags.has('cadvisor-port') ? 'set' : 'not set'}`,
        },
      ]),
  },
  {
    id: 'kubelet/authentication-methods',
    title: 'Kubelets take client certificates or tokens that the API server verifies',
    why: 'With anonymous requests off, a kubelet without any method serves no client: no logs, no exec.',
    remedy: 'Set authentication.x509.clientCAFile or authentication.webhook.enabled: true.',
    run: (facts) =>
      evaluateKubelets(facts, (kubelet) => {
        const x509 = kubeletSetting(
          kubelet,
          ['authentication', 'x509', 'clientCAFile'],
          'client-ca-file',
          '',
        );
        const webhook = kubeletSetting(
          kubelet,
          ['authentication', 'webhook', 'enabled'],
          'authentication-token-webhook',
          'true',
        );
        const holds = x509.value !== '' || webhook.value === 'true';
        return [{ holds, evidence: x509.value !== '' ? x509.evidence : webhook.evidence }];
      }),
  },
  {
    id: 'kube-proxy/health-port-loopback',
    title: 'The health and metrics ports of kube-proxy (10256, 10249) are bound to loopback',
    why: 'An exposed health port can be flooded, and the node loses its Services.',
    remedy: 'Set healthzBindAddress and metricsBindAddress to 127.0.0.1.',
    run: (facts) =>
      verdictOf(
        documentsOfKind(facts, 'KubeProxyConfiguration')?.flatMap(({ machine, path, content }) =>
          (
            [
              ['healthzBindAddress', '0.0.0.0:10256'],
              ['metricsBindAddress', '127.0.0.1:10249'],
            ] as const
          ).map(([field, byDefault]): Finding => {
            const value = textAt(content, field) ?? byDefault;
            return {
              holds: loopback.test(value),
              evidence: `${machine.name}: ${path}: ${field}: ${value}`,
            };
          }),
        ),
        'no kube-proxy configuration among the facts',
      ),
  },
];
