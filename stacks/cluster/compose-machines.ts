import type * as pulumi from '@pulumi/pulumi';
import type { Architecture, MachineConfig } from '../../lib/machine/machine-config';
import type { Bastion } from '../machines/bastion';
import { composeBastion, composeSessions } from './compose-bastion';
import { composeDirectory, composeEtcd } from './compose-etcd';
import { dataLife } from './compose-storage';
import { composeControlPlane, composeWorkers } from './compose-nodes';
import type { ControlPlane } from '../machines/control-plane';
import type { EtcdTier } from '../machines/etcd-tier';
import { MachineContent } from '../machines/machine-content';
import { findImage, type MachineImage } from '../machines/machine-image';
import type { MachineScope } from '../machines/machine-scope';
import type { SecureBucket } from '../storage/secure-bucket';
import type { SessionDocument } from '../machines/session-document';

/** The tiers. */
export interface ClusterMachines {
  /** Roles by tier and etcd member. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;
  readonly bastion: Bastion | undefined;
  /** How people open shells where there is no SSH. */
  readonly sessions: SessionDocument | undefined;
  readonly etcd: EtcdTier;
  readonly controlPlane: ControlPlane;
  /** Names of auto-scaling groups by pool. */
  readonly workerGroups: pulumi.Output<Readonly<Record<string, string>>>;
}

/** Composes every machine, each tier under a role of its own. */
export function composeMachines(cluster: Omit<MachineScope, 'imageOf'>): ClusterMachines {
  const scope = { ...cluster, imageOf: cachedImages(cluster) };
  const { clusterBucket, etcdBucket } = scope.storage;
  const isEtcd = ({ role }: MachineConfig) => role === 'etcd';
  const content = composeContent(scope, 'content', clusterBucket, (m) => !isEtcd(m));
  const etcdContent = composeContent(scope, 'etcd-content', etcdBucket, isEtcd);
  const directory = composeDirectory(scope);
  const etcd = composeEtcd(scope, etcdContent, directory);
  const controlPlane = composeControlPlane(scope, content, directory);
  const workers = composeWorkers(scope, content);
  const bastion = composeBastion(scope, content);
  return {
    etcd: etcd.tier,
    controlPlane: controlPlane.tier,
    workerGroups: workers.groups,
    bastion,
    sessions: composeSessions(scope),
    roleArns: {
      ...etcd.roleArns,
      'control-plane': controlPlane.roleArn,
      worker: workers.roleArn,
      ...(bastion ? { bastion: bastion.roleArn } : {}),
    },
  };
}

function cachedImages({
  blueprint,
  parent,
}: Omit<MachineScope, 'imageOf'>): MachineScope['imageOf'] {
  const images = new Map<Architecture, MachineImage>();
  return (architecture) => {
    const image = images.get(architecture) ?? findImage(blueprint, architecture, { parent });
    images.set(architecture, image);
    return image;
  };
}

function composeContent(
  scope: MachineScope,
  key: string,
  bucket: SecureBucket,
  belongs: (machine: MachineConfig) => boolean,
): MachineContent {
  const { name, parent, blueprint, machines, allowUnlocked, tags } = scope;
  return new MachineContent(
    `${name}-${key}`,
    {
      bucket,
      machines: machines.filter(belongs),
      artifactSource: blueprint.artifacts.source,
      allowUnlocked,
      retain: bucket === scope.storage.etcdBucket && dataLife(blueprint).retain,
      tags,
    },
    { parent },
  );
}
