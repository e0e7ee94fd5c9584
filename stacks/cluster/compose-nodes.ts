import * as pulumi from '@pulumi/pulumi';
import { machineOf } from './cluster-scope';
import { idsOf } from './compose-network';
import { ControlPlane } from '../machines/control-plane';
import type { EtcdDirectory } from '../machines/etcd-directory';
import { inTurn } from '../machines/in-turn';
import type { MachineContent } from '../machines/machine-content';
import {
  composeIdentity,
  planTierAccess,
  secretsOf,
  tierTags,
  userDataOf,
  type MachineScope,
} from '../machines/machine-scope';
import { ManifestContent } from '../machines/manifest-content';
import {
  planBundleAccess,
  planKubernetesKeyUse,
  planManifestAccess,
  planNodeLookup,
  planSecretAccess,
  planTierLookup,
} from '../iam/machine-policies';
import { WorkerPool } from '../machines/worker-pool';

/** Composes the control plane and the manifests that it applies. */
export function composeControlPlane(
  scope: MachineScope,
  content: MachineContent,
  directory: EtcdDirectory,
): { readonly tier: ControlPlane; readonly roleArn: pulumi.Output<string> } {
  const { name, parent, blueprint, storage, network, manifests } = scope;
  const { controlPlane, kubernetes } = blueprint;
  const bucket = storage.clusterBucket;
  const machine = machineOf(scope, 'control-plane');
  const secrets = secretsOf(scope, { role: 'control-plane' });
  const applied = new ManifestContent(
    `${name}-manifests`,
    { cluster: blueprint.name, bucket, manifests, tags: scope.tags },
    { parent },
  );
  const identity = composeIdentity(scope, 'control-plane', 'Control plane', bucket, (facts) => [
    ...planBundleAccess(facts, [machine.name]),
    ...planSecretAccess(facts, secrets),
    ...planTierLookup(facts),
    ...planManifestAccess(facts),
    ...planNodeLookup(),
    ...(kubernetes.encryption.provider === 'kms'
      ? planKubernetesKeyUse(kubernetes.encryption.keyArn)
      : []),
    ...planTierAccess(scope, 'control-plane', facts, [machine.name]),
  ]);
  const { internalLoadBalancer, publicLoadBalancer } = network;
  const isPublic = blueprint.access.apiCidrs.length > 0;
  const tier = new ControlPlane(
    `${name}-control-plane`,
    {
      machines: controlPlane.machines,
      ...scope.imageOf(controlPlane.architecture),
      instanceType: controlPlane.instanceType,
      rootVolumeGibibytes: controlPlane.rootVolumeGibibytes,
      subnetIds: idsOf(network.network.subnetIds['control-plane']),
      securityGroupIds: [network.firewall.groupId('control-plane')],
      instanceProfileArn: identity.instanceProfileArn,
      userData: userDataOf(scope, machine, bucket),
      keyArn: storage.keys.storage,
      loadBalancers: [
        internalLoadBalancer,
        ...(publicLoadBalancer && isPublic ? [publicLoadBalancer] : []),
      ],
      after: [
        ...network.ready,
        ...content.of(machine),
        ...directory.entries,
        ...applied.ready,
        ...identity.permissions,
        ...scope.secrets.of((secret) => secrets.includes(secret)),
      ],
      tags: tierTags(scope, 'control-plane'),
    },
    { parent },
  );
  return { tier, roleArn: identity.roleArn };
}

/** Composes the worker pools, all under one role. Gives the name of each one's group. */
export function composeWorkers(
  scope: MachineScope,
  content: MachineContent,
): {
  readonly groups: pulumi.Output<Readonly<Record<string, string>>>;
  readonly roleArn: pulumi.Output<string>;
} {
  const { name, parent, blueprint, storage, network } = scope;
  const bucket = storage.clusterBucket;
  const secrets = secretsOf(scope, { role: 'worker' });
  const parameters = scope.secrets.of((secret) => secrets.includes(secret));
  const identity = composeIdentity(scope, 'worker', 'Workers', bucket, (facts) => [
    ...planBundleAccess(facts, ['worker-*']),
    ...planSecretAccess(facts, secrets),
    ...planTierAccess(scope, 'worker', facts, ['worker-*']),
  ]);
  const open = blueprint.access.nodePortCidrs.length > 0;
  const groups = inTurn(blueprint.workers, (pool) => {
    const machine = machineOf(scope, `worker-${pool.name}`);
    return new WorkerPool(
      `${name}-worker-${pool.name}`,
      {
        ...scope.imageOf(pool.architecture),
        instanceType: pool.instanceType,
        minimum: pool.minimum,
        maximum: pool.maximum,
        capacity: pool.capacity,
        rootVolumeGibibytes: pool.rootVolumeGibibytes,
        nodePorts: open ? pool.nodePorts : [],
        ...(network.publicLoadBalancer ? { loadBalancer: network.publicLoadBalancer } : {}),
        subnetIds: idsOf(network.network.subnetIds.private),
        securityGroupIds: [network.firewall.groupId('worker')],
        instanceProfileArn: identity.instanceProfileArn,
        userData: userDataOf(scope, machine, bucket),
        keyArn: storage.keys.storage,
        after: [...network.ready, ...content.of(machine), ...identity.permissions, ...parameters],
        tags: { ...tierTags(scope, 'worker'), 'hardened-cluster:pool': pool.name },
      },
      { parent },
    ).groupName;
  });
  return {
    groups: pulumi
      .output(groups)
      .apply((names) =>
        Object.fromEntries(
          blueprint.workers.map(({ name: pool }, index) => [pool, names[index] ?? '']),
        ),
      ),
    roleArn: identity.roleArn,
  };
}
