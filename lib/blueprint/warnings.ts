import type { Blueprint } from './blueprint';
import { holdEveryone } from './special-networks';

type Resolved = Omit<Blueprint, 'nonConformities' | 'warnings'>;

/** Why the configuration does not conform, in words that every output repeats. */
export function collectNonConformities(blueprint: Resolved): string[] {
  if (blueprint.profile !== 'development') return [];
  return [
    ...(blueprint.etcd.members.length === 1 ? ['one etcd member: its loss is an outage'] : []),
    ...(blueprint.controlPlane.machines === 1 ? ['one control-plane machine'] : []),
    ...(blueprint.network.natGateways === 'single' ? ['one NAT gateway for every zone'] : []),
    'the profile development is for trying things out',
  ];
}

/** Things that work but deserve a second look. */
export function collectWarnings(blueprint: Resolved): string[] {
  const { access, bastion, waivers, principals } = blueprint;
  return [
    ...(holdEveryone(access.apiCidrs)
      ? ['access.apiCidrs: the API server can be reached from everywhere']
      : []),
    ...(holdEveryone(access.nodePortCidrs)
      ? ['access.nodePortCidrs: NodePort Services can be reached from everywhere']
      : []),
    ...(access.apiCidrs.length + access.privateApiCidrs.length === 0 && bastion.access === 'none'
      ? [
          'access: the API is private, privateApiCidrs names no network and there is no bastion, so only pods and nodes reach it',
        ]
      : []),
    ...(Object.values(principals).every((roles) => roles.length === 0)
      ? ['principals: no IAM role is mapped, so no user can authenticate to the API']
      : []),
    ...waivers.map(({ clause, expires }) => `waivers: ${clause} is waived until ${expires}`),
  ];
}
