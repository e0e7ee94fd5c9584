import type { Blueprint } from '../../blueprint/blueprint';
import { principalGroups } from '../../kubernetes/access/identities';
import { featuresOf, hasNewKinds } from '../../kubernetes/releases';

/** What comes or goes with an upgrade and is seen in no list of it. */
export function noteUpgrade(from: Blueprint, to: Blueprint): readonly string[] {
  return [...noteMinorVersion(from, to), ...noteAccess(from, to), ...noteEncryption(from, to)];
}

function noteMinorVersion(from: Blueprint, to: Blueprint): readonly string[] {
  const [before, after] = [
    featuresOf(from.kubernetes.minorVersion),
    featuresOf(to.kubernetes.minorVersion),
  ];
  return [
    ...(hasNewKinds(from.kubernetes.minorVersion, to.kubernetes.minorVersion)
      ? [
          'MutatingAdmissionPolicy is there without further flags: the manifests use it for the tokens of default service accounts. API servers of the older minor version do not know it, so the manifests wait for the first new machine; until the last old one is replaced, apply-manifests.service fails there',
        ]
      : []),
    ...(before.crictl === after.crictl ? [] : [`crictl ${before.crictl} -> ${after.crictl}`]),
  ];
}

/** Each API server answers by its own files, so people have old and new rights side by side. */
function noteAccess(from: Blueprint, to: Blueprint): readonly string[] {
  const rolesOf = ({ principals }: Blueprint): readonly string[] =>
    Object.keys(principalGroups).flatMap((list) =>
      principals[list as keyof typeof principalGroups].map((arn) => `${list} ${arn}`),
    );
  const [before, after] = [rolesOf(from), rolesOf(to)];
  const lost = before.filter((role) => !after.includes(role));
  const [oidc, newOidc] = [from.kubernetes.oidc, to.kubernetes.oidc];
  return [
    ...lost.map(
      (role) => `principals.${role}: keeps access until the last control-plane machine is replaced`,
    ),
    ...(oidc && JSON.stringify(oidc) !== JSON.stringify(newOidc)
      ? [
          `kubernetes.oidc: tokens of ${oidc.issuerUrl} are taken as before until the last control-plane machine is replaced`,
        ]
      : []),
    ...(from.kubernetes.serviceAccountIssuer === to.kubernetes.serviceAccountIssuer
      ? []
      : [
          'kubernetes.serviceAccountIssuer: each new API server refuses the tokens that running pods hold, until the kubelet has renewed them or the pods restart',
        ]),
  ];
}

function noteEncryption(from: Blueprint, to: Blueprint): readonly string[] {
  const [before, after] = [from.kubernetes.encryption, to.kubernetes.encryption];
  const gone = before.keys.filter((key) => !after.keys.includes(key));
  return [
    ...(before.keys[0] === after.keys[0]
      ? []
      : [
          `kubernetes.encryption.keys: Secrets stay encrypted with "${before.keys[0] ?? ''}" until each is rewritten`,
        ]),
    ...gone.map(
      (key) =>
        `kubernetes.encryption.keys: Secrets that were not rewritten since "${key}" was the first can't be read any more`,
    ),
    ...(before.provider !== 'kms' && after.provider === 'kms'
      ? [
          'kubernetes.encryption.provider: API servers that are not replaced yet can not read the Secrets that new ones write',
        ]
      : []),
  ];
}
