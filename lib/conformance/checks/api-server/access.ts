import type { Check } from '../../check';
import type { Facts } from '../../facts';
import type { Finding } from '../../finding';
import { documentsOfKind } from '../../readers/documents';
import { flagList, flagValue, showFlag, type Flags } from '../../readers/flags';
import { mappingsAt, textAt, valueAt } from '../../readers/values';
import { apiServerFlag, evaluateComponents } from './flag-check';

const healthPaths = ['/livez', '/readyz', '/healthz'];

/** Authentication and authorization of the API server. */
export const apiServerAccessChecks: readonly Check[] = [
  {
    id: 'api/anonymous-auth-off',
    title: 'The API server refuses anonymous requests, but on health paths at most',
    why: 'Anonymous requests reach every flaw of the API server and every role bound to system:unauthenticated.',
    remedy:
      'Set --anonymous-auth=false, or an AuthenticationConfiguration that allows anonymous requests on /livez, /readyz and /healthz alone.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => [anonymousFinding(facts, flags)]),
  },
  {
    id: 'api/service-account-tokens',
    title: 'The API server issues and verifies service-account tokens',
    why: 'Pods have no other identity; without it they end up with copied credentials of people.',
    remedy:
      'Set --service-account-issuer, --service-account-key-file and --service-account-signing-key-file.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) =>
        [
          'service-account-issuer',
          'service-account-key-file',
          'service-account-signing-key-file',
        ].map((name) => ({
          holds: (flagValue(flags, name) ?? '') !== '',
          evidence: showFlag(flags, name),
        })),
      ),
  },
  {
    id: 'api/second-authentication-method',
    title: 'People have an authentication method that allows revocation: OIDC or a token webhook',
    why: 'Client certificates cannot be revoked and static tokens never expire: access that was given stays.',
    remedy:
      'Set --authentication-token-webhook-config-file, --oidc-issuer-url or a jwt issuer in --authentication-config.',
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => {
        const flag = ['authentication-token-webhook-config-file', 'oidc-issuer-url'].find(
          (name) => (flagValue(flags, name) ?? '') !== '',
        );
        if (flag !== undefined) return [{ holds: true, evidence: showFlag(flags, flag) }];
        const issuers = authenticationFile(facts, flags).flatMap((content) =>
          mappingsAt(content, 'jwt').map((row) => textAt(row, 'issuer', 'url') ?? ''),
        );
        return [
          {
            holds: issuers.length > 0,
            evidence:
              issuers.length > 0
                ? `${showFlag(flags, 'authentication-config')} with issuer ${issuers.join(', ')}`
                : 'neither a token webhook nor an OIDC issuer',
          },
        ];
      }),
  },
  apiServerFlag(
    {
      id: 'api/no-static-tokens',
      title: 'The API server has no file of static tokens',
      why: 'Such tokens never expire, lie in clear text and change only with a restart.',
      remedy: 'Leave out --token-auth-file.',
    },
    'token-auth-file',
    (value) => value === undefined,
  ),
  {
    id: 'api/authorization-node',
    title: 'The authorization modes of the API server include Node',
    why: 'Without it a stolen kubelet credential reads the Secrets of every node.',
    remedy: 'Set --authorization-mode=Node,RBAC.',
    run: (facts) => modes(facts, (found) => found.includes('Node')),
  },
  {
    id: 'api/authorization-second-mode',
    title: 'The authorization modes of the API server include RBAC, ABAC or Webhook',
    why: 'Node speaks for kubelets only: everybody else needs rules as well.',
    remedy: 'Set --authorization-mode=Node,RBAC.',
    run: (facts) =>
      modes(facts, (found) => ['RBAC', 'ABAC', 'Webhook'].some((mode) => found.includes(mode))),
  },
  {
    id: 'api/authorization-rbac',
    title: 'The authorization modes of the API server include RBAC',
    why: 'Rights by role are what tools, auditors and this report can read.',
    remedy: 'Set --authorization-mode=Node,RBAC.',
    run: (facts) => modes(facts, (found) => found.includes('RBAC')),
  },
  {
    id: 'api/authorization-not-always-allow',
    title: 'AlwaysAllow is no authorization mode of the API server',
    why: 'It gives every identity that can log in the whole cluster.',
    remedy: 'Take AlwaysAllow out of --authorization-mode.',
    run: (facts) => modes(facts, (found) => found.length > 0 && !found.includes('AlwaysAllow')),
  },
];

function modes(facts: Facts, holds: (modes: readonly string[]) => boolean) {
  return evaluateComponents(facts, ['kube-apiserver'], (flags) => {
    const configured = flagValue(flags, 'authorization-config');
    const fromFile = configured === undefined ? [] : authorizers(facts, configured);
    const found = [...flagList(flags, 'authorization-mode'), ...fromFile];
    const flag = configured === undefined ? 'authorization-mode' : 'authorization-config';
    return [
      {
        holds: holds(found),
        evidence: `${showFlag(flags, flag)}${fromFile.length > 0 ? ` (${fromFile.join(', ')})` : ''}`,
      },
    ];
  });
}

function authorizers(facts: Facts, path: string): readonly string[] {
  return (documentsOfKind(facts, 'AuthorizationConfiguration') ?? [])
    .filter((document) => document.path === path)
    .flatMap(({ content }) => mappingsAt(content, 'authorizers'))
    .map((row) => textAt(row, 'type') ?? '');
}

function authenticationFile(facts: Facts, flags: Flags): readonly unknown[] {
  const path = flagValue(flags, 'authentication-config');
  return (documentsOfKind(facts, 'AuthenticationConfiguration') ?? [])
    .filter((document) => document.path === path)
    .map(({ content }) => content);
}

function anonymousFinding(facts: Facts, flags: Flags): Finding {
  if (flagValue(flags, 'anonymous-auth') !== undefined) {
    const evidence = showFlag(flags, 'anonymous-auth');
    return { holds: flagValue(flags, 'anonymous-auth') === 'false', evidence };
  }
  const anonymous = authenticationFile(facts, flags).map((content) =>
    valueAt(content, 'anonymous'),
  );
  const [found] = anonymous;
  if (found === undefined) return { holds: false, evidence: showFlag(flags, 'anonymous-auth') };
  const paths = mappingsAt(found, 'conditions').map((row) => textAt(row, 'path') ?? '');
  const enabled = textAt(found, 'enabled') === 'true';
  return {
    holds: !enabled || (paths.length > 0 && paths.every((path) => healthPaths.includes(path))),
    evidence: enabled
      ? `anonymous requests on ${paths.join(', ') || 'every path'}`
      : 'anonymous requests are off by AuthenticationConfiguration',
  };
}
