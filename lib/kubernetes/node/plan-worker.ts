import type { Blueprint } from '../../blueprint/blueprint';
import type { ArtifactLock } from '../../machine/artifact-lock';
import type { MachinePart } from '../../machine/machine-config';
import { planContainerdFiles, planContainerdUnit } from './container-runtime';
import { planKubeletFiles, planKubeletUnit } from './kubelet-service';
import { planNodeArtifacts } from './node-artifacts';
import { nodePackages } from './node-packages';
import { paths } from '../paths';
import { planWorkerJoinFiles } from './worker-join';

/** A pool of workers. */
export type WorkerPool = Blueprint['workers'][number];

/** Label that tells the pool of a node; its prefix is one that kubelets may set. */
export const poolLabel = 'node.kubernetes.io/pool';

/** Everything of Kubernetes on a worker of a pool. */
export function planWorker(
  blueprint: Blueprint,
  pool: WorkerPool,
  lock: ArtifactLock,
): MachinePart {
  return {
    files: [
      ...planContainerdFiles(blueprint),
      ...planKubeletFiles(blueprint, {
        role: 'worker',
        labels: { ...pool.labels, [poolLabel]: pool.name },
        taints: pool.taints.map(({ key, value, effect }) => ({
          key,
          ...(value === '' ? {} : { value }),
          effect,
        })),
      }),
      ...planWorkerJoinFiles(blueprint),
    ],
    units: [planContainerdUnit(), planKubeletUnit('worker')],
    artifacts: planNodeArtifacts(blueprint, lock, pool.architecture),
    secrets: [{ parameter: 'worker/cluster-ca', path: paths.clusterCa, mode: '0600' }],
    packages: nodePackages,
  };
}
