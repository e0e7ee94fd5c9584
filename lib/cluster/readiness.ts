import { instanceTypeFacts } from '../aws/instance-types';
import { regionFacts } from '../aws/regions';
import type { Blueprint } from '../blueprint/blueprint';
import { machineGroups } from '../blueprint/checks/instance-checks';
import { listUnlocked } from '../machine/list-unlocked';
import type { MachineConfig } from '../machine/machine-config';

/** Why a cluster can't be brought up, or not be used once it is. */
export interface Blocker {
  readonly what: string;
  /** The one command or key that makes it ready. */
  readonly remedy: string;
}

/** Everything that stands between a plan and a cluster that somebody can use. */
export function collectBlockers(
  blueprint: Blueprint,
  machines: readonly Pick<MachineConfig, 'artifacts'>[],
): readonly Blocker[] {
  return [
    ...unlockedArtifacts(machines),
    ...nobody(blueprint),
    ...unknownZones(blueprint),
    ...unknownTypes(blueprint),
  ];
}

function unlockedArtifacts(machines: readonly Pick<MachineConfig, 'artifacts'>[]): Blocker[] {
  const { length } = listUnlocked(machines);
  if (length === 0) return [];
  const artifacts = length === 1 ? '1 artifact has' : `${length} artifacts have`;
  return [
    {
      what: `${artifacts} no known checksum`,
      remedy: 'run hardened-cluster lock',
    },
  ];
}

function nobody({ principals }: Blueprint): Blocker[] {
  return Object.values(principals).some((roles) => roles.length > 0)
    ? []
    : [{ what: 'nobody may log in to the API', remedy: 'set principals.operatorRoleArns' }];
}

function unknownZones({ region, zones }: Blueprint): Blocker[] {
  const facts = regionFacts(region);
  const known = [...(facts?.zones ?? []), ...(facts?.someZones ?? [])];
  const unknown = zones.filter((zone) => !known.includes(zone));
  return unknown.length === 0 || known.length === 0
    ? []
    : [
        {
          what: `${unknown.join(', ')} ${unknown.length === 1 ? 'is no zone' : 'are no zones'} that is known`,
          remedy: `set zones to some of ${known.join(', ')}`,
        },
      ];
}

function unknownTypes({ etcd, controlPlane, workers, bastion }: Blueprint): Blocker[] {
  const [unknown] = machineGroups({ etcd, controlPlane, workers, bastion }).filter(
    ({ instanceType }) => instanceTypeFacts(instanceType) === undefined,
  );
  return unknown === undefined
    ? []
    : [
        {
          what: `${unknown.instanceType} is no instance type that is known`,
          remedy: `set ${unknown.path}.instanceType`,
        },
      ];
}
