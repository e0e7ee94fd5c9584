import { instanceTypeFacts, instanceTypes, instanceTypeSource } from '../aws/instance-types';
import { regionFacts, regionSource } from '../aws/regions';
import { knownFlags } from '../standard/components/component-flags';
import { kubernetesReleases, releasesComparedOn } from '../standard/kubernetes-releases';
import type { Blueprint } from './blueprint';
import { machineGroups } from './checks/instance-checks';
import { didYouMean } from './nearest';
import { compareVersions } from './version';

type Resolved = Omit<Blueprint, 'nonConformities' | 'warnings'>;

/** What the configuration names and nothing here knows: it may be new, or a slip. */
export function collectFactWarnings(blueprint: Resolved): string[] {
  return [
    ...unknownZones(blueprint),
    ...unknownTypes(blueprint),
    ...unknownVersion(blueprint),
    ...unaskedFlags(blueprint),
    ...unusedSettings(blueprint),
  ];
}

function unknownZones({ region, zones }: Resolved): string[] {
  const facts = regionFacts(region);
  if (facts === undefined) return [];
  const known = [...facts.zones, ...facts.someZones];
  return zones
    .filter((zone) => !facts.zones.includes(zone))
    .map((zone) =>
      known.includes(zone)
        ? `zones: not every account has ${zone}; aws ec2 describe-availability-zones tells what yours has`
        : `zones: ${zone} was not there on ${regionSource.asOf}, when ${region} had ${known.join(', ') || 'none that is known'}; aws ec2 describe-availability-zones tells what your account has`,
    );
}

function unknownTypes(blueprint: Resolved): string[] {
  const { etcd, controlPlane, workers, bastion } = blueprint;
  const groups = machineGroups({ etcd, controlPlane, workers, bastion });
  return groups
    .filter(({ instanceType }) => instanceTypeFacts(instanceType) === undefined)
    .map(
      ({ path, instanceType }) =>
        `${path}.instanceType: ${instanceType} was not there on ${instanceTypeSource.asOf}, so that its architecture is not known${didYouMean(instanceType, instanceTypes())}`,
    );
}

function unknownVersion({ kubernetes }: Resolved): string[] {
  const release = kubernetesReleases.find(
    ({ minorVersion }) => minorVersion === kubernetes.minorVersion,
  );
  return release !== undefined && compareVersions(kubernetes.version, release.patch) > 0
    ? [
        `kubernetes.version: ${kubernetes.version} is newer than the newest patch on ${releasesComparedOn}, ${release.patch}`,
      ]
    : [];
}

function unaskedFlags({ kubernetes, etcd }: Resolved): string[] {
  const lists = [
    ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const).map(
      (owner) => ({
        owner,
        path: `kubernetes.flags.${owner}`,
        minor: kubernetes.minorVersion,
        flags: kubernetes.flags[owner],
      }),
    ),
    {
      owner: 'etcd' as const,
      path: 'etcd.flags',
      minor: etcd.version.split('.').slice(0, 2).join('.'),
      flags: etcd.flags,
    },
  ];
  return lists
    .filter(
      ({ owner, minor, flags }) =>
        Object.keys(flags).length > 0 && knownFlags(owner, minor) === undefined,
    )
    .map(({ path, minor }) => `${path}: not compared, since the flags of ${minor} are not known`);
}

function unusedSettings({ access, bastion, workers }: Resolved): string[] {
  const ports = workers.flatMap(({ nodePorts }) => nodePorts).length;
  return [
    ...(access.sshCidrs.length > 0 && bastion.access !== 'ssh'
      ? [`access.sshCidrs: of no use with bastion.access "${bastion.access}"`]
      : []),
    ...(access.nodePortCidrs.length > 0 && ports === 0
      ? ['access.nodePortCidrs: of no use while no pool names nodePorts']
      : []),
    ...(access.nodePortCidrs.length === 0 && ports > 0
      ? ['workers[].nodePorts: nobody can reach them while access.nodePortCidrs is empty']
      : []),
  ];
}
