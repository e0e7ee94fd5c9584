import type { Check, Verdict } from '../../check';
import type { Facts } from '../../facts';
import { notApplicable, pass, unknown, verdictOf, type Finding } from '../../finding';
import { readCloud, resourcesOfKind } from '../../readers/cloud';
import { groupsOfRole, roleOf } from '../../readers/cloud-roles';
import { readExposures, showExposure, type Exposure } from '../../readers/exposure';
import { isWide } from '../../readers/networks';
import { readSshd } from '../../readers/sshd';
import { allowsPort, groupName, readIngressRules, showPorts } from '../../readers/firewall-rules';

/** The one entry for people. */
export const bastionChecks: readonly Check[] = [
  {
    id: 'bastion/only-entry',
    title: 'SSH is open from outside on the bastion alone',
    why: 'Every further SSH server with a public port has to be watched, patched and recorded.',
    remedy: 'Allow port 22 from outside on the security group of the bastion alone.',
    run: (facts) =>
      evaluateSshFromOutside(facts, (exposure) => ({
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
      evaluateSshFromOutside(facts, (exposure) => ({
        holds: !exposure.cidrs.some(isWide),
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
    title:
      'SSH sessions are recorded on the bastion and behind it, and the recordings leave the machine',
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

function evaluateSshFromOutside(facts: Facts, evaluate: (exposure: Exposure) => Finding): Verdict {
  const cloud = readCloud(facts);
  const exposures = sshExposures(facts);
  if (!cloud || !exposures || resourcesOfKind(cloud, 'SecurityGroup').length === 0) {
    return unknown('no security groups among the facts');
  }
  if (exposures.length === 0) return pass('SSH is open from outside nowhere');
  return verdictOf(exposures.map(evaluate), 'SSH is open from outside nowhere');
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

// The last one hands the terminal over to the collector, which records as another user.
const recorder =
  /\btlog-rec\b|\bscript\s+-|\basciinema rec\b|\bpty\.(fork|spawn)\b|hardened-cluster-sessions\/collector/;
const shipper = /\bPutLogEvents\b|\bput-log-events\b|amazon-cloudwatch-agent|fluent-bit/;

/** Sessions run inside what `ForceCommand` names; a jump ends at a machine that does the same. */
function recorded(facts: Facts): Verdict {
  if ((facts.machines ?? []).length === 0) return unknown('no machines among the facts');
  if (facts.machines?.some(({ role }) => role === 'bastion') !== true) {
    return notApplicable('there is no bastion');
  }
  return verdictOf(
    facts.machines.flatMap((machine): Finding[] => {
      const settings = readSshd(machine);
      if (!settings) return [];
      const command = settings.get('forcecommand') ?? '';
      const program = command.split(/\s+/)[0] ?? '';
      const ships = Object.entries(machine.files).filter(([, { content }]) =>
        shipper.test(content),
      );
      return [
        {
          holds: recorder.test(command) || recorder.test(machine.files[program]?.content ?? ''),
          evidence: `${machine.name}: ForceCommand ${command || 'is not set'}`,
        },
        {
          holds: ships.length > 0,
          evidence: `${machine.name}: shipped by ${ships.map(([path]) => path).join(', ') || 'nothing'}`,
        },
      ];
    }),
    'no machine runs an SSH server; Session Manager logs as the preferences of the account say, which are not among the facts',
  );
}
