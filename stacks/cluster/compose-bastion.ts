import * as pulumi from '@pulumi/pulumi';
import { Bastion } from '../machines/bastion';
import { boundaryOf, machineOf } from './cluster-scope';
import { idsOf } from './compose-network';
import type { MachineContent } from '../machines/machine-content';
import {
  machineFacts,
  planTierAccess,
  tierTags,
  userDataOf,
  type MachineScope,
} from '../machines/machine-scope';
import { planBundleAccess } from '../iam/machine-policies';
import { SessionDocument } from '../machines/session-document';

/** Composes the bastion, unless `bastion.access` is `none`. */
export function composeBastion(scope: MachineScope, content: MachineContent): Bastion | undefined {
  const { name, parent, blueprint, storage, network, account } = scope;
  if (blueprint.bastion.access === 'none') return undefined;
  const bucket = storage.clusterBucket;
  const machine = machineOf(scope, 'bastion');
  const ssh = blueprint.bastion.access === 'ssh';
  const statements = pulumi
    .output(machineFacts(scope, bucket))
    .apply((facts) => [
      ...planBundleAccess(facts, [machine.name]),
      ...planTierAccess(scope, 'bastion', facts, [machine.name]),
    ]);
  const { public: publicSubnets, private: privateSubnets } = network.network.subnetIds;
  return new Bastion(
    `${name}-bastion`,
    {
      cluster: blueprint.name,
      account,
      publicAddress: ssh,
      statements,
      ...boundaryOf(blueprint),
      machine: {
        ...scope.imageOf(blueprint.bastion.architecture),
        instanceType: blueprint.bastion.instanceType,
        rootVolumeGibibytes: 20,
        subnetIds: idsOf(ssh ? publicSubnets : privateSubnets),
        securityGroupIds: [network.firewall.groupId('bastion')],
        userData: userDataOf(scope, machine, bucket),
        keyArn: storage.keys.storage,
        after: [...network.ready, ...content.of(machine)],
      },
      tags: tierTags(scope, 'bastion'),
    },
    { parent },
  );
}

/** Composes how people open shells where there is no SSH. */
export function composeSessions(scope: MachineScope): SessionDocument | undefined {
  const { name, parent, blueprint, storage, tags } = scope;
  if (blueprint.bastion.access !== 'session-manager') return undefined;
  return new SessionDocument(
    `${name}-sessions`,
    {
      documentName: `${blueprint.name}-session`,
      logGroupName: storage.logs.group('sessions').name,
      tags,
    },
    { parent },
  );
}
