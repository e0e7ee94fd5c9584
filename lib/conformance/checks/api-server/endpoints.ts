import type { Check } from '../../check';
import type { Finding } from '../../finding';
import { flagList, flagValue, showFlag, type Flags } from '../../readers/flags';
import { apiServerFlag, evaluateComponents } from './flag-check';

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;

/** Endpoints of the control plane. */
export const apiServerEndpointChecks: readonly Check[] = [
  {
    id: 'api/insecure-port-absent',
    title: 'The API server has no insecure port',
    why: 'That port asks for neither TLS, nor a name, nor rights: a client that reaches it owns the cluster.',
    remedy:
      'Leave out --insecure-port and --insecure-bind-address; from 1.24 on they stop the API server.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => [
        {
          holds: ['0', undefined].includes(flagValue(flags, 'insecure-port')),
          evidence: showFlag(flags, 'insecure-port'),
        },
        ...['insecure-bind-address', 'port'].map((name) => ({
          holds: flagValue(flags, name) === undefined,
          evidence: showFlag(flags, name),
        })),
        {
          holds: !['0', '8080'].includes(flagValue(flags, 'secure-port') ?? '6443'),
          evidence: showFlag(flags, 'secure-port'),
        },
      ]),
  },
  {
    id: 'api/etcd-tls',
    title: 'The API server talks to etcd over TLS, with a client certificate and a named CA',
    why: 'Everything the cluster knows, Secrets included, passes over this connection.',
    remedy:
      'Set --etcd-servers with https:// addresses, --etcd-cafile, --etcd-certfile and --etcd-keyfile.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => [
        httpsServers(flags),
        ...['etcd-cafile', 'etcd-certfile', 'etcd-keyfile'].map((name) => ({
          holds: (flagValue(flags, name) ?? '') !== '',
          evidence: showFlag(flags, name),
        })),
      ]),
  },
  apiServerFlag(
    {
      id: 'api/kubelet-ca',
      title: 'The API server verifies the serving certificates of kubelets',
      why: 'Otherwise somebody in the path can pose as a node and read what is sent to it.',
      remedy: 'Set --kubelet-certificate-authority, with serverTLSBootstrap on kubelets.',
    },
    'kubelet-certificate-authority',
    (value) => (value ?? '') !== '',
  ),
  {
    id: 'control-plane/loopback-only',
    title: 'kube-controller-manager and kube-scheduler listen on loopback',
    why: 'Only the machine itself uses these ports (10257, 10259).',
    remedy: 'Set --bind-address=127.0.0.1 for both.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-controller-manager', 'kube-scheduler'], (flags) => [
        {
          holds: loopback.test(flagValue(flags, 'bind-address') ?? '0.0.0.0'),
          evidence: showFlag(flags, 'bind-address'),
        },
      ]),
  },
  {
    id: 'control-plane/no-plain-ports',
    title: 'kube-controller-manager and kube-scheduler serve HTTPS alone',
    why: 'Their old ports (10252, 10251) were plain HTTP and open to all.',
    remedy: 'Leave out --port and --address, or set --port=0.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-controller-manager', 'kube-scheduler'], (flags) => [
        {
          holds: ['0', undefined].includes(flagValue(flags, 'port')),
          evidence: showFlag(flags, 'port'),
        },
        {
          holds: flagValue(flags, 'secure-port') !== '0',
          evidence: showFlag(flags, 'secure-port'),
        },
      ]),
  },
  apiServerFlag(
    {
      id: 'api/profiling-off',
      title: 'Profiling is off in the API server',
      why: 'Profiles tell about the system and are costly enough to slow it down.',
      remedy: 'Set --profiling=false.',
    },
    'profiling',
    (value) => value === 'false',
  ),
  {
    id: 'control-plane/profiling-off',
    title: 'Profiling is off in kube-controller-manager and kube-scheduler',
    why: 'Profiles tell about the system and are costly enough to slow it down.',
    remedy: 'Set --profiling=false for both.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-controller-manager', 'kube-scheduler'], (flags) => [
        {
          holds: flagValue(flags, 'profiling') === 'false',
          evidence: showFlag(flags, 'profiling'),
        },
      ]),
  },
];

function httpsServers(flags: Flags): Finding {
  const servers = flagList(flags, 'etcd-servers');
  return {
    holds: servers.length > 0 && servers.every((server) => server.startsWith('https://')),
    evidence: showFlag(flags, 'etcd-servers'),
  };
}
