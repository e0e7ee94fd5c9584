import type { Check, Verdict } from '../../check';
import type { Facts } from '../../facts';
import { notApplicable, pass, unknown, verdictOf, type Finding } from '../../finding';
import { readCloud, resourcesOfKind } from '../../readers/cloud';
import { groupsOfRole, roleOf } from '../../readers/cloud-roles';
import { readExposures, showExposure, type Exposure } from '../../readers/exposure';
import { allowsPort, groupName, readIngressRules, showPorts } from '../../readers/firewall-rules';

/** The one entry for people. */
export const bastionChecks: readonly Check[] = [
  {
    id: 'bastion/only-entry',
    title: 'SSH is open from outside on the bastion alone',
    why: 'Every further SSH server with a public port has to be watched, patched and recorded.',
    remedy: 'Allow port 22 from outside on the security group of the bastion alone.',
    run: (facts) =>
      judgeSshFromOutside(facts, (exposure) => ({
        holds: exposure.target !== undefined && roleOf(exposure.target) === 'bastion',
        evidence: showExposure(exposure),
      })),
  },
  {
    id: 'bastion/not-from-everywhere',
    title: 'The bastion takes SSH from named networks, not from everywhere',
    why: 'Named networks keep out everybody who merely scans addresses.',
    remedy: 'Name networks in access.sshCidrs.',
    run: (facts) =>
      judgeSshFromOutside(facts, (exposure) => ({
        holds: !exposure.cidrs.some((cidr) => cidr === '0.0.0.0/0' || cidr === '::/0'),
        evidence: showExposure(exposure),
      })),
  },
  {
    id: 'bastion/jumps-only-from-bastion',
    title: 'Other machines take SSH from the bastion alone',
    why: 'An intruder on one worker could otherwise go from machine to machine.',
    remedy: 'Allow port 22 from the security group of the bastion alone.',
    run: jumps,
  },
  {
    id: 'bastion/sessions-recorded',
    title: 'Sessions on the bastion are recorded, and the recordings leave the machine',
    why: 'Afterwards it has to be known who did what, even if the bastion is gone.',
    remedy:
      'Record sessions (tlog, script or auditd with EXECVE) and ship them to a log group with retention.',
    run: recorded,
  },
];

function sshExposures(facts: Facts): readonly Exposure[] | undefined {
  return readExposures(facts)?.filter(
    ({ from, to, protocol, kind }) =>
      kind !== 'load-balancer' && from <= 22 && 22 <= to && protocol !== 'udp',
  );
}

function judgeSshFromOutside(facts: Facts, judge: (exposure: Exposure) => Finding): Verdict {
  const cloud = readCloud(facts);
  const exposures = sshExposures(facts);
  if (!cloud || !exposures || resourcesOfKind(cloud, 'SecurityGroup').length === 0) {
    return unknown('no security groups among the facts');
  }
  if (exposures.length === 0) return pass('SSH is open from outside nowhere');
  return verdictOf(exposures.map(judge), 'SSH is open from outside nowhere');
}

function jumps(facts: Facts): Verdict {
  const [rules, cloud] = [readIngressRules(facts), readCloud(facts)];
  if (!rules || !cloud || resourcesOfKind(cloud, 'SecurityGroup').length === 0) {
    return unknown('no security groups among the facts');
  }
  const bastion = groupsOfRole(facts, 'bastion');
  const ssh = rules.filter((rule) => allowsPort(rule, 22) && !bastion.has(rule.group));
  if (ssh.length === 0) return pass('no machine but the bastion takes SSH');
  return verdictOf(
    ssh.map((rule): Finding => {
      const from = [...rule.cidrs, ...rule.groups.map((group) => groupName(cloud, group))];
      return {
        holds: rule.cidrs.length === 0 && rule.groups.every((group) => bastion.has(group)),
        evidence: `${groupName(cloud, rule.group)}: ${showPorts(rule)} from ${from.join(', ')}`,
      };
    }),
    'no machine but the bastion takes SSH',
  );
}

const recorders = /\btlog-rec\b|\bscript\s+-|\basciinema rec\b|\biolog_dir\b/;
const shippers =
  /\b(amazon-cloudwatch-agent|fluent-bit|vector|put-log-events|PutLogEvents|Logs_20140328)\b/;

function recorded(facts: Facts): Verdict {
  if ((facts.machines ?? []).length === 0) return unknown('no machines among the facts');
  const bastions = (facts.machines ?? []).filter(({ role }) => role === 'bastion');
  if (bastions.length === 0) return notApplicable('there is no bastion');
  return verdictOf(
    bastions.flatMap(({ name, files }): Finding[] => {
      const having = (pattern: RegExp) =>
        Object.entries(files)
          .filter(([, { content }]) => pattern.test(content))
          .map(([path]) => path)
          .sort();
      const [recording, shipping] = [having(recorders), having(shippers)];
      return [
        {
          holds: recording.length > 0,
          evidence: `${name}: recorded by ${recording.join(', ') || 'nothing'}`,
        },
        {
          holds: shipping.length > 0,
          evidence: `${name}: shipped by ${shipping.join(', ') || 'nothing'}`,
        },
      ];
    }),
    'there is no bastion',
  );
}
