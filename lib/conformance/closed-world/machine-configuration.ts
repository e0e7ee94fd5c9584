import type { MachineFact } from '../facts';
import { memoize } from '../readers/memoize';

interface LineRule {
  readonly path: RegExp;
  readonly comment: RegExp;
  /** Lines that readers understand or that weaken nothing. */
  readonly known: readonly RegExp[];
}

const sets = '\\{[^{}]*\\}';
const address = `(${sets}|[0-9./]+|!= [0-9./]+)`;
const ports = `(${sets}|[0-9-]+)`;

/** Configurations whose every line is understood, or the file is not. */
const rules: readonly LineRule[] = [
  {
    path: /^\/etc\/ssh\/sshd_config$/,
    comment: /^\s*(#.*)?$/,
    known: [
      /^(Port 22|AddressFamily inet|HostKey \/etc\/ssh\/ssh_host_ed25519_key)$/,
      /^(KexAlgorithms|Ciphers|MACs|HostKeyAlgorithms|PubkeyAcceptedAlgorithms|CASignatureAlgorithms) \S+$/,
      /^RequiredRSASize (3072|4096)$/,
      /^AuthenticationMethods publickey$/,
      /^PubkeyAuthentication yes$/,
      /^(PasswordAuthentication|KbdInteractiveAuthentication|HostbasedAuthentication|GSSAPIAuthentication|KerberosAuthentication|PermitEmptyPasswords|PermitRootLogin|AllowAgentForwarding|AllowStreamLocalForwarding|GatewayPorts|PermitTunnel|PermitUserEnvironment|PermitUserRC|X11Forwarding|ExposeAuthInfo|Compression|UseDNS|PrintMotd) no$/,
      /^(UsePAM|StrictModes|IgnoreRhosts|DisableForwarding) yes$/,
      /^AuthorizedKeysFile \/etc\/ssh\/authorized_keys\.d\/%u$/,
      /^AuthorizedPrincipalsFile \/etc\/ssh\/authorized_principals\.d\/%u$/,
      /^TrustedUserCAKeys (\/etc\/ssh\/user-ca-keys|none)$/,
      /^(LoginGraceTime|MaxAuthTries|MaxSessions|ClientAliveInterval|ClientAliveCountMax) [1-9]\d*$/,
      /^MaxStartups [1-9]\d*:\d+:\d+$/,
      /^(PermitListen|PermitOpen) none$/,
      /^PermitOpen (\S+:\d+ ?)+$/,
      /^AllowTcpForwarding (no|local)$/,
      /^Banner \/etc\/issue\.net$/,
      /^SyslogFacility AUTHPRIV$/,
      /^LogLevel VERBOSE$/,
      /^AllowUsers (ops|jump)$/,
      /^ForceCommand \/usr\/local\/lib\/hardened-cluster\/record-session$/,
    ],
  },
  {
    path: /^\/etc\/sysctl\.d\//,
    comment: /^\s*([#;].*)?$/,
    known: [/^-?[a-z0-9_]+(\.[a-z0-9_-]+)+ = \S.*$/],
  },
  {
    path: /^\/etc\/audit\/rules\.d\//,
    comment: /^\s*(#.*)?$/,
    known: [
      /^-D$/,
      /^-b \d+$/,
      /^--backlog_wait_time \d+$/,
      /^-f [12]$/,
      /^-c$/,
      /^-e [12]$/,
      /^-a always,exit -F arch=b(32|64) (-F (path|dir)=\S+ -F perm=\w+|-S [\w,]+( -F (auid|euid)(>=|!=|=)\w+)*) -F key=[\w-]+$/,
      /^-w \S+ -p [rwxa]+ -k [\w-]+$/,
    ],
  },
  {
    path: /^\/etc\/apt\/apt\.conf\.d\//,
    comment: /^\s*(\/\/.*|#.*)?$/,
    known: [
      /^APT::Periodic::(Enable|Update-Package-Lists|Unattended-Upgrade|AutocleanInterval|Download-Upgradeable-Packages|RandomSleep) "\d+";$/,
      /^Acquire::Allow(InsecureRepositories|DowngradeToInsecureRepositories) "false";$/,
      /^APT::Get::AllowUnauthenticated "false";$/,
      /^APT::Install-(Recommends|Suggests) "(true|false)";$/,
      /^Unattended-Upgrade::(Automatic-Reboot|Automatic-Reboot-Time|Remove-Unused-Dependencies|Remove-Unused-Kernel-Packages|Automatic-Reboot-WithUsers|MinimalSteps|SyslogEnable|OnlyOnACPower) "[\w:]+";$/,
      /^Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=\$\{distro_codename\}(-security)?,label=Debian-Security";$/,
      /^#clear Unattended-Upgrade::\S+;$/,
      /^\s*"?origin=\S.*$/,
      /^\s*"[^"]*(origin=|security)[^"]*";$/,
      /^\};$/,
      /^(Dpkg|DPkg)::\S+ ".*";$/,
    ],
  },
  {
    path: /^\/etc\/hardened-cluster\/firewall\.nft$/,
    comment: /^\s*(#.*)?$/,
    known: [
      /^(delete )?table inet hardened_cluster( \{)?$/,
      /^chain (input|output|forward|prerouting|nodeports|from_outside|[a-z_]+) \{$/,
      /^type filter hook (input|output|forward|prerouting|postrouting) priority \S+( - \d+)?; policy (drop|accept);$/,
      /^(iif|oif) "lo" accept$/,
      /^ct state established,related accept$/,
      /^ct state invalid drop$/,
      /^icmp type (\{ [a-z, -]+ \}|[a-z-]+)( limit rate \d+\/second)? accept$/,
      new RegExp(
        `^(ip saddr ${address} (ip daddr ${address} )?|ip daddr ${address} )(tcp|udp|meta l4proto \\S+) (sport \\d+ udp )?dport ${ports}( ct state new)? accept comment "[^"]*"$`,
      ),
      /^udp sport 68 udp dport 67 accept comment "dhcp"$/,
      new RegExp(`^ip daddr ${address} .*drop( comment "[^"]*")?$`),
      /^tcp dport 22 ct state new log prefix "jump: " flags skuid comment "[^"]*"$/,
      /^ip daddr [0-9.]+\/(1\d|2\d) accept comment "pods"$/,
      /^ip daddr 169\.254\.169\.253 meta l4proto \{ tcp, udp \} th dport 53 accept comment "dns"$/,
      /^tcp dport \{ [\d, ]+ \} ct state new log prefix "jump: " flags skuid comment "[^"]*"$/,
      new RegExp(
        `^fib daddr type local ip saddr ${address} (tcp|udp) dport ${ports} accept comment "[^"]*"$`,
      ),
      /^fib daddr type local (tcp|udp) dport 30000-32767 drop$/,
      /^limit rate \d+\/second burst \d+ packets log prefix "[^"]*"$/,
      /^reject with icmpx admin-prohibited$/,
      /^\}$/,
    ],
  },
];

/** Lines of a machine's configuration that no reader understands. */
export function unreadLines(machine: MachineFact, about: RegExp): readonly string[] {
  return allUnreadLines(machine)
    .filter(({ path }) => about.test(path))
    .map(({ line }) => line);
}

const allUnreadLines = memoize((machine: MachineFact) =>
  Object.entries(machine.files).flatMap(([path, { content }]) => {
    const rule = rules.find((each) => each.path.test(path));
    if (!rule) return [];
    return content
      .split('\n')
      .map((line, index, all) => ({
        text: line.trim(),
        number: index + 1,
        late: line.trim() === '-D' && all.slice(0, index).some((each) => each.startsWith('-a')),
      }))
      .filter(
        ({ text, late }) =>
          !rule.comment.test(text) &&
          (late || !rule.known.some((known) => known.test(text)) || opensToAll(text)),
      )
      .map(({ text, number }) => ({
        path,
        line: `${machine.name}: ${path}:${number}: "${text.slice(0, 100)}" is not understood`,
      }));
  }),
);

/** A rule of a firewall for everybody, but for the API and NodePorts, which may be public. */
function opensToAll(text: string): boolean {
  return (
    /saddr .*\b\d+\.\d+\.\d+\.\d+\/[0-7]\b.* accept/.test(text) &&
    !/dport (6443|3\d{4}(-3\d{4})?) /.test(text)
  );
}
