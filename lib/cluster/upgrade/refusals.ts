import type { Blueprint } from '../../blueprint/blueprint';
import { compareVersions } from '../../blueprint/version';

/** Why one configuration must not follow another on a running cluster; empty when it may. */
export function refuseUpgrade(from: Blueprint, to: Blueprint): readonly string[] {
  return [
    ...refuseLocations(from, to),
    ...refuseVersions(from, to),
    ...refuseMembers(from, to),
    ...refuseKeys(from, to),
  ];
}

/** What every machine, pod and certificate carries in it. */
function refuseLocations(from: Blueprint, to: Blueprint): readonly string[] {
  const fixed = (path: string, before: string, after: string, why: string) =>
    before === after ? [] : [`${path}: got "${after}", expected "${before}": ${why}`];
  const elsewhere = 'that is another cluster';
  const addresses = 'addresses of machines, pods and Services stay for the life of a cluster';
  const { network: old } = from;
  const { network } = to;
  return [
    ...(from.name === to.name ? [] : [`name: got "${to.name}", expected "${from.name}"`]),
    ...fixed('region', from.region, to.region, elsewhere),
    ...fixed('network.vpcCidr', old.vpcCidr, network.vpcCidr, addresses),
    ...fixed(
      'network.subnetCidr',
      old.subnetCidr ?? old.vpcCidr,
      network.subnetCidr ?? network.vpcCidr,
      addresses,
    ),
    ...fixed('network.podCidr', old.podCidr, network.podCidr, addresses),
    ...fixed('network.serviceCidr', old.serviceCidr, network.serviceCidr, addresses),
  ];
}

/** @see https://kubernetes.io/releases/version-skew-policy/ */
function refuseVersions(from: Blueprint, to: Blueprint): readonly string[] {
  const minorVersionOf = (version: string) => Number(version.split('.')[1]);
  const [fromMinorVersion, toMinorVersion] = [
    minorVersionOf(from.kubernetes.version),
    minorVersionOf(to.kubernetes.version),
  ];
  const [fromEtcd, toEtcd] = [minorVersionOf(from.etcd.version), minorVersionOf(to.etcd.version)];
  return [
    ...(toMinorVersion > fromMinorVersion + 1
      ? [
          `kubernetes.version: got "${to.kubernetes.version}", expected at most 1.${fromMinorVersion + 1}: minor versions are not skipped`,
        ]
      : []),
    ...(toMinorVersion < fromMinorVersion
      ? [
          `kubernetes.version: got "${to.kubernetes.version}", expected 1.${fromMinorVersion} or later: what a newer minor version has stored an older one can't always read`,
        ]
      : []),
    ...(toEtcd > fromEtcd + 1 || compareVersions(to.etcd.version, from.etcd.version) < 0
      ? [
          `etcd.version: got "${to.etcd.version}", expected "${from.etcd.version}" to the next minor version: etcd goes one minor version at a time and never back`,
        ]
      : []),
    ...(toEtcd !== fromEtcd && toMinorVersion !== fromMinorVersion
      ? [
          `etcd.version: got "${to.etcd.version}" together with Kubernetes "${to.kubernetes.version}", expected one of the two at a time`,
        ]
      : []),
  ];
}

function refuseMembers(from: Blueprint, to: Blueprint): readonly string[] {
  if (from.etcd.members.length !== to.etcd.members.length) {
    return [
      `etcd.members: got ${to.etcd.members.length}, expected ${from.etcd.members.length}: members are added and removed by themselves`,
    ];
  }
  return from.etcd.members.flatMap(({ name, zone }, index) => {
    const after = to.etcd.members[index]?.zone ?? '';
    if (after === zone) return [];
    return [`zones: got ${name} in "${after}", expected "${zone}": its data volume can't move`];
  });
}

/** Machines are replaced one by one, so what the first new one writes the old ones have to read. */
function refuseKeys(from: Blueprint, to: Blueprint): readonly string[] {
  const [before, after] = [from.kubernetes.encryption, to.kubernetes.encryption];
  const [writer = ''] = before.keys;
  const [newWriter = ''] = after.keys;
  const list = JSON.stringify(after.keys);
  return [
    ...(after.keys.includes(writer)
      ? []
      : [
          `kubernetes.encryption.keys: got ${list}, expected "${writer}" among them: Secrets are still encrypted with it`,
        ]),
    ...(before.keys.includes(newWriter) || !after.keys.includes(writer)
      ? []
      : [
          `kubernetes.encryption.keys: got ${list}, expected "${newWriter}" behind the others first: API servers that are not replaced yet could not read what is encrypted with it`,
        ]),
    ...(before.provider === 'kms' && after.provider !== 'kms'
      ? [
          `kubernetes.encryption.provider: got "${after.provider}", expected "kms": Secrets are still encrypted with it`,
        ]
      : []),
    ...(before.provider === 'kms' && after.provider === 'kms' && before.keyArn !== after.keyArn
      ? [
          `kubernetes.encryption.keyArn: got "${after.keyArn}", expected "${before.keyArn}": Secrets are still encrypted with it`,
        ]
      : []),
  ];
}
