import type { MachineFile, MachineRole } from '../machine-config';
import { programFolder } from '../program-file';
import { personAccount } from './ssh-accounts';
import { namedPorts } from '../../network/ports';

/**
 * Algorithms: elliptic curves of the Curve25519 family and what resists quantum computers, ciphers
 * that authenticate. The key exchange is what this OpenSSH offers less the finite-field and NIST
 * ones, so that a newer one (mlkem768x25519 in Debian 13) is in without a change.
 */
const algorithms = {
  KexAlgorithms: '-diffie-hellman-*,ecdh-sha2-*',
  Ciphers: 'chacha20-poly1305@openssh.com,aes256-gcm@openssh.com',
  MACs: 'hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com',
  HostKeyAlgorithms: 'ssh-ed25519',
  PubkeyAcceptedAlgorithms: keyAlgorithms(true),
  CASignatureAlgorithms: keyAlgorithms(false),
  RequiredRSASize: '3072',
};

/** Key types that the configuration takes, as keys and as certificates. */
function keyAlgorithms(certificates: boolean): string {
  const bare = [
    'ssh-ed25519',
    'sk-ssh-ed25519@openssh.com',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
  ];
  const certified = bare.map((name) => `${name.replace('@openssh.com', '')}-cert-v01@openssh.com`);
  return [...bare, ...(certificates ? certified : [])].join(',');
}

/** The same on every machine. Everything that can be forwarded is refused; the bastion adds jumps. */
const common = {
  Port: String(namedPorts.ssh),
  AddressFamily: 'inet',
  HostKey: '/etc/ssh/ssh_host_ed25519_key',
  ...algorithms,
  AuthenticationMethods: 'publickey',
  PubkeyAuthentication: 'yes',
  PasswordAuthentication: 'no',
  KbdInteractiveAuthentication: 'no',
  HostbasedAuthentication: 'no',
  GSSAPIAuthentication: 'no',
  KerberosAuthentication: 'no',
  PermitEmptyPasswords: 'no',
  PermitRootLogin: 'no',
  UsePAM: 'yes',
  StrictModes: 'yes',
  AuthorizedKeysFile: '/etc/ssh/authorized_keys.d/%u',
  TrustedUserCAKeys: '/etc/ssh/user-ca-keys',
  AuthorizedPrincipalsFile: '/etc/ssh/authorized_principals.d/%u',
  IgnoreRhosts: 'yes',
  LoginGraceTime: '20',
  MaxAuthTries: '3',
  MaxSessions: '4',
  MaxStartups: '10:30:60',
  ClientAliveInterval: '300',
  ClientAliveCountMax: '2',
  AllowAgentForwarding: 'no',
  AllowStreamLocalForwarding: 'no',
  GatewayPorts: 'no',
  PermitListen: 'none',
  PermitTunnel: 'no',
  PermitUserEnvironment: 'no',
  PermitUserRC: 'no',
  X11Forwarding: 'no',
  ExposeAuthInfo: 'no',
  Compression: 'no',
  UseDNS: 'no',
  PrintMotd: 'no',
  Banner: '/etc/issue.net',
  SyslogFacility: 'AUTHPRIV',
  LogLevel: 'VERBOSE',
  // Applies to sessions, not to the channel that a jump opens: see docs/machine-bastion.md.
  ForceCommand: `${programFolder}/record-session`,
} as const;

/**
 * Configuration of the SSH server of a role; there is no subsystem, so no SFTP either.
 *
 * @param jumpTargets - Hosts and ports such as `*:22` that people are connected to; none but on the bastion.
 */
export function sshServerFile(role: MachineRole, jumpTargets: readonly string[]): MachineFile {
  const forwarding =
    jumpTargets.length > 0
      ? { AllowTcpForwarding: 'local', PermitOpen: jumpTargets.join(' ') }
      : { AllowTcpForwarding: 'no', PermitOpen: 'none', DisableForwarding: 'yes' };
  const options = { ...common, AllowUsers: personAccount(role).name, ...forwarding };
  return {
    path: '/etc/ssh/sshd_config',
    content: Object.entries(options)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
    mode: '0600',
  };
}
