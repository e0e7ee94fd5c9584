import { addFile, both, edit, mutation, userData, type Mutation } from './mutation';

const firewall = '/etc/hardened-cluster/firewall.nft';
const sshd = '/etc/ssh/sshd_config';
const sysctl = '/etc/sysctl.d/90-hardened-cluster.conf';
const audit = '/etc/audit/rules.d/90-hardened-cluster.rules';
const apt = '/etc/apt/apt.conf.d/90-hardened-cluster';

const firewalls = ['etcd/host-firewall', 'machines/host-firewall'];
const ssh: readonly (readonly [check: string, from: RegExp, to: string])[] = [
  ['machines/ssh-keys-only', /PasswordAuthentication no/, 'PasswordAuthentication yes'],
  ['machines/ssh-no-root', /PermitRootLogin no/, 'PermitRootLogin prohibit-password'],
  ['machines/ssh-algorithms', /MACs \S+/, 'MACs hmac-sha1'],
  ['bastion/sessions-recorded', /ForceCommand \S+/, 'ForceCommand none'],
];

/** Violations on machines. */
export const machineMutations: readonly Mutation[] = [
  mutation(
    firewalls,
    4,
    'accepts everything before the rules',
    edit('etcd-0', firewall, 'iif "lo" accept', 'accept\n    iif "lo" accept'),
  ),
  mutation(
    firewalls,
    4,
    'a rule without a source',
    edit('etcd-0', firewall, /ip saddr \{[^}]*\} tcp dport 2379/, 'tcp dport 2379'),
  ),
  mutation(
    firewalls,
    4,
    'half of the internet, twice',
    edit(
      'etcd-0',
      firewall,
      /ip saddr \{[^}]*\} tcp dport 2379/,
      'ip saddr { 0.0.0.0/1, 128.0.0.0/1 } tcp dport 2379',
    ),
  ),
  mutation(
    firewalls,
    4,
    'a jump to a chain that accepts',
    edit('etcd-0', firewall, 'iif "lo" accept', 'jump all\n    iif "lo" accept'),
  ),
  mutation(
    firewalls,
    4,
    'an earlier chain flushes',
    edit('etcd-0', firewall, /$/, '\nflush ruleset\n'),
  ),
  mutation(firewalls, 6, 'policy accept', edit('etcd-0', firewall, 'policy drop', 'policy accept')),
  mutation(
    firewalls,
    3,
    'not enabled',
    edit(
      'etcd-0',
      '/etc/hardened-cluster/boot/units',
      'hardened-cluster-firewall.service\tyes',
      'hardened-cluster-firewall.service\tno',
    ),
  ),
  mutation(
    firewalls,
    3,
    'loads another file',
    edit(
      'etcd-0',
      '/etc/systemd/system/hardened-cluster-firewall.service',
      'nft -f /etc/hardened-cluster/firewall.nft',
      'nft -f /etc/nftables.conf',
    ),
  ),
  mutation(
    firewalls,
    1,
    'iptables beside it',
    addFile('etcd-0', '/etc/iptables/rules.v4', '*filter\nCOMMIT\n'),
  ),
  mutation(
    firewalls,
    3,
    'user-data flushes it',
    userData('etcd-0', (text) => `${text}nft flush ruleset\n`),
  ),
  mutation(
    firewalls,
    1,
    'an include',
    edit('etcd-0', firewall, 'table inet', 'include "/etc/x.nft"\ntable inet'),
  ),

  ...ssh.flatMap(([check, from, to]): Mutation[] => [
    mutation(check, 6, to, edit('bastion', sshd, from, to)),
    mutation(check, 4, `Match all with ${to}`, edit('bastion', sshd, /$/, `\nMatch all\n${to}\n`)),
    mutation(
      check,
      4,
      `Match User with ${to}`,
      edit('bastion', sshd, /$/, `\nMatch User ops\n  ${to}\n`),
    ),
    mutation(check, 4, `first wins: ${to}`, edit('bastion', sshd, /^/, `${to}\n`)),
    mutation(
      check,
      1,
      `Include`,
      both(
        edit('bastion', sshd, /^/, 'Include /etc/ssh/extra/*.conf\n'),
        addFile('bastion', '/etc/ssh/extra/a.conf', `${to}\n`),
      ),
    ),
    mutation(
      check,
      1,
      'a drop-in',
      addFile('bastion', '/etc/ssh/sshd_config.d/00.conf', `${to}\n`),
    ),
    mutation(
      check,
      1,
      'another server',
      addFile(
        'bastion',
        '/etc/systemd/system/sshd2.service',
        `[Service]\nExecStart=/usr/sbin/sshd -o "${to}"\n`,
      ),
    ),
    mutation(
      check,
      1,
      'options of the unit',
      addFile(
        'bastion',
        '/etc/systemd/system/ssh.service.d/99.conf',
        `[Service]\nEnvironment=SSHD_OPTS=-o${to.replace(' ', '=')}\n`,
      ),
    ),
    mutation(
      check,
      4,
      'in quotes and with equals',
      edit('bastion', sshd, /^/, `${to.replace(/ (.*)/, '="$1"')}\n`),
    ),
  ]),
  mutation(
    'bastion/sessions-recorded',
    3,
    'the recorder runs the shell',
    edit(
      'bastion',
      '/usr/local/lib/hardened-cluster/record-session',
      '\n',
      '\nimport os; os.execv("/bin/sh", ["sh"])\n',
    ),
  ),
  mutation(
    'bastion/sessions-recorded',
    3,
    'nothing is shipped',
    edit(
      'bastion',
      '/etc/hardened-cluster/boot/units',
      'hardened-cluster-logs.service\tyes',
      'hardened-cluster-logs.service\tno',
    ),
  ),

  mutation(
    'machines/kernel-settings',
    6,
    'dmesg',
    edit('worker-general', sysctl, 'kernel.dmesg_restrict = 1', 'kernel.dmesg_restrict = 0'),
  ),
  mutation(
    'machines/kernel-settings',
    4,
    'the last one counts',
    edit('worker-general', sysctl, /$/, '\nkernel.dmesg_restrict = 0\n'),
  ),
  mutation(
    'machines/kernel-settings',
    4,
    'with a slash',
    edit('worker-general', sysctl, /$/, '\nkernel/dmesg_restrict=0\n'),
  ),
  mutation(
    'machines/kernel-settings',
    1,
    'a later file',
    addFile('worker-general', '/etc/sysctl.d/99-zz.conf', 'kernel.dmesg_restrict=0\n'),
  ),
  mutation(
    'machines/kernel-settings',
    1,
    'another folder',
    addFile('worker-general', '/usr/lib/sysctl.d/99.conf', 'kernel.dmesg_restrict=0\n'),
  ),
  mutation(
    'machines/kernel-settings',
    1,
    'a program',
    addFile('worker-general', '/etc/rc.local', 'sysctl -w kernel.dmesg_restrict=0\n'),
  ),

  mutation(
    'machines/audit-rules',
    4,
    'never',
    edit('worker-general', audit, /(-a always)/, '-a never,task\n$1'),
  ),
  mutation(
    'machines/audit-rules',
    4,
    'all rules deleted at the end',
    edit('worker-general', audit, /-e 2/, '-D\n-e 2'),
  ),
  mutation(
    'machines/audit-rules',
    4,
    'switched off',
    edit('worker-general', audit, /-e 2/, '-e 0'),
  ),
  mutation(
    'machines/audit-rules',
    1,
    'another file',
    addFile('worker-general', '/etc/audit/rules.d/99.rules', '-D\n'),
  ),
  mutation(
    'machines/audit-rules',
    1,
    'auditd.conf',
    addFile('worker-general', '/etc/audit/auditd.conf', 'write_logs = no\n'),
  ),
  mutation(
    'machines/audit-rules',
    3,
    'auditd masked',
    addFile('worker-general', '/etc/systemd/system/auditd.service', ''),
  ),

  mutation(
    'machines/automatic-security-updates',
    6,
    'off',
    edit('worker-general', apt, 'Unattended-Upgrade "1"', 'Unattended-Upgrade "0"'),
  ),
  mutation(
    'machines/automatic-security-updates',
    4,
    'off by a later line',
    edit('worker-general', apt, /$/, '\nAPT::Periodic::Unattended-Upgrade "0";\n'),
  ),
  mutation(
    'machines/automatic-security-updates',
    1,
    'a later file',
    addFile('worker-general', '/etc/apt/apt.conf.d/99', 'APT::Periodic::Enable "0";\n'),
  ),
  mutation(
    'machines/automatic-security-updates',
    3,
    'the timer is masked',
    addFile('worker-general', '/etc/systemd/system/apt-daily-upgrade.timer', ''),
  ),
  mutation(
    'machines/automatic-security-updates',
    4,
    'in a block',
    edit('worker-general', apt, /$/, '\nAPT { Periodic { Enable "0"; }; };\n'),
  ),
  mutation(
    'machines/automatic-security-updates',
    1,
    'a mirror without security',
    addFile('worker-general', '/etc/apt/sources.list', 'deb http://x y main\n'),
  ),

  mutation(
    'machines/user-data-without-secrets',
    4,
    'a password',
    userData('worker-general', (text) => `${text}PASSWORD=hunter2\n`),
  ),
  mutation(
    'machines/user-data-without-secrets',
    4,
    'a token by another name',
    userData('worker-general', (text) => `${text}JOIN=abcdef\n`),
  ),
  mutation(
    'machines/user-data-without-secrets',
    4,
    'in base64',
    userData('worker-general', (text) => `${text}echo c2VjcmV0 | base64 -d >/root/key\n`),
  ),
  mutation(
    'machines/user-data-without-secrets',
    5,
    'a key in a file',
    addFile('worker-general', '/etc/key.pem', '-----BEGIN PRIVATE ' + 'KEY-----\n'),
  ),
  mutation(
    'machines/user-data-without-secrets',
    5,
    'a token file',
    addFile('worker-general', '/root/token', 'abc'),
  ),
];
