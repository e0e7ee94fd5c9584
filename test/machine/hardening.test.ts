import { describe, expect, it } from '@jest/globals';
import type { MachineConfig, MachineRole } from '../../lib/machine/machine-config';
import { planCluster } from '../../lib/cluster/plan-cluster';
import { makeBlueprint, minimalInput } from '../support/cluster/blueprint-inputs';

const machines = planCluster(makeBlueprint()).machines;
const byRole = (role: MachineRole, planned: readonly MachineConfig[] = machines): MachineConfig => {
  const machine = planned.find((candidate) => candidate.role === role);
  if (!machine) throw new Error(`no machine of role ${role}`);
  return machine;
};
const content = (role: MachineRole, path: string, planned = machines): string => {
  const file = byRole(role, planned).files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${role} has no ${path}`);
  return file.content;
};
const roles: readonly MachineRole[] = ['bastion', 'etcd', 'control-plane', 'worker'];
const settings = (text: string, separator: RegExp) =>
  new Map(
    text
      .trim()
      .split('\n')
      .map((line): [string, string] => {
        const [name = '', ...value] = line.split(separator);
        return [name, value.join(' ')];
      }),
  );

describe('kernel settings', () => {
  const of = (role: MachineRole) =>
    settings(content(role, '/etc/sysctl.d/90-hardened-cluster.conf'), / = /);

  it.each(roles)('are sorted, each once, on the %s', (role) => {
    const names = content(role, '/etc/sysctl.d/90-hardened-cluster.conf')
      .trim()
      .split('\n')
      .map((line) => line.replace(/^-/, '').split(' ')[0]);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it.each(['control-plane', 'worker'] as const)(
    'are those that protectKernelDefaults insists on, on the %s',
    (role) => {
      expect(Object.fromEntries(of(role))).toMatchObject({
        'vm.overcommit_memory': '1',
        'vm.panic_on_oom': '0',
        'kernel.panic': '10',
        'kernel.panic_on_oops': '1',
        'kernel.keys.root_maxkeys': '1000000',
        'kernel.keys.root_maxbytes': '25000000',
      });
    },
  );

  it.each(['bastion', 'etcd'] as const)('let no packet through the %s', (role) => {
    expect(of(role).get('net.ipv4.ip_forward')).toBe('0');
  });
});

describe('the SSH server', () => {
  const of = (role: MachineRole) => settings(content(role, '/etc/ssh/sshd_config'), / /);

  it.each(roles)('takes keys only, and records every session, on the %s', (role) => {
    expect(Object.fromEntries(of(role))).toMatchObject({
      AuthenticationMethods: 'publickey',
      PasswordAuthentication: 'no',
      KbdInteractiveAuthentication: 'no',
      PermitRootLogin: 'no',
      AllowAgentForwarding: 'no',
      X11Forwarding: 'no',
      PermitTunnel: 'no',
      ForceCommand: '/usr/local/lib/hardened-cluster/record-session',
      AllowUsers: role === 'bastion' ? 'jump' : 'ops',
    });
    expect([...of(role).keys()]).not.toContain('Subsystem');
  });

  it('lets people jump on to port 22 from the bastion, and from nowhere else', () => {
    expect(of('bastion').get('PermitOpen')).toBe('*:22');
    expect(of('bastion').get('AllowTcpForwarding')).toBe('local');
    for (const role of ['etcd', 'control-plane', 'worker'] as const) {
      expect(of(role).get('DisableForwarding')).toBe('yes');
      expect(of(role).get('PermitOpen')).toBe('none');
    }
  });

  it('tunnels to a private API besides, and to no other service', () => {
    const blueprint = makeBlueprint({ access: { ...minimalInput.access, apiCidrs: [] } });
    const bastion = planCluster(blueprint).machines.find(({ role }) => role === 'bastion');
    const fileOf = (path: string) => bastion?.files.find((file) => file.path === path)?.content;
    expect(fileOf('/etc/ssh/sshd_config')).toContain('\nPermitOpen *:22 api.prod.internal:6443\n');
    const firewall = fileOf('/etc/hardened-cluster/firewall.nft');
    expect(firewall).toContain(
      'tcp dport { 22, 6443 } ct state new log prefix "jump: " flags skuid',
    );
    expect(firewall).toContain('tcp dport 6443 ct state new accept comment "api-from-bastion"');
  });

  it('has the keys of the configuration, out of reach of the account', () => {
    const key = makeBlueprint().bastion.authorizedKeys[0] ?? '';
    expect(content('bastion', '/etc/ssh/authorized_keys.d/jump')).toBe(`${key}\n`);
    expect(content('worker', '/etc/ssh/authorized_keys.d/ops')).toBe(`${key}\n`);
    expect(content('worker', '/etc/ssh/authorized_principals.d/ops')).toBe('prod-ops\n');
  });

  it('gives no one more rights on the bastion', () => {
    expect(content('bastion', '/etc/sudoers.d/zz-hardened-cluster')).not.toMatch(/NOPASSWD/);
    expect(content('worker', '/etc/sudoers.d/zz-hardened-cluster')).toContain(
      'admin ALL=(ALL:ALL) !ALL',
    );
  });

  it.each(['session-manager', 'none'] as const)('is off with access %s', (access) => {
    const planned = planCluster(makeBlueprint({ bastion: { access } })).machines;
    for (const machine of planned) {
      const paths = machine.files.map(({ path }) => path).filter((path) => path.includes('ssh'));
      expect(paths).toEqual(['/etc/systemd/system/ssh.service.d/90-hardened-cluster.conf']);
      expect(machine.units.some(({ name }) => name.startsWith('hardened-cluster-sessions'))).toBe(
        false,
      );
    }
  });
});

describe('audit rules', () => {
  it.each(roles)('watch both word sizes and lock themselves, on the %s', (role) => {
    const lines = content(role, '/etc/audit/rules.d/90-hardened-cluster.rules').trim().split('\n');
    expect(lines.at(-1)).toBe('-e 2');
    const rules = lines.filter((line) => line.startsWith('-a '));
    const of = (arch: string) =>
      rules.filter((line) => line.includes(`arch=${arch}`)).map((line) => line.replace(arch, ''));
    expect(of('b64')).toEqual(of('b32'));
    expect(rules.every((line) => / -F key=[a-z-]+$/.test(line))).toBe(true);
  });

  it('watch files as files and folders as folders', () => {
    const rules = content('control-plane', '/etc/audit/rules.d/90-hardened-cluster.rules');
    expect(rules).toContain('-F dir=/etc/kubernetes -F perm=wa -F key=kubernetes');
    expect(rules).toContain('-F path=/etc/shadow -F perm=wa -F key=accounts');
    expect(rules).toContain('-F dir=/etc/sudoers.d -F perm=wa -F key=accounts');
    expect(content('etcd', '/etc/audit/rules.d/90-hardened-cluster.rules')).toContain(
      '-F dir=/etc/etcd -F perm=wa -F key=etcd',
    );
  });
});

describe('other hardening', () => {
  it.each(roles)('has no core dumps, a lasting journal and EC2’s own time on the %s', (role) => {
    expect(content(role, '/etc/systemd/coredump.conf.d/90-hardened-cluster.conf')).toContain(
      'Storage=none',
    );
    expect(content(role, '/etc/systemd/journald.conf.d/90-hardened-cluster.conf')).toContain(
      'Storage=persistent',
    );
    expect(content(role, '/etc/systemd/timesyncd.conf.d/90-hardened-cluster.conf')).toContain(
      'NTP=169.254.169.123\n',
    );
    expect(content(role, '/etc/modprobe.d/hardened-cluster.conf')).toContain(
      'install usb_storage /bin/false',
    );
  });

  it('loads what the pod network needs, and nothing elsewhere', () => {
    const file = '/etc/modules-load.d/hardened-cluster.conf';
    expect(content('worker', file)).toBe('br_netfilter\nnf_conntrack\noverlay\nvxlan\n');
    expect(content('etcd', file)).toBe('');
  });

  it('installs security updates by itself where there is a mirror', () => {
    const file = '/etc/apt/apt.conf.d/90-hardened-cluster';
    const lines = (role: MachineRole): string[] =>
      content(role, file)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('//'));
    // From signed sources alone, on every machine.
    const signed = [
      'Acquire::AllowInsecureRepositories "false";',
      'Acquire::AllowDowngradeToInsecureRepositories "false";',
      'APT::Get::AllowUnauthenticated "false";',
      'APT::Install-Recommends "false";',
    ];
    for (const role of ['bastion', 'control-plane', 'worker'] as const) {
      expect(lines(role)).toEqual([
        'APT::Periodic::Enable "1";',
        'APT::Periodic::Update-Package-Lists "1";',
        'APT::Periodic::Unattended-Upgrade "1";',
        'APT::Periodic::AutocleanInterval "7";',
        '#clear Unattended-Upgrade::Origins-Pattern;',
        'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian-Security";',
        'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";',
        'Unattended-Upgrade::Automatic-Reboot "false";',
        'Unattended-Upgrade::SyslogEnable "true";',
        ...signed,
      ]);
    }
    expect(lines('etcd')).toEqual(['APT::Periodic::Enable "0";', ...signed]);
  });
});

describe('log shipping', () => {
  const sources = (role: MachineRole) =>
    (
      JSON.parse(content(role, '/etc/hardened-cluster/ship-logs.json')) as {
        sources: { kind: string; group: string }[];
      }
    ).sources.map(({ kind, group }) => `${kind} ${group}`);

  it('sends journal and sessions of every machine, and the audit log of API servers', () => {
    for (const role of ['bastion', 'etcd', 'worker'] as const) {
      expect(sources(role)).toEqual([
        `journal /hardened-cluster/prod/${role}`,
        'files /hardened-cluster/prod/sessions',
      ]);
    }
    expect(sources('control-plane')).toEqual([
      'journal /hardened-cluster/prod/control-plane',
      'files /hardened-cluster/prod/sessions',
      'files /hardened-cluster/prod/audit',
    ]);
  });
});
