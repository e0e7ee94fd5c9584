import type { Check } from '../../check';
import type { Facts } from '../../facts';
import { notApplicable, verdictOf, type Finding } from '../../finding';
import { readSshd, type SshdSettings } from '../../readers/sshd';

const weakAlgorithm = /sha1(-etm@openssh\.com)?$|md5|3des|arcfour|-cbc|group1-|ssh-dss|umac-64/;

/** A list that begins with a minus takes algorithms away from sshd's own, which are sound. */
function namesWeakOne(list: string): boolean {
  if (list.startsWith('-')) return false;
  return list
    .replace(/^[+^]/, '')
    .split(',')
    .some((name) => weakAlgorithm.test(name));
}

/** A finding for each machine that runs an SSH server. */
function evaluateServers(facts: Facts, evaluate: (settings: SshdSettings) => readonly Finding[]) {
  const servers = facts.machines?.flatMap((machine) => {
    const settings = readSshd(machine);
    return settings ? [{ machine, settings }] : [];
  });
  if (servers?.length === 0 && (facts.machines?.length ?? 0) > 0) {
    return notApplicable('no machine is told to run an SSH server');
  }
  return verdictOf(
    servers?.flatMap(({ machine, settings }) =>
      evaluate(settings).map(({ holds, evidence }) => ({
        holds,
        evidence: `${machine.name}: ${evidence}`,
      })),
    ),
    'no machines among the facts',
  );
}

function equals(settings: SshdSettings, keyword: string, ...allowed: string[]): Finding {
  const value = settings.get(keyword.toLowerCase());
  return {
    holds: value !== undefined && allowed.includes(value.toLowerCase()),
    evidence: `${keyword} ${value ?? 'is not set'}`,
  };
}

/** Hardening of SSH servers. */
export const sshChecks: readonly Check[] = [
  {
    id: 'machines/ssh-keys-only',
    title: 'SSH servers take keys or certificates alone',
    why: 'Passwords are guessed: port 22 of every public address is under constant attack.',
    remedy:
      'Set PasswordAuthentication no, KbdInteractiveAuthentication no and PermitEmptyPasswords no.',
    run: (facts) =>
      evaluateServers(facts, (settings) => [
        equals(settings, 'PasswordAuthentication', 'no'),
        equals(settings, 'KbdInteractiveAuthentication', 'no'),
        equals(settings, 'PermitEmptyPasswords', 'no'),
      ]),
  },
  {
    id: 'machines/ssh-no-root',
    title: 'Root login by SSH is off',
    why: 'A shared root login leaves no trace of who it was.',
    remedy: 'Set PermitRootLogin no.',
    run: (facts) =>
      evaluateServers(facts, (settings) => [equals(settings, 'PermitRootLogin', 'no')]),
  },
  {
    id: 'machines/ssh-algorithms',
    title: 'SSH servers name their algorithms, and no weak one among them',
    why: 'SHA-1, CBC and short groups can be broken or downgraded to.',
    remedy: 'Set KexAlgorithms, Ciphers and MACs to current algorithms.',
    run: (facts) =>
      evaluateServers(facts, (settings) =>
        ['KexAlgorithms', 'Ciphers', 'MACs'].map((keyword) => {
          const value = settings.get(keyword.toLowerCase());
          return {
            holds: value !== undefined && !namesWeakOne(value),
            evidence: `${keyword} ${value ?? 'is not set'}`,
          };
        }),
      ),
  },
];
