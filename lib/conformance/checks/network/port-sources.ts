import type { MachineRole } from '../../../machine/machine-config';
import type { Verdict } from '../../check';
import type { Facts } from '../../facts';
import { unknown, verdictOf, type Finding } from '../../finding';
import { readCloud, resolve } from '../../readers/cloud';
import { groupsOfRole, roleOf } from '../../readers/cloud-roles';
import { readHosts } from '../../readers/hosts';
import { allowsPort, groupName, readIngressRules, showPorts } from '../../readers/firewall-rules';

/** Whether security groups of some tiers allow a port from security groups of others only. */
export function evaluatePortSources(
  facts: Facts,
  port: number,
  targets: readonly MachineRole[],
  sources: readonly MachineRole[],
): Verdict {
  const [rules, cloud] = [readIngressRules(facts), readCloud(facts)];
  if (!rules || !cloud) return unknown('no cloud resources among the facts');
  const groups = (roles: readonly MachineRole[]) =>
    new Set(roles.flatMap((role) => [...groupsOfRole(facts, role)]));
  const [target, allowed] = [groups(targets), groups(sources)];
  if (target.size === 0)
    return unknown(`no security group of ${targets.join(', ')} among the facts`);
  // A group stands for the machines that carry it, whichever tier it is named after.
  const strangers = new Set(
    (readHosts(facts) ?? [])
      .filter(({ resource }) => {
        const role = roleOf(resource);
        return role === undefined || ![...sources, ...targets].includes(role);
      })
      .flatMap((host) => host.groups),
  );
  return verdictOf(
    rules
      .filter((rule) => target.has(rule.group) && allowsPort(rule, port))
      .map((rule): Finding => {
        const from = [...rule.cidrs, ...rule.groups.map((group) => groupName(cloud, group))];
        return {
          holds:
            rule.cidrs.length === 0 &&
            rule.groups.every((group) => allowed.has(group) && !strangers.has(group)),
          evidence: `${resolve(cloud, rule.group)?.name ?? rule.group}: ${showPorts(rule)} from ${from.join(', ')}`,
        };
      }),
    `no rule lets anybody reach port ${port} of ${targets.join(', ')}`,
  );
}
