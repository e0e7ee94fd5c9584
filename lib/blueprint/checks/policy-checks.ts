import { findClause } from '../../standard/clauses';
import { protectedSettings, type FlagOwner } from '../../standard/protected-settings';
import { type ConfigCheck, duplicates } from './config-check';

export const checkNamespaces: ConfigCheck = ({ namespaces, profile }) => [
  ...duplicates(
    namespaces.map(({ name }) => name),
    (index) => `namespaces[${index}].name`,
    'namespace',
  ),
  ...namespaces.flatMap(({ name, podSecurity }, index) => [
    ...(/^(kube-|hardened-|calico-)/.test(name) || name === 'default'
      ? [
          {
            path: `namespaces[${index}].name`,
            got: name,
            expected: 'a name of your own: this one belongs to the system',
          },
        ]
      : []),
    ...(profile === 'strict' && podSecurity !== undefined && podSecurity !== 'restricted'
      ? [
          {
            path: `namespaces[${index}].podSecurity`,
            got: podSecurity,
            expected: '"restricted" in the profile strict',
          },
        ]
      : []),
  ]),
];

export const checkWaivers: ConfigCheck = ({ waivers }, today) =>
  waivers.flatMap(({ clause, expires }, index) => [
    ...(findClause(clause)
      ? []
      : [
          {
            path: `waivers[${index}].clause`,
            got: clause,
            expected: 'the id of a clause, as "hardened-cluster explain" lists them',
          },
        ]),
    ...(expires >= today
      ? []
      : [
          {
            path: `waivers[${index}].expires`,
            got: expires,
            expected: `a day from ${today} on: an expired waiver must be renewed or removed`,
          },
        ]),
  ]);

export const checkFlags: ConfigCheck = ({ kubernetes, etcd, waivers }) => {
  const waived = new Set(waivers.map(({ clause }) => clause));
  const owners: readonly { owner: FlagOwner; path: string; flags: Record<string, string> }[] = [
    ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const).map(
      (owner) => ({ owner, path: `kubernetes.flags.${owner}`, flags: kubernetes.flags[owner] }),
    ),
    { owner: 'etcd', path: 'etcd.flags', flags: etcd.flags },
  ];
  return owners.flatMap(({ owner, path, flags }) =>
    protectedSettings
      .filter(
        (setting) =>
          setting.owner === owner && setting.flag in flags && !waived.has(setting.clause),
      )
      .map(({ flag, clause }) => ({
        path: `${path}.${flag}`,
        got: flags[flag],
        expected: `no value: ${clause} fixes it; a waiver of that clause with a reason and an expiry date lifts this`,
      })),
  );
};
