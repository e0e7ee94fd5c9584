import { findClause } from '../../standard/clauses';
import { clauses } from '../../standard/clauses';
import { obstaclesTo } from '../../standard/protected-settings';
import { didYouMean } from '../nearest';
import { parseQuantity } from '../quantity';
import { compareVersions, minorVersionOf } from '../version';
import { ownedFlags, problemsOf } from './flag-checks';
import { type ConfigCheck, duplicates } from './config-check';

export const checkNamespaces: ConfigCheck = ({ namespaces, profile }) => [
  ...duplicates(
    namespaces.map(({ name }) => name),
    (index) => `namespaces[${index}].name`,
    'namespace',
  ),
  ...namespaces.flatMap(({ name, podSecurity, quota, containerLimits }, index) => [
    ...(['cpu', 'memory'] as const)
      .filter(
        (kind) => (parseQuantity(containerLimits[kind]) ?? 0) > (parseQuantity(quota[kind]) ?? 0),
      )
      .map((kind) => ({
        path: `namespaces[${index}].containerLimits.${kind}`,
        got: containerLimits[kind],
        expected: `at most quota.${kind} (${quota[kind]}): no container without limits could start`,
      })),
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

/** Roles of pods rest on an API of 1.36 and on an issuer that IAM trusts. */
export const checkPodRoles: ConfigCheck = ({ namespaces, kubernetes }) => {
  const minorVersion = minorVersionOf(kubernetes.version);
  const expected =
    compareVersions(minorVersion, '1.36') < 0
      ? `none with Kubernetes ${minorVersion}: roles of pods need 1.36`
      : kubernetes.serviceAccountIssuer === 'cluster'
        ? 'none with kubernetes.serviceAccountIssuer "cluster": IAM has to verify their tokens'
        : undefined;
  return namespaces.flatMap(({ roleArns }, index) =>
    expected === undefined || roleArns.length === 0
      ? []
      : [{ path: `namespaces[${index}].roleArns`, got: roleArns, expected }],
  );
};

export const checkWaivers: ConfigCheck = ({ waivers }, today) => [
  ...duplicates(
    waivers.map(({ clause }) => clause),
    (index) => `waivers[${index}].clause`,
    'clause',
  ),
  ...waivers.flatMap(({ clause, expires }, index) => [
    ...(findClause(clause)
      ? []
      : [
          {
            path: `waivers[${index}].clause`,
            got: clause,
            expected: `the id of a clause, as "hardened-cluster explain" lists them${didYouMean(
              clause,
              clauses.map(({ id }) => id),
            )}`,
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
  ]),
];

export const checkFlags: ConfigCheck = ({ kubernetes, etcd, waivers }) => {
  const waived = new Set(waivers.map(({ clause }) => clause));
  return ownedFlags({ kubernetes, etcd }).flatMap((owned) => {
    const { owner, path, flags } = owned;
    // What the program itself would refuse is told once.
    const refused = new Set(problemsOf(owned).map((problem) => problem.path));
    return Object.entries(flags)
      .filter(([flag]) => !refused.has(`${path}.${flag}`))
      .flatMap(([flag, value]) =>
        obstaclesTo(owner, flag, value)
          .filter(({ clause }) => !waived.has(clause))
          .map(({ clause, fixed }) => ({
            path: `${path}.${flag}`,
            got: value,
            expected: fixed
              ? `no value: ${clause} fixes it; a waiver of that clause with a reason and an expiry date lifts this`
              : `a setting that is known to weaken nothing: a waiver of ${clause} with a reason and an expiry date lifts this`,
          })),
      );
  });
};
