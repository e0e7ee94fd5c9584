import type { Facts, MachineFact } from '../facts';
import { memoize } from '../readers/memoize';

const list = '/etc/hardened-cluster/etcd/access-control';
const roots = new Set(['root', 'etcd-backup']);

/** Rows of the list of users and roles that give more than the project means to. */
export const unreadAccessControl = memoize((machine: MachineFact): readonly string[] => {
  if (machine.role !== 'etcd') return [];
  const content = machine.files[list]?.content;
  if (content === undefined) return [`${machine.name}: ${list} is missing`];
  return content
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .filter((line) => !isUnderstood(line))
    .map((line) => `${machine.name}: ${list}: "${line.slice(0, 100)}" is not understood`);
});

function isUnderstood(line: string): boolean {
  const words = line.split(' ');
  if (words[0] === 'role') return /^role [a-z][a-z-]*$/.test(line) && words[1] !== 'root';
  if (words[0] === 'user') {
    return (
      /^user [a-z][a-z-]* [a-z][a-z-]*$/.test(line) &&
      (words[2] === 'root' ? roots.has(words[1] ?? '') : words[1] === words[2])
    );
  }
  const match = /^permission ([a-z][a-z-]*) (read|readwrite) (key|prefix) (\S+)$/.exec(line);
  if (!match) return false;
  const [, role, type, scope, key = ''] = match;
  if (role === 'kube-apiserver' && scope === 'prefix') return key === '/registry/';
  return type === 'read' && scope === 'key' && /^(compact_rev_key|health)$/.test(key);
}

/** Certificates and keys that boot puts in place from anywhere but their own parameter. */
export function misplacedSecrets(facts: Facts): readonly string[] {
  return (facts.machines ?? []).flatMap(({ name, role, files }) =>
    (files['/etc/hardened-cluster/boot/secrets']?.content ?? '')
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, , target]) => target !== undefined)
      .filter(([parameter = '', part, target = '']) => !isOwn(name, role, parameter, part, target))
      .map(
        ([parameter = '', , target = '']) => `${name}: ${target} comes from parameter ${parameter}`,
      ),
  );
}

const controlPlane: Readonly<Record<string, string>> = {
  '/etc/kubernetes/pki/ca.crt': 'cluster-ca',
  '/etc/kubernetes/pki/ca.key': 'cluster-ca',
  '/etc/kubernetes/pki/etcd/ca.crt': 'etcd-ca',
  '/etc/kubernetes/pki/apiserver-etcd-client.crt': 'etcd-client',
  '/etc/kubernetes/pki/apiserver-etcd-client.key': 'etcd-client',
  '/etc/kubernetes/pki/front-proxy-ca.crt': 'front-proxy-ca',
  '/etc/kubernetes/pki/front-proxy-ca.key': 'front-proxy-ca',
  '/etc/kubernetes/pki/sa.key': 'service-account',
};

function isOwn(
  machine: string,
  role: MachineFact['role'],
  parameter: string,
  part: string | undefined,
  target: string,
): boolean {
  const etcd = /^\/etc\/etcd\/pki\/(\w+)\.(pem|crt)$/.exec(target);
  if (etcd) return role === 'etcd' && parameter === `etcd/members/${machine}/${etcd[1] ?? ''}`;
  const expected = controlPlane[target];
  if (expected !== undefined && role === 'control-plane') {
    const wanted = target.endsWith('.key') ? 'private-key' : 'certificate';
    return parameter === `control-plane/${expected}` && part === wanted;
  }
  if (target === '/etc/kubernetes/pki/ca.crt') return parameter === `${role}/cluster-ca`;
  return !target.startsWith('/etc/kubernetes/pki/');
}

/** Certificates of etcd that another CA issued, and a CA of etcd that another machine trusts. */
export function foreignCertificates({ certificates }: Facts): readonly string[] {
  const cas = (certificates ?? []).filter(({ isCa, name }) => isCa && /(^|-)etcd-ca$/.test(name));
  const [ca] = cas;
  if (!ca) return [];
  const prefix = ca.name.slice(0, -'etcd-ca'.length);
  return (certificates ?? [])
    .filter(({ isCa, name }) => !isCa && name.startsWith(`${prefix}etcd-`))
    .filter(({ issuer }) => issuer !== ca.name)
    .map(({ name, issuer }) => `${name} is issued by ${issuer}, not by the CA of etcd`)
    .concat(
      (certificates ?? [])
        .filter(
          ({ issuer, subject, name }) =>
            issuer === ca.name &&
            name !== ca.name &&
            roots.has(subject.commonName) &&
            !/-(root|backup)$/.test(name),
        )
        .map(
          ({ name, subject }) => `${name} is a certificate of user ${subject.commonName} of etcd`,
        ),
      cas.length > 1 ? [`${cas.length} CAs of etcd`] : [],
    );
}
