import type { Blueprint } from '../../blueprint/blueprint';
import type { MachineFile } from '../../machine/machine-config';
import { paths } from '../paths';
import { renderYaml } from '../yaml';

/**
 * File of `--authentication-config` for an OIDC issuer, none without one. It leaves `anonymous`
 * out: `--anonymous-auth=false` says it, where people and scanners look for it.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration
 */
export function planAuthenticationFiles({ kubernetes: { oidc } }: Blueprint): MachineFile[] {
  if (!oidc) return [];
  return [
    {
      path: paths.authenticationConfig,
      mode: '0600',
      content: renderYaml({
        apiVersion: 'apiserver.config.k8s.io/v1',
        kind: 'AuthenticationConfiguration',
        jwt: [
          {
            issuer: { url: oidc.issuerUrl, audiences: [oidc.clientId] },
            claimMappings: {
              username: { claim: oidc.usernameClaim, prefix: oidc.usernamePrefix },
              groups: { claim: oidc.groupsClaim, prefix: oidc.groupsPrefix },
            },
            userValidationRules: [
              {
                expression: "!user.username.startsWith('system:')",
                message: 'names that begin with system: belong to the cluster',
              },
              {
                expression: "user.groups.all(group, !group.startsWith('system:'))",
                message: 'groups that begin with system: belong to the cluster',
              },
            ],
          },
        ],
      }),
    },
  ];
}
