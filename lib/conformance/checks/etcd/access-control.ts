import { oldestSafeEtcd, safeEtcdVersions } from '../../../standard/etcd-releases';
import type { Check } from '../../check';
import type { Facts, MachineFact } from '../../facts';
import { fail, unknown, verdictOf, type Finding } from '../../finding';
import { etcdMachines } from '../../readers/etcd-members';
import { readAccessControl } from '../../readers/etcd-access-control';
import { compareVersions } from '../../../blueprint/version';
import { directiveValues, readUnit, unitNames } from '../../readers/systemd-unit';

/** Checks of etcd's own users and roles. */
export const etcdAccessControlChecks: readonly Check[] = [
  {
    id: 'etcd/access-control-enabled',
    title: 'A unit of each etcd machine creates users and roles and turns authentication on',
    why: 'Without access control every certificate that etcd trusts reads and writes all of the cluster state.',
    remedy: 'Enable authentication in etcd (etcdctl auth enable) once its users and roles exist.',
    run: (facts) =>
      verdictOf(
        etcdMachines(facts)?.map(enablesAuthentication),
        'no etcd machine among the facts: whether authentication is on is not known',
      ),
  },
  {
    id: 'etcd/api-server-least-privilege',
    title: 'The etcd user of the API server is not root and has no right beyond its own keys',
    why: 'A stolen API server certificate would otherwise open everything that etcd holds, users and members included.',
    remedy: 'Give the user of the API server a role with rights on /registry/ alone.',
    run: (facts) => apiServerRights(facts),
  },
  {
    id: 'etcd/users-without-passwords',
    title: 'etcd users have no password: only a certificate makes them',
    why: 'A password would open a second way in, which can be guessed and which the gateway accepts.',
    remedy: 'Add users with --no-password.',
    run: (facts) =>
      verdictOf(
        etcdMachines(facts)?.flatMap(passwordFindings),
        'no etcd machine among the facts: how users are made is not known',
      ),
  },
  {
    id: 'etcd/version-without-bypass',
    title: 'The etcd version has no known bypass of its access control',
    why: 'Earlier ones let clients evade permissions (CVE-2026-33413, CVE-2026-33343) or use revoked certificates, so that the roles protect nothing.',
    remedy: `Run etcd ${safeEtcdVersions}.`,
    run: (facts) =>
      verdictOf(
        etcdMachines(facts)?.flatMap((machine) =>
          (machine.artifacts ?? [])
            .filter(({ name }) => name === 'etcd')
            .map(({ version }): Finding => {
              const floor = oldestSafeEtcd(version);
              return {
                holds: compareVersions(version, floor) >= 0,
                evidence: `${machine.name}: etcd ${version} (at least ${floor} wanted)`,
              };
            }),
        ),
        'no etcd machine that tells its etcd version',
      ),
  },
];

/** Scripts that a unit of the machine runs at boot and that turn authentication on. */
function enablesAuthentication(machine: MachineFact): Finding {
  const scripts = enablingScripts(machine);
  const units = unitNames(machine).filter((name) => {
    const unit = readUnit(machine, name) ?? [];
    return directiveValues(unit, 'ExecStart').some((line) =>
      scripts.some((path) => line.includes(path)),
    );
  });
  return {
    holds: units.length > 0,
    evidence:
      units.length > 0
        ? `${machine.name}: ${units.join(', ')} runs ${scripts.join(', ')}`
        : `${machine.name}: no unit turns authentication on`,
  };
}

function enablingScripts(machine: MachineFact): readonly string[] {
  return Object.entries(machine.files)
    .filter(([, { content }]) => content.includes('auth enable'))
    .filter(([, { content }]) => /^[^#\n]*\bauth enable\b/m.test(content))
    .map(([path]) => path)
    .filter((path) => !path.startsWith('/etc/systemd/'))
    .sort();
}

/** Looks at the scripts that turn authentication on: those are what makes users. */
function passwordFindings(machine: MachineFact): Finding[] {
  return enablingScripts(machine).map((path) => {
    const content = machine.files[path]?.content ?? '';
    const withPassword = /--new-user-password|\buser add \S+:\S+|--interactive=false/.test(content);
    const without = content.includes('--no-password');
    return {
      holds: without && !withPassword,
      evidence: `${machine.name}: ${path} adds users ${without && !withPassword ? 'without' : 'with'} passwords`,
    };
  });
}

function apiServerRights(facts: Facts): ReturnType<Check['run']> {
  const certificates = facts.certificates ?? [];
  const cas = new Set(
    certificates
      .filter(({ isCa, name }) => isCa && /(^|-)etcd-ca$/.test(name))
      .map(({ name }) => name),
  );
  const users = certificates
    .filter(({ name, isCa }) => !isCa && /(^|-)etcd-client$/.test(name))
    .filter(
      ({ issuer, extendedKeyUsages }) =>
        cas.has(issuer) && extendedKeyUsages.includes('clientAuth'),
    )
    .map(({ subject }) => subject.commonName);
  const plans = (etcdMachines(facts) ?? []).flatMap((machine) => {
    const plan = readAccessControl(machine);
    return plan ? [{ machine, plan }] : [];
  });
  const [user] = users;
  if (plans.length === 0) return unknown('no list of etcd users and roles among the facts');
  if (users.length !== 1 || user === undefined) {
    return unknown(
      `${users.length} client certificates of the etcd CA for the API server, expected one`,
    );
  }
  if (user === 'root') return fail('the API server presents a certificate of user root');
  return verdictOf(
    plans.map(({ machine, plan }) => {
      const roles = plan.users.filter(({ name }) => name === user).map(({ role }) => role);
      const rights = plan.permissions.filter(({ role }) => roles.includes(role));
      const beyond = rights.filter(
        ({ key, type }) => !key.startsWith('/registry/') && type !== 'read',
      );
      const all = rights.filter(({ key }) => key === '' || key === '/');
      const holds =
        roles.length > 0 &&
        !roles.includes('root') &&
        rights.length > 0 &&
        beyond.length + all.length === 0;
      const shown = rights.map(({ type, scope, key }) => `${type} on ${scope} ${key}`).join(', ');
      return {
        holds,
        evidence: `${machine.name}: user ${user} has roles ${roles.join(', ') || 'none'}: ${shown || 'no rights'}`,
      };
    }),
    'no list of etcd users and roles among the facts',
  );
}
