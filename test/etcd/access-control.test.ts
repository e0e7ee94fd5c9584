import { accessControlPlan, renderAccessControl } from '../../lib/etcd/access-control';
import { etcdUsers, planPki } from '../../lib/pki/pki-plan';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { planAddresses } from '../../lib/network/address-plan';

test('renders roles, permissions and users', () => {
  expect(renderAccessControl(accessControlPlan)).toBe(`role kube-apiserver
permission kube-apiserver readwrite prefix /registry/
permission kube-apiserver read key compact_rev_key
role etcd-health
permission etcd-health read key health
user root root
user kube-apiserver kube-apiserver
user etcd-backup root
user etcd-health etcd-health
`);
});

test('has a user for every client certificate and a client certificate for every user', () => {
  const clients = planPki(makeBlueprint(), planAddresses(makeBlueprint())).certificates.filter(
    ({ ca, extendedKeyUsages }) => ca === 'etcd-ca' && !extendedKeyUsages.includes('serverAuth'),
  );
  const names = [...new Set(clients.map(({ commonName }) => commonName))].sort();
  expect(accessControlPlan.users.map(({ name }) => name).sort()).toEqual(names);
  expect(Object.values(etcdUsers).sort()).toEqual(names);
});

test('gives no role all keys, or a prefix besides /registry/', () => {
  const granted = accessControlPlan.roles.flatMap(({ permissions }) => permissions);
  expect(granted.filter(({ key }) => key === '')).toEqual([]);
  expect(granted.filter(({ scope, key }) => scope === 'prefix' && key !== '/registry/')).toEqual(
    [],
  );
});

test('renders names and keys as words, which the script reads', () => {
  for (const line of renderAccessControl(accessControlPlan).trim().split('\n')) {
    expect(line).toMatch(/^[a-z]+( [A-Za-z0-9/_-]+)+$/);
  }
});
