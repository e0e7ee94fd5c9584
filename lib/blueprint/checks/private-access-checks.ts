import { limits } from '../../aws/limits';
import { overlaps, parseCidr } from '../ipv4';
import type { ConfigCheck } from './config-check';

/** Networks that people come from inside: named ones, and none that the cluster itself uses. */
export const checkPrivateAccess: ConfigCheck = ({ access, network }) =>
  access.privateApiCidrs.flatMap((cidr, index) => {
    const path = `access.privateApiCidrs[${index}]`;
    const parsed = parseCidr(cidr);
    if (!parsed) return [];
    if (parsed.prefix < 8) {
      const expected = 'a named network of /8 or smaller such as "10.8.0.0/16"';
      return [{ path, got: cidr, expected }];
    }
    return (['vpcCidr', 'podCidr', 'serviceCidr'] as const).flatMap((key) => {
      const own = parseCidr(network[key]);
      return own && overlaps(own, parsed)
        ? [
            {
              path,
              got: cidr,
              expected: `a network outside network.${key} (${network[key]}), which no route can lead to`,
            },
          ]
        : [];
    });
  });

/** Rules of a security group that the cluster itself needs beside those for clients. */
const ownRules = 15;

/** Each network is a rule of a security group, and a group takes only so many. */
export const checkRuleLimits: ConfigCheck = ({ access, workers }) => {
  const most = limits.rulesOfSecurityGroup - ownRules;
  const listens = workers.some(({ nodePorts }) => nodePorts.length > 0);
  const sums = [
    {
      path: 'access.apiCidrs',
      count: access.apiCidrs.length + (listens ? access.nodePortCidrs.length : 0),
      what: listens ? ' together with access.nodePortCidrs' : '',
    },
    { path: 'access.privateApiCidrs', count: access.privateApiCidrs.length, what: '' },
    { path: 'access.nodePortCidrs', count: access.nodePortCidrs.length, what: '' },
    { path: 'access.sshCidrs', count: access.sshCidrs.length, what: '' },
  ];
  return sums
    .filter(({ count }) => count > most)
    .map(({ path, count, what }) => ({
      path,
      got: `${count} networks`,
      expected: `at most ${most}${what}: a security group takes ${limits.rulesOfSecurityGroup} rules; join networks into larger ones`,
    }));
};
