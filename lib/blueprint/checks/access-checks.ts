import { contains, parseCidr } from '../ipv4';
import { holdEveryone } from '../special-networks';
import type { Problem } from '../problem';
import type { BlueprintConfig } from '../schema/blueprint-schema';
import { type ConfigCheck } from './config-check';

/** Longest prefix that is still too much of the internet to be called a named network. */
const namedPrefix = 8;

export const checkAccess: ConfigCheck = ({ access, bastion, profile, network }) => {
  const ssh = bastion.access === 'ssh';
  const vpc = parseCidr(network.vpcCidr);
  const strictLists =
    profile === 'strict' ? (['apiCidrs', 'privateApiCidrs', 'nodePortCidrs'] as const) : [];
  return [
    ...(ssh && access.sshCidrs.length === 0
      ? [
          {
            path: 'access.sshCidrs',
            got: [],
            expected:
              'the networks that may reach the bastion, such as ["203.0.113.0/24"], or bastion.access "session-manager"',
          },
        ]
      : []),
    ...access.sshCidrs.flatMap((cidr, index) => {
      const prefix = parseCidr(cidr)?.prefix ?? 0;
      return prefix >= namedPrefix
        ? []
        : [
            {
              path: `access.sshCidrs[${index}]`,
              got: cidr,
              expected:
                'a named network of /8 or smaller such as "203.0.113.0/24": SSH is never opened to everyone (guide/bastion-host)',
            },
          ];
    }),
    ...strictLists.flatMap((key) =>
      access[key].flatMap((cidr, index) =>
        (parseCidr(cidr)?.prefix ?? 0) >= namedPrefix
          ? []
          : [
              {
                path: `access.${key}[${index}]`,
                got: cidr,
                expected:
                  'a named network of /8 or smaller such as "203.0.113.0/24" in the profile strict',
              },
            ],
      ),
    ),
    ...[...strictLists, 'sshCidrs' as const].flatMap((key) => everyoneProblems(access, key)),
    ...access.nodePortCidrs.flatMap((cidr, index) => {
      const parsed = parseCidr(cidr);
      return vpc && parsed && contains(vpc, parsed)
        ? [
            {
              path: `access.nodePortCidrs[${index}]`,
              got: cidr,
              expected: 'a network outside the VPC: pods reach Services by their cluster address',
            },
          ]
        : [];
    }),
  ];
};

/** Everyone, in however many pieces. */
function everyoneProblems(
  access: BlueprintConfig['access'],
  key: Extract<keyof BlueprintConfig['access'], `${string}Cidrs`>,
): Problem[] {
  return holdEveryone(access[key]) &&
    access[key].every((cidr) => Number(cidr.split('/')[1]) >= namedPrefix)
    ? [
        {
          path: `access.${key}`,
          got: access[key].length,
          expected: 'named networks that are not together half of the internet',
        },
      ]
    : [];
}

export const checkBastion: ConfigCheck = ({ bastion }) =>
  bastion.access === 'ssh' && bastion.authorizedKeys.length + bastion.userCaKeys.length === 0
    ? [
        {
          path: 'bastion',
          got: { authorizedKeys: [], userCaKeys: [] },
          expected:
            'at least one of authorizedKeys (such as ["ssh-ed25519 AAAA... ada@example.com"]) and userCaKeys',
        },
      ]
    : [];
