import type { Check } from '../../check';
import type { MachineFact } from '../../facts';
import type { Finding } from '../../finding';
import { readHostFirewall } from '../../readers/nftables';
import { filesBelow, evaluateMachines } from './evaluate-machines';

/** Kernel settings that every hardening guide asks for, with their safe values. */
const kernelSettings: Readonly<Record<string, readonly string[]>> = {
  'kernel.randomize_va_space': ['2'],
  'kernel.kptr_restrict': ['1', '2'],
  'kernel.dmesg_restrict': ['1'],
  'kernel.unprivileged_bpf_disabled': ['1', '2'],
  'fs.protected_hardlinks': ['1'],
  'fs.protected_symlinks': ['1'],
  'fs.suid_dumpable': ['0'],
  'net.ipv4.conf.all.accept_redirects': ['0'],
  'net.ipv4.conf.all.send_redirects': ['0'],
  'net.ipv4.conf.all.accept_source_route': ['0'],
  'net.ipv4.tcp_syncookies': ['1'],
};

const secretPatterns: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['an AWS secret key', /aws_secret_access_key\s*[:=]\s*\S/i],
  ['a bootstrap token', /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/],
  ['a password', /\bpass(word|wd)?\s*[:=]\s*["']?[^\s"'$@{]/i],
  ['a bearer token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ/],
];

/** Hardening of the operating system. */
export const systemChecks: readonly Check[] = [
  {
    id: 'machines/automatic-security-updates',
    title: 'Machines install security updates by themselves',
    why: 'A machine image is out of date from the day it was made.',
    remedy:
      'Configure unattended-upgrades for security updates; replace machines without a route to a mirror with newer images.',
    run: (facts) => evaluateMachines(facts, (machine) => [updateFinding(machine)]),
  },
  {
    id: 'machines/kernel-settings',
    title: 'Kernel settings keep memory, links and routes from being abused',
    why: 'They take the ground from under whole classes of local and network attacks.',
    remedy: 'Set the values in a file below /etc/sysctl.d/.',
    run: (facts) => evaluateMachines(facts, kernelFindings),
  },
  {
    id: 'machines/host-firewall',
    title:
      'The firewall of each machine drops what no rule names, or policies of the pod network do',
    why: 'Every open port can be attacked; a second barrier catches a wrong security-group rule.',
    remedy: 'Give the input chain of nftables the policy drop.',
    run: (facts) =>
      evaluateMachines(facts, (machine) => {
        const firewalls = readHostFirewall(machine);
        if (firewalls.length === 0) return [{ holds: false, evidence: 'no nftables input chain' }];
        return firewalls.map(({ path, policy }) => ({
          holds: policy === 'drop',
          evidence: `${path}: input policy ${policy}`,
        }));
      }),
  },
  {
    id: 'machines/audit-rules',
    title: 'The kernel records changes of accounts, programs and configuration',
    why: 'Without a record the actions of an intruder cannot be reconstructed.',
    remedy: 'Put audit rules below /etc/audit/rules.d/.',
    run: (facts) =>
      evaluateMachines(facts, (machine) => {
        const rules = filesBelow(machine, '/etc/audit/rules.d/').filter(({ content }) =>
          /^-[aw]\s.*\/etc\/(passwd|shadow|sudoers)/m.test(content),
        );
        const evidence = rules.map(({ path }) => path).join(', ');
        return [{ holds: rules.length > 0, evidence: evidence || 'no audit rules for accounts' }];
      }),
  },
  {
    id: 'machines/user-data-without-secrets',
    title: 'No user-data and no file of a bundle holds a secret',
    why: 'User-data can be read through the metadata service and by anyone who may describe instances.',
    remedy:
      'Keep secrets in the parameter store and fetch them at boot under the role of the machine.',
    run: (facts) =>
      evaluateMachines(facts, (machine) => {
        const texts = [
          { path: 'user-data', content: machine.userData },
          ...Object.entries(machine.files).map(([path, { content }]) => ({ path, content })),
        ];
        const found = texts.flatMap(({ path, content }) =>
          secretPatterns
            .filter(
              ([name, pattern]) =>
                (path === 'user-data' || name === 'a private key') && pattern.test(content),
            )
            .map(([name]): Finding => ({ holds: false, evidence: `${path} holds ${name}` })),
        );
        return found.length > 0
          ? found
          : [{ holds: true, evidence: `no secret in user-data and ${texts.length - 1} files` }];
      }),
  },
];

function updateFinding(machine: MachineFact): Finding {
  const settings = filesBelow(machine, '/etc/apt/apt.conf.d/')
    .map(({ content }) => content)
    .join('\n');
  const last = (name: string) =>
    [...settings.matchAll(new RegExp(`^\\s*APT::Periodic::${name}\\s+"(\\d+)"`, 'gm'))].at(-1)?.[1];
  const upgrades = Number(last('Unattended-Upgrade') ?? 0) > 0;
  const lists = Number(last('Update-Package-Lists') ?? 0) > 0;
  const off = last('Enable') === '0';
  if (upgrades && lists && !off) return { holds: true, evidence: 'unattended-upgrades is on' };
  if (machine.role === 'etcd' && off) {
    return {
      holds: true,
      evidence: 'no route to a mirror: it is updated by replacing it with a newer image',
    };
  }
  return { holds: false, evidence: 'unattended-upgrades is not on' };
}

function kernelFindings(machine: MachineFact): Finding[] {
  const content = filesBelow(machine, '/etc/sysctl.d/')
    .map((file) => file.content)
    .join('\n');
  return Object.entries(kernelSettings).map(([name, safe]) => {
    const pattern = new RegExp(`^\\s*${name.replaceAll('.', '\\.')}\\s*=\\s*(\\S+)`, 'gm');
    const value = [...content.matchAll(pattern)].at(-1)?.[1];
    return { holds: safe.includes(value ?? ''), evidence: `${name} = ${value ?? 'not set'}` };
  });
}
