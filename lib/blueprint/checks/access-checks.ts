import { contains, parseCidr } from '../ipv4';
import { type ConfigCheck } from './config-check';

/** Networks from which SSH and, in the profile strict, anything at all is refused. */
const everywhere = '0.0.0.0/0';

export const checkAccess: ConfigCheck = ({ access, bastion, profile, network }) => {
  const ssh = bastion.access === 'ssh';
  const vpc = parseCidr(network.vpcCidr);
  const strictLists = profile === 'strict' ? (['apiCidrs', 'nodePortCidrs'] as const) : [];
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
      return prefix >= 8
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
        cidr === everywhere
          ? [
              {
                path: `access.${key}[${index}]`,
                got: cidr,
                expected: 'a named network such as "203.0.113.0/24" in the profile strict',
              },
            ]
          : [],
      ),
    ),
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
