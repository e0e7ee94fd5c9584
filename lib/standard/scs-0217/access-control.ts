import type { Clause } from '../clause';
import { at } from '../documents';

const source = at('hardening', 'Standard');

/** Authentication and authorization of requests to the API server. */
export const accessControlClauses: readonly Clause[] = [
  {
    id: 'scs-0217/authentication/two-methods',
    source,
    level: 'MUST',
    statement:
      'The API server offers at least two authentication methods; the second one is free to choose.',
    checks: ['api/service-account-tokens', 'api/second-authentication-method'],
  },
  {
    id: 'scs-0217/authentication/service-account-tokens',
    source,
    level: 'MUST',
    statement: 'One authentication method is service-account tokens, so that pods can work.',
    checks: ['api/service-account-tokens'],
  },
  {
    id: 'scs-0217/authentication/no-static-tokens',
    source: at('hardening', 'Authentication'),
    level: 'RECOMMENDED',
    statement:
      'No static token file: its tokens never expire and change only with a restart (design chapter, not part of the normative text).',
    checks: ['api/no-static-tokens'],
  },
  {
    id: 'scs-0217/authorization/two-modes',
    source,
    level: 'MUST',
    statement: 'At least two authorization modes are active.',
    checks: ['api/authorization-node', 'api/authorization-second-mode'],
  },
  {
    id: 'scs-0217/authorization/node',
    source,
    level: 'MUST',
    statement: 'One authorization mode is Node, which limits each kubelet to what its pods need.',
    checks: ['api/authorization-node'],
  },
  {
    id: 'scs-0217/authorization/second-mode',
    source,
    level: 'MUST',
    statement: 'Another authorization mode is ABAC, RBAC or Webhook.',
    checks: ['api/authorization-second-mode'],
  },
  {
    id: 'scs-0217/authorization/rbac',
    source,
    level: 'RECOMMENDED',
    statement: 'That other mode is RBAC.',
    checks: ['api/authorization-rbac'],
  },
];
